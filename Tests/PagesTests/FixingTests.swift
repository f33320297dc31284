import Pages
import Testing

@Suite("Parts written into a page for good")
struct FixingTests {
  /// Two fillings of the part `x`, with what HTML must escape.
  static let fixed: Named<[Filling]> = [
    "x": [
      Filling(slots: ["code": "01", "label": "内科"]),
      Filling(slots: ["code": "<2>", "label": "A&B"]),
    ]
  ]

  static let bodies = [
    "<option value=\"{code}\">{label}</option>",
    "<input type=\"checkbox\" id=\"a-{code}\" name=\"a\" value=\"{code}\"> {label}",
    "<input type=\"radio\" name=\"a\" value=\"{code}{outer}\" aria-describedby=\"h-{code}\">",
    "<input name=\"a\" value=\"{code}\"><textarea name=\"a\">{label}</textarea>",
    "<slot name=\"code\">sample</slot><slot name=\"none\">{label}</slot><slot name=\"outer\">-</slot>",
    "<details><summary>{label}</summary><input name=\"a\" value=\"{code}\"></details>",
    "<template id=\"inner\">{label}{own}{outer}</template>",
  ]

  static let typed: [[String]?] = [nil, [], ["01"], ["<2>"], ["<2>", "01"], ["01o&o"], ["7"]]

  @Test("They read as if they had been filled in", arguments: bodies, typed)
  func sameAnswer(_ body: String, _ typed: [String]?) throws {
    let isOption = body.hasPrefix("<option")
    let template = "<template id=\"x\">\(body)</template>"
    let site = try page(
      "前" + (isOption ? "<select name=\"a\">\(template)</select>" : template)
        + "<p id=\"error-a\" hidden></p>後<template id=\"other\">{outer}</template>")
    var filling = Filling(
      slots: ["outer": "o&o"],
      parts: ["inner": [Filling(slots: ["own": "1"]), Filling()], "other": [Filling()]])
    if let typed { filling.values["a"] = typed }
    for problems in [[], [FieldProblem(field: "a", sentence: "だめ")]] {
      filling.problems = problems
      var whole = filling
      whole.parts.merge(Self.fixed)
      #expect(text(site.fixing(Self.fixed).render(filling)) == text(site.render(whole)))
    }
  }

  @Test("A part inside another one is found, and no filling changes it any more")
  func inside() throws {
    let fixed = try page("<template id=\"y\">[<template id=\"x\">{label}</template>]</template>")
      .fixing(Self.fixed)
    let filling = Filling(parts: [
      "y": [Filling(), Filling()], "x": [Filling(slots: ["label": "?"])],
    ])
    #expect(text(fixed.render(filling)) == "[内科A&amp;B][内科A&amp;B]")
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
