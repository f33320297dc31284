// Kanji that people use for one another in names.

/// Old, rare and compatibility forms of kanji, each with the form that names are compared in.
enum KanjiVariants {
  /// The form that a kanji is compared in: its usual one, else itself.
  static func usual(_ value: UInt32) -> UInt32 {
    // Five of six have no other form, and a bit says so.
    guard marks[Int(value >> 6 & 63)] >> UInt64(value & 63) & 1 != 0 else { return value }
    let table = table.span
    let place = table.lowerBound { $0.form < value }
    return place < table.count && table[place].form == value ? table[place].usual : value
  }

  /// The pairs, sorted: made quickly, for programs of one request make it anew.
  private static let table: [(form: UInt32, usual: UInt32)] = {
    var table: [(form: UInt32, usual: UInt32)] = []
    table.reserveCapacity(700)
    for text in [forms, compatibilityForms] {
      var form: UInt32?
      for scalar in text.unicodeScalars where scalar != " " {
        if let first = form {
          table.append((first, scalar.value))
          form = nil
        } else {
          form = scalar.value
        }
      }
    }
    table.sort { $0.form < $1.form }
    return table
  }()

  /// A bit for the last twelve bits of each form.
  private static let marks: [UInt64] = {
    var marks = [UInt64](repeating: 0, count: 64)
    for (form, _) in table { marks[Int(form >> 6 & 63)] |= 1 << UInt64(form & 63) }
    return marks
  }()

  /// Pairs of a form and the usual one: the old forms of the 常用漢字表, then those that family
  /// names, place names and medical terms keep. The family of 斎 and 斉 is one: few can tell which
  /// of the four a bearer writes. No usual form stands first in another pair.
  static let forms = """
    亞亜 惡悪 壓圧 圍囲 爲為 醫医 壹壱 稻稲 飮飲 隱隠 營営 榮栄 衞衛 驛駅 悅悦 閱閲 圓円 緣縁 艷艶 鹽塩 奧奥 應応 橫横 歐欧 毆殴 黃黄 \
    溫温 穩穏 假仮 價価 畫画 會会 壞壊 懷懐 繪絵 擴拡 殼殻 覺覚 學学 嶽岳 樂楽 勸勧 卷巻 罐缶 歡歓 觀観 關関 陷陥 巖巌 顏顔 歸帰 氣気 \
    龜亀 僞偽 戲戯 犧犠 卻却 舊旧 據拠 擧挙 虛虚 峽峡 挾挟 狹狭 鄕郷 曉暁 區区 驅駆 勳勲 薰薫 徑径 惠恵 揭掲 溪渓 經経 繼継 莖茎 螢蛍 \
    輕軽 鷄鶏 藝芸 擊撃 缺欠 儉倹 劍剣 圈圏 檢検 權権 獻献 縣県 硏研 險険 顯顕 驗験 嚴厳 效効 廣広 恆恒 鑛鉱 號号 國国 黑黒 濟済 碎砕 \
    劑剤 櫻桜 册冊 雜雑 產産 參参 慘惨 棧桟 蠶蚕 贊賛 殘残 絲糸 齒歯 兒児 辭辞 濕湿 實実 舍舎 寫写 釋釈 壽寿 收収 從従 澁渋 獸獣 縱縦 \
    肅粛 處処 緖緒 敍叙 獎奨 將将 燒焼 稱称 證証 乘乗 剩剰 壤壌 孃嬢 條条 淨浄 狀状 疊畳 讓譲 釀醸 囑嘱 觸触 寢寝 愼慎 晉晋 眞真 盡尽 \
    圖図 粹粋 醉酔 隨随 髓髄 數数 樞枢 聲声 靜静 攝摂 竊窃 專専 戰戦 淺浅 潛潜 纖繊 踐践 錢銭 禪禅 雙双 壯壮 搜捜 插挿 爭争 總総 聰聡 \
    莊荘 裝装 騷騒 藏蔵 臟臓 卽即 屬属 續続 墮堕 體体 對対 帶帯 滯滞 臺台 瀧滝 擇択 澤沢 單単 擔担 膽胆 團団 彈弾 斷断 癡痴 遲遅 晝昼 \
    蟲虫 鑄鋳 廳庁 聽聴 鎭鎮 遞逓 鐵鉄 轉転 點点 傳伝 黨党 盜盗 燈灯 當当 鬪闘 德徳 獨独 讀読 屆届 貳弐 惱悩 腦脳 廢廃 拜拝 賣売 麥麦 \
    發発 髮髪 拔抜 蠻蛮 祕秘 拂払 佛仏 竝並 變変 辨弁 瓣弁 辯弁 舖舗 步歩 穗穂 寶宝 豐豊 沒没 飜翻 萬万 滿満 默黙 彌弥 藥薬 譯訳 豫予 \
    餘余 與与 譽誉 搖揺 樣様 謠謡 來来 賴頼 亂乱 覽覧 龍竜 兩両 獵猟 綠緑 壘塁 淚涙 勵励 禮礼 隸隷 靈霊 齡齢 戀恋 爐炉 勞労 樓楼 錄録 \
    灣湾 鍊錬 曆暦 歷歴 增増 淸清 靑青 槇槙 遙遥 每毎 敎教 戶戸 槪概 强強 彥彦 寬寛 齋斉 齊斉 斎斉 濱浜 濵浜 邊辺 邉辺 髙高 﨑崎 嵜崎 \
    嶋島 嶌島 渕淵 渊淵 舘館 檜桧 萠萌 峯峰 埜野 杦杉 曾曽 壺壷 籔薮 藪薮 檮梼 冨富 栁柳 桺柳 桒桑 鷗鴎 靍鶴 靏鶴 靎鶴 𣘺橋 𠮷吉 曻昇 \
    逹達 廸迪 凜凛 熈熙 煕熙 皓晧 翆翠 廻回 囘回 圀国 囯国 堯尭 瑤瑶 鄰隣 兔兎 蠣蛎 鰺鯵 禰祢 濤涛 苅刈 邨村 昻昂 恊協 凢凡 卆卒 斈学 \
    閒間 穰穣 礪砺 薗園 鶯鴬 靭靱 頸頚 囊嚢 頰頬 塡填 剝剥 麵麺 鹼鹸 蠟蝋 簞箪 繫繋 搔掻 瘦痩 顚顛 灌潅 攪撹 噓嘘 嚙噛 焰焔 腟膣 癎癇 \
    疱皰 亙亘 內内 吳呉 奬奨 巢巣 彎弯 徵徴 戾戻 摑掴 敕勅 敘叙 晚晩 枡桝 榆楡 歲歳 污汚 涉渉 渴渇 潑溌 溼湿 澀渋 瀨瀬 痹痺 皋皐 祿禄 \
    禱祷 稅税 穎頴 竈竃 絕絶 繡繍 繩縄 羣群 脣唇 脫脱 腳脚 舉挙 萊莱 蔣蒋 蘆芦 說説 贗贋 鄉郷 醱醗 醬醤 霸覇 鬥闘 麴麹 餠餅 濾沪 郞郎
    """

