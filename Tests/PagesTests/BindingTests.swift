import Pages
import Testing

@Suite("Pages and screens, held together")
struct BindingTests {
  /// A page with which there is nothing wrong, line by line.
  static let good = [
    "<!--#include virtual=\"/parts/problems.html\" -->",
    "<form method=\"post\" novalidate>",
    "<label for=\"a\">あ</label><p id=\"a-help\">例</p>",
    "<input name=\"a\" id=\"a\" required maxlength=\"8\" aria-describedby=\"a-help\">",
    "<p id=\"error-a\" hidden></p>",
    "<label><input type=\"checkbox\" name=\"b\" value=\"1\"></label><p id=\"error-b\" hidden></p>",
    "<input type=\"hidden\" name=\"token\"><button name=\"action\" value=\"x\">x</button>",
    "<slot name=\"s\">x</slot><template id=\"t\">{n}</template>",
    "<template id=\"choices-a\"><template id=\"choice-a\"><label>"
      + "<input type=\"radio\" name=\"a\" value=\"{name}\">{name}</label></template></template>",
    "</form>",
  ]

  static let fields = [
    FieldBinding(name: "a", isRequired: true, isRepeated: false, longest: 8),
    FieldBinding(name: "b", isRequired: false, isRepeated: true, longest: 1),
    FieldBinding(name: "token", isRequired: true, isRepeated: false, longest: 64),
  ]

  private func complaints(
    _ lines: [String], _ fields: [FieldBinding] = fields, slots: Set<String> = ["s", "n"],
    parts: Set<String> = ["t"]
  ) throws -> [String] {
    try page(lines.joined(separator: "\n"))
      .problems(fields: fields, slots: slots, parts: parts).map(\.description)
  }

  @Test("A page that agrees with its screen is in order")
  func agreement() throws {
    #expect(try complaints(Self.good) == [])
    #expect(
      try complaints(Self.good, slots: ["s", "n", "name"], parts: ["t", "choices-a", "choice-a"])
        == [], "a screen may name the choices")
  }

  /// A line of the good page, what stands there instead, and what is said.
  static let faults: [(line: Int, text: String, said: [String])] = [
    (1, "", ["page.html: a form needs <!--#include virtual=\"/parts/problems.html\" --> above it"]),
    (
      2, "<form method=\"post\">",
      ["page.html:2: the form needs novalidate, or browsers speak before we do"]
    ),
    (3, "<p id=\"a-help\"></p>", ["page.html:4: the control a has no label"]),
    (
      3, "<label for=\"c\">x</label><label for=\"a\">x</label><p id=\"a-help\"></p>",
      ["page.html:3: the label is for c, which is no control's id"]
    ),
    (
      3, "<label for=\"a\">x</label><label>x</label><p id=\"a-help\"></p>",
      ["page.html:3: the label has no control"]
    ),
    (3, "<label for=\"a\">x</label>", ["page.html:4: no element has the id a-help"]),
    (
      4, "<input name=\"a\" id=\"a\">",
      ["page.html:4: a is 必須: the control needs required"]
    ),
    (
      4, "<input name=\"a\" id=\"a\" required maxlength=\"7\">",
      ["page.html:4: maxlength of a is 7, but the rule takes 8 characters"]
    ),
    (
      4,
      "<input name=\"a\" id=\"a\" required><input name=\"a\" id=\"a\" aria-label=\"x\" required>",
      [
        "page.html:4: a stands several times, but takes one value",
        "page.html:4: the id a is taken already at page.html:4",
      ]
    ),
    (
      4, "<input name=\"a\" required aria-label=\"x\">",
      [
        "page.html:3: the label is for a, which is no control's id",
        "page.html:4: the control a needs an id, for the error summary",
      ]
    ),
    (
      4, "<input name=\"c\" id=\"a\">",
      [
        "page.html:4: the control c belongs to no field of the screen",
        "page.html:9: a is 必須: the control needs required",
      ]
    ),
    (5, "", ["page.html:4: a needs an element with id=\"error-a\""]),
    (
      5, "<p id=\"error-a\" hidden></p><p id=\"error-c\" hidden></p>",
      ["page.html:5: error-c belongs to no control"]
    ),
    (
      6,
      "<label><input type=\"checkbox\" name=\"b\" value=\"1\" required></label><p id=\"error-b\" hidden></p>",
      ["page.html:6: b is 任意: the control must not have required"]
    ),
    (7, "", ["page.html: no control has the name token"]),
    (
      8, "<slot name=\"r\">x</slot>",
      [
        "page.html: there is no slot n, which the screen fills",
        "page.html: there is no slot s, which the screen fills",
        "page.html: there is no template t, which the screen fills",
        "page.html:8: the screen does not fill the slot r",
      ]
    ),
    (
      9, "<template id=\"choices-c\"><p></p></template>",
      ["page.html:9: choices-c belongs to no control"]
    ),
    (
      9, "<template id=\"u\"><p></p></template>",
      ["page.html:9: the screen does not fill the template u"]
    ),
  ]

  @Test("A page that contradicts its screen is told where", arguments: faults)
  func contradiction(_ fault: (line: Int, text: String, said: [String])) throws {
    var lines = Self.good
    lines[fault.line - 1] = fault.text
    #expect(try complaints(lines).sorted() == fault.said.sorted())
  }

  @Test("Errors come in the order of the lines, those of the whole page first")
  func order() throws {
    var lines = Self.good
    lines[3] = "<input name=\"a\" id=\"a\">"
    lines[6] = ""
    lines[7] = "<slot name=\"r\">x</slot><slot name=\"s\">x</slot><template id=\"t\">{n}</template>"
    let places = try complaints(lines).map { $0.prefix { $0 != " " } }
    #expect(places == ["page.html:", "page.html:4:", "page.html:8:"])
  }

  @Test("A fault in a part names the part")
  func partsAreNamed() throws {
    let site = try Site([
      "page.html": "\n<!--#include virtual=\"/parts/a.html\" -->\n",
      "parts/a.html": "<p></p>\n<slot name=\"x\">x</slot>\n",
    ])
    let said = try site.page("page.html").problems(fields: [])
    #expect(said.map(\.description) == ["parts/a.html:2: the screen does not fill the slot x"])
  }
}
