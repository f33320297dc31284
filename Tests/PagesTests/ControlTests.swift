import Pages
import Testing

@Suite("Controls, filled in")
struct ControlTests {
  /// A page, what was typed for `a`, and the answer.
  static let cases: [(page: String, typed: [String], answer: String)] = [
    // a text field takes the next value; what the page had is gone
    ("<input name=\"a\" value=\"own\" id=\"x\">", ["1"], "<input name=\"a\" value=\"1\" id=\"x\">"),
    ("<input name=\"a\">", [], "<input name=\"a\" value=\"\">"),
    (
      "<input name=\"a\"><input name=\"a\"><input name=\"a\">", ["1", "", "3"],
      "<input name=\"a\" value=\"1\"><input name=\"a\" value=\"\"><input name=\"a\" value=\"3\">"
    ),
    // passwords and files never come back
    ("<input type=\"password\" name=\"a\">", ["secret"], "<input type=\"password\" name=\"a\">"),
    ("<input type=\"file\" name=\"a\">", ["x"], "<input type=\"file\" name=\"a\">"),
    // buttons keep their own values
    (
      "<button name=\"a\" value=\"go\">x</button>", ["x"],
      "<button name=\"a\" value=\"go\">x</button>"
    ),
    // a browser drops the first newline of a textarea
    ("<textarea name=\"a\">own</textarea>", ["\n2"], "<textarea name=\"a\">\n\n2</textarea>"),
    ("<textarea name=\"a\">own</textarea>", [""], "<textarea name=\"a\"></textarea>"),
    // check marks: what was typed decides, not the page
    (
      "<input type=\"checkbox\" name=\"a\" value=\"1\" checked><input type=\"checkbox\" name=\"a\" value=\"2\">",
      ["2"],
      "<input type=\"checkbox\" name=\"a\" value=\"1\"><input type=\"checkbox\" name=\"a\" value=\"2\" checked>"
    ),
    (
      "<input type=\"checkbox\" name=\"a\" value=\"1\" checked>", [],
      "<input type=\"checkbox\" name=\"a\" value=\"1\">"
    ),
    (
      "<input type=\"radio\" name=\"a\" value=\"&lt;\"><input type=\"radio\" name=\"a\" value=\"2\" checked>",
      ["<"],
      "<input type=\"radio\" name=\"a\" value=\"&lt;\" checked><input type=\"radio\" name=\"a\" value=\"2\">"
    ),
    // an option is found by its value, once
    (
      "<select name=\"a\"><option value=\"\" selected>-</option><option value=\"1\">one</option><option value=\"1\">uno</option></select>",
      ["1"],
      "<select name=\"a\"><option value=\"\">-</option><option value=\"1\" selected>one</option><option value=\"1\">uno</option></select>"
    ),
    // a value that no option has is not lost
    (
      "<select name=\"a\"><option value=\"1\">one</option></select>", ["<9>"],
      "<select name=\"a\"><option value=\"1\">one</option><option value=\"&lt;9&gt;\" selected>&lt;9&gt;</option></select>"
    ),
    (
      "<select name=\"a\"><option value=\"1\">one</option></select>", [""],
      "<select name=\"a\"><option value=\"1\">one</option></select>"
    ),
    // equal to Swift's ==, yet another character
    (
      "<select name=\"a\"><option value=\"\u{795E}\">x</option></select>", ["\u{FA19}"],
      "<select name=\"a\"><option value=\"\u{795E}\">x</option><option value=\"\u{FA19}\" selected>\u{FA19}</option></select>"
    ),
    // what only scripts use has no name
    ("<input type=\"checkbox\" id=\"show\">", ["1"], "<input type=\"checkbox\" id=\"show\">"),
  ]

  @Test("What was typed is in the control again", arguments: cases)
  func typing(_ example: (page: String, typed: [String], answer: String)) throws {
    let answer = try filled(example.page, Filling(values: ["a": example.typed]))
    #expect(Array(answer.utf8) == Array(example.answer.utf8), "\(answer)")
  }

  @Test("Without a value, a control keeps the page's own", arguments: cases)
  func ownValues(_ example: (page: String, typed: [String], answer: String)) throws {
    #expect(try filled(example.page, Filling(values: ["b": ["1"]])) == example.page)
  }

  @Test("Options and check boxes that a template makes are found as others are")
  func madeChoices() throws {
    let page = """
      <select name="s"><template id="o"><option value="{code}">{code}{label}</option></template>\
      </select><template id="c"><input type="checkbox" name="c" value="x-{code}"></template>
      """
    let list = [
      Filling(slots: ["code": "01", "label": "内科"]), Filling(slots: ["code": "02", "label": "外科"]),
    ]
    let filling = Filling(values: ["s": ["02"], "c": ["x-01"]], parts: ["o": list, "c": list])
    #expect(
      try filled(page, filling) == """
        <select name="s"><option value="01">01内科</option>\
        <option value="02" selected>02外科</option></select>\
        <input type="checkbox" name="c" value="x-01" checked>\
        <input type="checkbox" name="c" value="x-02">
        """)
  }

  @Test("A hidden number of a row is the row's, whatever was typed")
  func hiddenRowNumber() throws {
    let page = "<template id=\"r\"><input type=\"hidden\" name=\"id\" value=\"{n}\"></template>"
    let filling = Filling(values: ["id": ["9"]], parts: ["r": [Filling(slots: ["n": "1"])]])
    #expect(try filled(page, filling) == "<input type=\"hidden\" name=\"id\" value=\"1\">")
  }

  @Test("A <details> opens where something in it was typed, chosen or is wrong")
  func details() throws {
    let page = """
      <input name="a"><details><input name="a"><input type="hidden" name="h"></details>\
      <details><input type="checkbox" name="c" value="1"></details>\
      <details><select name="s"><option value="">-</option></select></details>
      """
    func open(_ filling: Filling) throws -> [Bool] {
      try filled(page, filling).matches(of: /<details( open)?>/).map { $0.output.1 != nil }
    }
    #expect(try open(Filling()) == [false, false, false])
    #expect(try open(Filling(values: ["a": ["1"], "h": ["x"], "c": []])) == [false, false, false])
    #expect(try open(Filling(values: ["a": ["1", "2"]])) == [true, false, false])
    #expect(try open(Filling(values: ["c": ["1"]])) == [false, true, false])
    let wrong = Filling(values: ["s": [""]], problems: [FieldProblem(field: "s", sentence: "x")])
    #expect(try open(wrong) == [false, false, true])
  }
}