  /// The compatibility characters of Japanese character sets (神 U+FA19, 塚 U+FA10 …), written as
  /// numbers: a tool that normalises text would turn the characters into their usual forms.
  static let compatibilityForms = """
    \u{FA10}塚 \u{FA12}晴 \u{FA15}凞 \u{FA16}猪 \u{FA17}益 \u{FA18}礼 \u{FA19}神 \u{FA1A}祥 \u{FA1B}福 \
    \u{FA1C}靖 \u{FA1D}精 \u{FA1E}羽 \u{FA20}蘒 \u{FA22}諸 \u{FA25}逸 \u{FA26}都 \u{FA2A}飯 \u{FA2B}飼 \
    \u{FA2C}館 \u{FA2D}鶴 \u{FA2E}郎 \u{FA2F}隷 \u{FA30}侮 \u{FA31}僧 \u{FA32}免 \u{FA33}勉 \u{FA34}勤 \
    \u{FA35}卑 \u{FA36}喝 \u{FA37}嘆 \u{FA38}器 \u{FA39}塀 \u{FA3A}墨 \u{FA3B}層 \u{FA3C}屮 \u{FA3D}悔 \
    \u{FA3E}慨 \u{FA3F}憎 \u{FA40}懲 \u{FA41}敏 \u{FA42}既 \u{FA43}暑 \u{FA44}梅 \u{FA45}海 \u{FA46}渚 \
    \u{FA47}漢 \u{FA48}煮 \u{FA49}爫 \u{FA4A}琢 \u{FA4B}碑 \u{FA4C}社 \u{FA4D}祉 \u{FA4E}祈 \u{FA4F}祐 \
    \u{FA50}祖 \u{FA51}祝 \u{FA52}禍 \u{FA53}禎 \u{FA54}穀 \u{FA55}突 \u{FA56}節 \u{FA57}練 \u{FA58}縉 \
    \u{FA59}繁 \u{FA5A}署 \u{FA5B}者 \u{FA5C}臭 \u{FA5D}艹 \u{FA5E}艹 \u{FA5F}著 \u{FA60}褐 \u{FA61}視 \
    \u{FA62}謁 \u{FA63}謹 \u{FA64}賓 \u{FA65}贈 \u{FA66}辶 \u{FA67}逸 \u{FA68}難 \u{FA69}響 \u{FA6A}頻 \
    \u{FA6B}恵 \u{FA6C}𤋮 \u{FA6D}館
    """
}
