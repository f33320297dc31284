import Membership

/// Names for made-up people: common ones, so that a search finds many, and the rare among them
/// finds few. Each in kanji and katakana.
enum BenchNames {
  static let families = pairs(
    """
    佐藤 サトウ 鈴木 スズキ 高橋 タカハシ 田中 タナカ 伊藤 イトウ 渡辺 ワタナベ 山本 ヤマモト 中村 ナカムラ
    小林 コバヤシ 加藤 カトウ 吉田 ヨシダ 山田 ヤマダ 佐々木 ササキ 山口 ヤマグチ 松本 マツモト 井上 イノウエ
    木村 キムラ 林 ハヤシ 斎藤 サイトウ 清水 シミズ 山崎 ヤマザキ 森 モリ 池田 イケダ 橋本 ハシモト
    阿部 アベ 石川 イシカワ 山下 ヤマシタ 中島 ナカジマ 石井 イシイ 小川 オガワ 前田 マエダ 岡田 オカダ
    長谷川 ハセガワ 藤田 フジタ 後藤 ゴトウ 近藤 コンドウ 村上 ムラカミ 遠藤 エンドウ 青木 アオキ 坂本 サカモト
    藤井 フジイ 西村 ニシムラ 福田 フクダ 太田 オオタ 三浦 ミウラ 岡本 オカモト 松田 マツダ 中川 ナカガワ
    髙﨑 タカサキ 邊見 ヘンミ 𠮷野 ヨシノ 渡邉 ワタナベ 齋藤 サイトウ 葛󠄀西 カサイ 濵田 ハマダ 五十嵐 イガラシ
    """)

  static let givens = pairs(
    """
    太郎 タロウ 一郎 イチロウ 健一 ケンイチ 誠 マコト 浩 ヒロシ 隆 タカシ 茂 シゲル 進 ススム 和夫 カズオ
    正 タダシ 博 ヒロシ 明 アキラ 直樹 ナオキ 大輔 ダイスケ 拓也 タクヤ 翔太 ショウタ 亮 リョウ 学 マナブ
    剛 ツヨシ 修 オサム 花子 ハナコ 恵子 ケイコ 幸子 サチコ 和子 カズコ 洋子 ヨウコ 久美子 クミコ 由美子 ユミコ
    真由美 マユミ 明美 アケミ 直美 ナオミ 陽子 ヨウコ 智子 トモコ 香織 カオリ 美穂 ミホ 愛 アイ 彩 アヤ 舞 マイ
    優子 ユウコ 麻衣 マイ 千尋 チヒロ 桜 サクラ 葵 アオイ 陽菜 ヒナ 結衣 ユイ 蓮 レン 悠真 ユウマ 湊 ミナト
    樹 イツキ 律 リツ 朝陽 アサヒ
    """)

  /// Every family name with every given name, as rows for `bench_names`: its number, the names, and
  /// the key by which the reading is sorted.
  static var names: [[String]] {
    families.enumerated().flatMap { f, family in
      givens.enumerated().map { g, given in
        [
          String(f * givens.count + g), family.kanji, given.kanji, family.kana, given.kana,
          Directory.sortKey(family.kana + given.kana),
        ]
      }
    }
  }

  /// The texts under which each name is found, as rows for `bench_keys`.
  static var keys: [[String]] {
    names.flatMap { name in
      Set([name[1] + name[2], name[2], name[3] + name[4], name[4]].map(Directory.key))
        .sorted().map { [name[0], $0] }
    }
  }

  private static func pairs(_ text: String) -> [(kanji: String, kana: String)] {
    let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
    return stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) }
  }
}
