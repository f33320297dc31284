// Which spellings are one name in a search, and which are not.

import Testing

@testable import Membership

private func folded(_ text: String) -> String {
  String(decoding: SearchFolding.fold(text), as: UTF16.self)
}

@Suite struct Folding {
  @Test(
    "spellings of one name are equal",
    arguments: [
      ("トウキョウ", "とうきょう"),
      ("ﾄｳｷｮｳﾀﾞｲｶﾞｸ", "トウキョウダイガク"),
      ("ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞ", "パピプペポバビブベボ"),
      ("ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞｳﾞ", "ガギグゲゴザジズゼゾダヂヅデドヴ"),
      ("か\u{3099}く", "ガク"),  // decomposed, as macOS file names are
      ("ハ\u{309C}", "パ"),
      ("ＩＶＲ", "ivr"),
      ("Ｍ・Ｅ", "me"),
      ("キョウト", "キヨウト"),  // カナ of old card systems has no small kana
      ("ヴュ", "ヴユ"),
      ("鶴ヶ谷", "鶴ケ谷"),
      ("鶴ヶ谷", "鶴け谷"),
      ("ヰノウヱ", "イノウエ"),
      ("ゐのうゑ", "いのうえ"),
      ("リハビリテーション", "リハビリテ－ション"),
      ("リハビリテーション", "ﾘﾊﾋﾞﾘﾃｰｼｮﾝ"),
      ("プライマリ・ケア", "プライマリケア"),
      ("プライマリ･ケア", "プライマリ　ケア"),
      ("東京　大学", "東京大学"),
      ("葛\u{E0100}城", "葛城"),
      ("辻\u{FE00}", "辻"),
      ("髙橋", "高橋"), ("山﨑", "山崎"), ("渡邊", "渡辺"), ("渡邉", "渡辺"), ("濵田", "浜田"),
      ("齋藤", "斉藤"), ("齊藤", "斎藤"), ("德川", "徳川"), ("惠", "恵"), ("淸水", "清水"),
      ("眞田", "真田"), ("冨田", "富田"), ("靑栁", "青柳"), ("桒原", "桑原"), ("森鷗外", "森鴎外"),
      ("大\u{FA10}", "大塚"), ("\u{FA19}田", "神田"), ("\u{FA1A}子", "祥子"), ("\u{FA5B}", "者"),
      ("𣘺本", "橋本"), ("𠮷田", "吉田"), ("澤田", "沢田"), ("國廣", "国広"),
      ("慶應義塾大學", "慶応義塾大学"), ("獨協醫科大學", "独協医科大学"), ("頭頸部", "頭頚部"),
      ("金沢医科大学（旧制・官立）", "金沢医科大学(旧制官立)"),
      ("\u{FEFF}東京\u{200B}大学", "東京大学"),
    ])
  func equal(one: String, other: String) {
    #expect(folded(one) == folded(other))
    #expect(!folded(one).isEmpty)
  }

  @Test(
    "names that differ stay different",
    arguments: [
      ("カ", "ガ"), ("ハ", "パ"), ("鶴が谷", "鶴ヶ谷"), ("大阪", "大坂"), ("日本", "二本"),
      ("ヴ", "ブ"), ("医学", "理学"), ("渡部", "渡辺"), ("土", "士"), ("ニ", "二"),
    ])
  func different(one: String, other: String) {
    #expect(folded(one) != folded(other))
  }

  @Test(
    "a text without anything to compare folds to nothing",
    arguments: ["", " ", "　", "ー", "・-", "\u{3099}", "\u{FE0F}\u{200D}", "\0\n"])
  func nothing(text: String) {
    #expect(folded(text).isEmpty)
  }

  @Test func `folding what is folded changes nothing`() {
    for value in (0x20...0x2FFFF).compactMap(Unicode.Scalar.init) {
      let once = folded(String(value))
      #expect(folded(once) == once, "U+\(String(value.value, radix: 16))")
    }
  }

  @Test func `each pair of kanji is two characters, and no usual form is a rare one`() {
    let pairs = (KanjiVariants.forms + " " + KanjiVariants.compatibilityForms)
      .split(separator: " ").map { Array($0.unicodeScalars) }
    let rare = pairs.map { $0[0] }
    #expect(pairs.count > 400)
    for pair in pairs {
      #expect(pair.count == 2, "\(pair)")
      #expect(!rare.contains(pair[pair.count - 1]), "\(pair)")
    }
    #expect(Set(rare).count == rare.count, "a form stands twice")
  }
}
