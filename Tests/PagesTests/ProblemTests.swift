import Pages
import Testing

@Suite("Problems on a page")
struct ProblemTests {
  private func problems(_ pairs: (String?, String)...) -> [FieldProblem] {
    pairs.map { FieldProblem(field: $0.0, sentence: $0.1) }
  }

  @Test("A failing field says so where it stands, in the summary and in the title")
  func failingField() throws {
    let text = try filled(
      PageTests.form,
      Filling(values: ["mail": ["x"]], problems: problems(("mail", "<メール>を。"), (nil, "全体。"))))
    #expect(text.contains("<title>エラー：登録</title>"))
    #expect(
      text.contains(
        """
        <input type="email" name="mail" id="mail" aria-invalid="true" \
        aria-describedby="mail-help error-mail" required value="x">
        <p class="error" id="error-mail">&lt;メール&gt;を。</p>
        """))
    #expect(
      text.contains(
        "<div id=\"problems-box\"><a href=\"#mail\">&lt;メール&gt;を。</a>全体。</div>"))
    #expect(text.matches(of: /aria-invalid/).count == 1)
  }

  @Test("Two sentences about one field stand on two lines")
  func twoSentences() throws {
    let text = try filled(
      PageTests.form, Filling(problems: problems(("mail", "1。"), ("mail", "2。"))))
    #expect(text.contains("<p class=\"error\" id=\"error-mail\">1。<br>2。</p>"))
    #expect(text.contains("<a href=\"#mail\">1。</a><a href=\"#mail\">2。</a>"))
  }

  @Test("A problem of something that can't be seen, or is not there, links to nothing")
  func unlinkedProblems() throws {
    let text = try filled(
      PageTests.form, Filling(problems: problems(("token", "1。"), ("nowhere", "2。"))))
    #expect(text.contains("<div id=\"problems-box\">1。2。</div>"))
    #expect(!text.contains("aria-invalid"))
  }

  static let group = """
    <template id="problems"><template id="problem"><a href="#{target}"></a></template></template>\
    <input name="a" id="a-1"><input name="a" id="a-2"><input name="a" id="a-3">
    """

  @Test(
    "Of several fields with one name those that are filled are marked, or all if none is",
    arguments: [
      (["", "2", ""], [2]), (["1", "2", "3"], [1, 2, 3]), (["", "", ""], [1, 2, 3]),
    ])
  func repeatedField(_ typed: [String], _ marked: [Int]) throws {
    let text = try filled(
      Self.group, Filling(values: ["a": typed], problems: problems(("a", "x"))))
    let ids = text.matches(
      of: /id="a-(\d)" value="\d?" aria-invalid="true" aria-describedby="error-a"/)
    #expect(ids.compactMap { Int($0.output.1) } == marked)
    #expect(text.hasPrefix("<a href=\"#a-\(marked[0])\"></a>"))
  }

  @Test("Of check boxes those that are ticked are marked, or all if none is")
  func checkBoxes() throws {
    let page = """
      <template id="problems"><template id="problem"><a href="#{target}"></a></template></template>\
      <template id="c"><input type="checkbox" name="c" id="c-{n}" value="{n}"></template>
      """
    let list = ["1", "2", "3"].map { Filling(slots: ["n": $0]) }
    func marked(_ typed: [String]) throws -> Int {
      let text = try filled(
        page, Filling(values: ["c": typed], parts: ["c": list], problems: problems(("c", "x"))))
      // The ids are known only when the boxes are made: the link leads to the error beside them.
      #expect(text.hasPrefix("<a href=\"#error-c\"></a>"))
      return text.matches(of: /aria-invalid="true"/).count
    }
    #expect(try marked(["1", "2"]) == 2)
    #expect(try marked([]) == 3)
  }

  @Test("The names to choose from are an answer to the error, not in error themselves")
  func candidates() throws {
    let page = """
      <input name="u" id="u"><p id="error-u" hidden></p>\
      <template id="choices-u"><fieldset><template id="choice-u">\
      <label><input type="radio" name="u" value="{name}"> {name}</label></template></fieldset>\
      </template>
      """
    let names = TextList("name", ["東京大学", "東京科学大学"])
    let filling = Filling(
      values: ["u": ["東京", "東京科学大学"]],
      parts: ["choices-u": [Filling(lists: ["choice-u": names])]],
      problems: problems(("u", "選ぶ")))
    #expect(
      try filled(page, filling) == """
        <input name="u" id="u" value="東京" aria-invalid="true" aria-describedby="error-u">\
        <p id="error-u">選ぶ</p><fieldset>\
        <label><input type="radio" name="u" value="東京大学"> 東京大学</label>\
        <label><input type="radio" name="u" value="東京科学大学" checked> 東京科学大学</label>\
        </fieldset>
        """)
  }

  @Test("A page without a summary still marks its fields")
  func noSummary() throws {
    let text = try filled("<input name=\"a\">", Filling(problems: problems(("a", "x"))))
    #expect(text == "<input name=\"a\" aria-invalid=\"true\" aria-describedby=\"error-a\">")
  }
}
