import Testing

@testable import Membership

@Suite("Fields: names")
struct NameTests {
  @Test("all sixty difficult names come back to the letter")
  func gaijiNames() throws {
    for row in try rows(of: Self.gaiji) { comesBack(row) }
  }

  private func comesBack(_ row: [String]) {
    #expect(same(Rule.personName(32).stored(row[1]), row[1]))
    #expect(same(Rule.personName(32).stored(row[2]), row[2]))
    for kana in row[3...4] {
      // Row 60's reading is decomposed: joined, and otherwise as it is.
      #expect(same(Rule.kana(64).stored(kana), kana.joiningVoiceMarks()))
    }
  }

  private static let gaiji = "Tests/Data/gaiji_names.csv"

  @Test("there are sixty of them, one with a decomposed reading")
  func gaijiFile() throws {
    let names = try rows(of: Self.gaiji)
    #expect(names.count == 60)
    let decomposed = names.filter {
      !same($0[4], $0[4].joiningVoiceMarks()) || !same($0[3], $0[3].joiningVoiceMarks())
    }
    #expect(decomposed.map { $0[0] } == ["60"])
  }

  @Test(
    "names: any letter and mark, in full width",
    arguments: [
      Case("Smith", "Ｓｍｉｔｈ"), Case("ﾏﾘｱ･ｶﾞﾙｼｱ", "マリア・ガルシア"), Case("太郎 次郎", "太郎　次郎"),
      Case("太郎\u{A0} 次郎", "太郎　次郎", "several spaces are one"), Case("O'Hara", "Ｏ＇Ｈａｒａ"),
      .taken("ジャン＝ポール"), Case("José", "Ｊｏｓé", "é has no full-width form"), .taken("阮\u{E0101}"),
      .taken("〇"), .taken("김"), .taken("か\u{309A}"), Case("か\u{3099}", "が"),
      Case("\u{200B}日医\u{FEFF}", "日医", "marks that copying leaves"),
      .refused("日\u{200B}医"), .refused("日\u{202E}医"), .refused("日\u{2067}医"), .refused("日\n医"),
      .refused("日\u{7}医"), .refused("\u{E0100}"), .refused("\u{3099}か"), .refused("😀"),
      .taken("日医♥"), Case("<b>日医</b>", "＜ｂ＞日医＜／ｂ＞", "escaped wherever it is shown"),
      .refused("・"), .refused("１２３", "no letter"),
      .refused("\u{E000}", "a private character"),
    ])
  func personName(_ row: Case) {
    #expect(Rule.personName(32).agrees(with: row))
  }

  @Test(
    "length counts persons' characters, at most 32",
    arguments: ["葛\u{E0100}", "𠮷", "が", "か\u{3099}", "か\u{309A}", "A"])
  func nameLength(_ character: String) {
    #expect(Rule.personName(32).stored(String(repeating: character, count: 32)) != nil)
    #expect(
      Rule.personName(32).sentence(String(repeating: character, count: 33))
        == "項目は、32文字以内で入力してください。")
  }

  @Test("two spellings that Swift calls equal are two names")
  func exactly() throws {
    let (one, other) = (try PersonName(TypedText("塚本")), try PersonName(TypedText("\u{FA10}本")))
    #expect(one.text == other.text && one != other)
    #expect(Set([one, other]).count == 2)
  }

  @Test(
    "readings: full-width katakana, ー, ・ and spaces between parts",
    arguments: [
      Case.taken("ニチイ"), .taken("ヴァン・デル・メール"), .taken("ゥ"), Case("にちい", "ニチイ"),
      Case("ﾆﾁｲ ﾀﾛｳ", "ニチイ　タロウ"), Case("ｶﾞﾊﾟｰ", "ガパー"), Case("か\u{3099}く", "ガク"),
      Case("ゔゞゝ", "ヴヾヽ"), .taken("シㇰ", "Ainu"), .taken("ヷヸヹヺ"), Case("　ニチイ　", "ニチイ"),
      .refused("日医"), .refused("ニチイA"), .refused("ニチイＡ"), .refused("ニチイ1"), .refused("ー"),
      .refused("・"), .refused("ニチイ゛"), .refused("ニチ\u{200B}イ"), .refused("ニチ\nイ"),
      .refused("ニチイ。"), .refused("カ\u{309A}", "no letter of Japanese"), .refused("ニチイ-タロウ"),
    ])
  func kana(_ row: Case) {
    #expect(Rule.kana(64).agrees(with: row))
  }

  @Test("64 kana pass, half-width ones counted as they will stand; 65 do not")
  func kanaLength() {
    #expect(Rule.kana(64).stored(String(repeating: "ｶﾞ", count: 64)) != nil)
    #expect(Rule.kana(64).sentence(String(repeating: "ア", count: 65))?.contains("64文字以内") == true)
  }
}
