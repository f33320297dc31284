import Testing

@testable import Membership

extension Romaji {
  /// The skeleton of one reading.
  fileprivate static func skeleton(kana: String) -> [UInt8] {
    var letters: [UInt8] = []
    append(kana: kana, to: &letters)
    return skeleton(latin: letters)
  }

  fileprivate static func mayFold(_ letters: [UInt8], intoLettersOf text: [UInt8]) -> Bool {
    mayFold(letters.span, into: UnitSet(text.span))
  }
}

@Suite("Passwords: first-time ones, the list, readings")
struct FirstTimePasswordTests {
  @Test("the alphabet has 32 letters and none that looks like another")
  func alphabet() {
    #expect(FirstTimePassword.alphabet.count == 32 && Set(FirstTimePassword.alphabet).count == 32)
    for letter in "01OIoil".utf8 { #expect(!FirstTimePassword.alphabet.contains(letter)) }
  }

  @Test(
    "forgiven: lower case, hyphens of all kinds, spaces, full width",
    arguments: [
      "WXK7-M4QP-9TRB-ZH25", "wxk7m4qp9trbzh25", " wxk7 m4qp 9trb zh25 ", "ＷＸＫ７－Ｍ４ＱＰ－９ＴＲＢ－ＺＨ２５",
      "wxk7—m4qp‐9trbーzh25", "ｗｘｋ７　ｍ４ｑｐ　９ｔｒｂ　ｚｈ２５",
    ])
  func forgiven(_ typed: String) throws {
    let password = try #require(FirstTimePassword(Password(typed)))
    #expect(password.formatted == "WXK7-M4QP-9TRB-ZH25")
    #expect(password.canonical == Password("WXK7M4QP9TRBZH25"))
  }

  @Test(
    "cannot be one",
    arguments: [
      "", "WXK7-M4QP-9TRB-ZH2", "WXK7-M4QP-9TRB-ZH255", "WXK7-M4QP-9TRB-ZH20",
      "あXK7-M4QP-9TRB-ZH25",
    ])
  func other(_ typed: String) {
    #expect(FirstTimePassword(Password(typed)) == nil)
  }

  @Test("random bytes reach every letter alike")
  func random() {
    var seen: [Character: Int] = [:]
    for first in stride(from: 0, to: 256, by: 16) {
      let bytes = (first..<first + 16).map { UInt8($0) }
      for letter in FirstTimePassword(random: bytes).formatted where letter != "-" {
        seen[letter, default: 0] += 1
      }
    }
    #expect(seen.count == 32 && Set(seen.values) == [8])
  }

  @Test("every line of the list is found, others are not")
  func list() throws {
    let lines = String(
      decoding: try repositoryFile("sql/masters/common_passwords.txt"), as: UTF8.self
    )
    .split(separator: "\n")
    #expect(commonPasswords.count == lines.count && lines.count == 20_042)
    for line in lines where !commonPasswords.contains(String(line)) {
      Issue.record("\(line) is not found")
    }
    for other in ["Kx7#vq2p", "tG4!mw9z", "zqxjkvbp"] {
      #expect(!commonPasswords.contains(other))
    }
  }

  @Test(
    "digits and signs are cut: in front none, the signs or all, behind any number",
    arguments: [
      "qwerty", "!qwerty", "7qwerty", "!7-qwerty", "qwerty75", "qwerty!75", "7!qwerty!7", "4lpine",
      "!4lpine", "@4lpine7!", "a1pine9", "!A1PINE", "31337", "--31337",
    ])
  func cut(_ typed: String) {
    let list = CommonPasswords(contents: Array("qwerty\n4lpine\nalpine\n31337".utf8))
    #expect(list.contains(typed))
  }

  @Test(
    "nothing else is cut",
    arguments: ["xqwerty", "qwertyx", "qwert", "4lpin", "!!4lpin", "1337", "31337!", "a1p1ne", ""])
  func uncut(_ typed: String) {
    let list = CommonPasswords(contents: Array("qwerty\n4lpine\nalpine\n31337".utf8))
    #expect(!list.contains(typed))
  }

  @Test("a list with CR LF or without a last line end is the same")
  func lineEnds() {
    let list = CommonPasswords(contents: Array("dragon\r\nmonkey".utf8))
    #expect(
      list.count == 2 && list.contains("Monkey1") && list.contains("dragon"))
    #expect(!CommonPasswords(contents: []).contains("monkey"))
  }

  @Test(
    "readings in Latin letters: every way of writing gives one skeleton",
    arguments: [
      ("サトウ", ["satou", "sato", "satoh"]), ("オオノ", ["oono", "ono", "ohno"]),
      ("シンジョウ", ["shinjou", "shinjo", "sinzyou", "sinjo"]), ("チバ", ["chiba", "tiba"]),
      ("ホンマ", ["honma", "homma"]), ("マッチャ", ["matcha", "maccha", "mattya"]),
      ("フジツカ", ["fujitsuka", "huzituka"]), ("コウヘイ", ["kouhei", "kohei"]),
      ("ハットリ", ["hattori"]), ("シュウジ", ["shuuji", "shuji", "syuzi"]), ("か\u{3099}く", ["gaku"]),
      ("ヤマグチ", ["yamaguchi", "yamaguti"]), ("ﾀﾅｶ", ["tanaka"]), ("ハッチョウ", ["hatchou", "hacchou"]),
    ])
  func romaji(_ kana: String, _ latin: [String]) {
    for spelling in latin {
      #expect(
        Romaji.skeleton(kana: kana) == Romaji.skeleton(latin: Array(spelling.utf8)), "\(spelling)")
    }
  }

  @Test("what cannot be the skeleton of some letters is seen before it is made")
  func mayFold() {
    let letters = Array("aiuoctshfjymbpnz0".utf8)
    for one in letters {
      for two in letters {
        for three in letters {
          for text in [[one, two, three], [one, two, two, three], [one, one, two, three]] {
            let skeleton = Romaji.skeleton(latin: text)
            #expect(Romaji.mayFold(text, intoLettersOf: skeleton))
          }
        }
      }
    }
    let password = Array("kx7!mandarin".utf8)
    #expect(!Romaji.mayFold(Array("tarou".utf8), intoLettersOf: password))
    #expect(Romaji.mayFold(Array("nanchan".utf8), intoLettersOf: password))
  }

  @Test(
    "every kana has its sound",
    arguments: [
      ("アイウエオ", "aiueo"), ("カキクケコ", "kakikukeko"), ("サシスセソ", "sasisuseso"),
      ("タチツテト", "tatituteto"), ("ナニヌネノ", "naninuneno"), ("ハヒフヘホ", "hahihuheho"),
      ("マミムメモ", "mamimumemo"), ("ヤユヨ", "yayuyo"), ("ラリルレロ", "rarirurero"),
      ("ワヰヱヲン", "waieon"), ("ガギグゲゴ", "gagigugego"), ("ザジズゼゾ", "zazizuzezo"),
      ("ダヂヅデド", "dazizudedo"), ("バビブベボ", "babibubebo"), ("パピプペポ", "papipupepo"),
      ("ヴヶヵ", "vugaka"), ("キャキュキョ", "kyakyukyo"), ("ファフィフェフォ", "hahiheho"),
      ("ゥァ", "a"), ("ッカンッ", "kkan"), ("ーヮ・", ""), ("か゛き", "kaki"), ("漢A1", ""),
    ])
  func sounds(_ kana: String, _ latin: String) {
    #expect(Romaji.skeleton(kana: kana) == Array(latin.utf8))
  }
}
