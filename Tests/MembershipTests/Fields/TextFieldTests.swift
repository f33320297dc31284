import Testing

@testable import Membership

@Suite("Fields: texts and choices")
struct TextFieldTests {
  @Test(
    "full-width text",
    arguments: [
      Case("ABC medical 学部(1)", "ＡＢＣ　ｍｅｄｉｃａｌ　学部（１）"), Case("ﾊﾞｲｵ", "バイオ"),
      .taken("\u{FA10}大学"), .refused("大\u{0}学"), .refused("大\n学"), .refused("大\u{202D}学"),
    ])
  func fullWidth(_ row: Case) {
    #expect(Rule.fullWidth(30).agrees(with: row))
  }

  @Test("lengths of full-width texts are the rule's own", arguments: [20, 30, 100])
  func fullWidthLength(_ longest: Int) {
    #expect(Rule.fullWidth(longest).stored(String(repeating: "学", count: longest)) != nil)
    #expect(Rule.fullWidth(longest).stored(String(repeating: "a", count: longest + 1)) == nil)
    #expect(Rule.fullWidth(longest).longest == longest)
  }

  @Test(
    "addresses keep the width in which they were typed",
    arguments: [
      Case.taken("文京区本駒込2-28-16"), .taken("文京区本駒込２－２８－１６　日医会館"), .taken("ﾆﾁｲ ﾋﾞﾙ 1F"),
      Case(" 葛\u{E0100}城市1 ", "葛\u{E0100}城市1"), .refused("本駒込\u{8}2"), .refused("本駒込\t2"),
      .refused("本\u{200B}駒込"), .taken(String(repeating: "葛\u{E0100}", count: 50)),
      .refused(String(repeating: "町", count: 51)),
    ])
  func address(_ row: Case) {
    #expect(Rule.address(50).agrees(with: row))
  }

  @Test(
    "an inquiry's text",
    arguments: [
      Case("一行目\r\n二行目\r三行目\n四行目", "一行目\n二行目\n三行目\n四行目"), .taken("a\tb😀"),
      Case("a\r\n\r\nb", "a\n\nb"), Case("a\r\r\nb", "a\n\nb"), .refused("a\u{0}b"),
      .refused("a\u{1B}[31mb"),
      .refused("a\u{202E}b"), .refused("a\u{C}b"), .taken(String(repeating: "あ", count: 2_000)),
      .refused(String(repeating: "あ", count: 2_001)),
    ])
  func plainText(_ row: Case) {
    #expect(Rule.plainText(2_000).agrees(with: row))
  }

  @Test("a line end counts one, however it was sent")
  func lineEnds() {
    let text = String(repeating: "a\r\n", count: 999) + "bc"
    #expect(Rule.plainText(2_000).stored(text)?.count == 2_000)
    #expect(Rule.plainText(1_999).stored(text) == nil)
  }

  @Test("master names: kana widened, the rest as typed")
  func masterName() throws {
    #expect(same(try MasterName("ﾄｳｷｮｳ大学 A").text, "トウキョウ大学　A"))
    #expect(Rule.masterName.stored(String(repeating: "学", count: 101)) == nil)
    #expect(Rule.masterName.stored("学\u{200B}会") == nil)
  }

  @Test("prefectures are those of the master table, in its order")
  func prefectures() throws {
    #expect(try rows(of: "sql/masters/prefectures.csv").map { $0[1] } == Prefecture.names)
    for name in Prefecture.names { #expect(Rule.prefecture.stored(name) == name) }
    for name in ["東京", "大坂府", "Tokyo"] {
      #expect(Rule.prefecture.sentence(name) == "項目は、一覧から選択してください。")
    }
  }

  @Test("choices take the control's values and know the words")
  func choices() {
    #expect(Sex.allCases.map(\.label) == ["男性", "女性", "回答しない"])
    #expect(Rule.sex.stored(" unspecified ") == "unspecified")
    #expect(Rule.sex.stored("男性") == nil && Rule.sex.stored("Male") == nil)
    #expect(
      InquiryCategory.allCases.map { "\($0.rawValue) \($0.label)" } == [
        "login ログインできない", "postcard ハガキが見当たらない", "registration 利用者登録", "other その他",
      ])
    #expect(Rule.inquiryCategory.stored("spam") == nil)
  }
}
