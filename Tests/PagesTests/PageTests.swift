import Pages
import Testing

@Suite("Pages, filled in")
struct PageTests {
  /// A form with every kind of control.
  static let form = """
    <!doctype html>
    <html lang="ja"><head><title>登録</title></head><body>
    <template id="problems"><div id="problems-box">\
    <template id="problem"><a href="#{target}"><slot name="sentence">x</slot></a></template>\
    <template id="problem-plain"><slot name="sentence">x</slot></template></div></template>
    <!-- a comment --><p>ようこそ、<slot name="who">山田 <b>太郎</b></slot> 様</p>
    <form method="post" novalidate>
    <label for="mail">メール</label><p id="mail-help">例</p>
    <input type="email" name="mail" id="mail" aria-describedby="mail-help" required>
    <p class="error" id="error-mail" hidden></p>
    <label for="sex">性別</label><select name="sex" id="sex">
    <option value="">選ぶ</option><option value="m" selected>男性</option></select>
    <label for="body">本文</label><textarea name="body" id="body">あ</textarea>
    <label><input type="checkbox" name="agree" value="yes" id="agree" checked> はい</label>
    <label for="password">パスワード</label><input type="password" name="password" id="password">
    <input type="hidden" name="token" value="sample"><button name="action" value="go">送る</button>
    </form></body></html>

    """

  @Test("With nothing to fill in, a page is itself without templates and comments")
  func emptyFilling() throws {
    let own = Self.form
      .replacing(/<template id="problems">.*?<\/div><\/template>/.dotMatchesNewlines(), with: "")
      .replacing(/<!-- .*? -->/, with: "")
    #expect(try filled(Self.form) == own)
  }

  @Test("Whatever is filled in, what stands around it stays byte for byte")
  func nothingElseChanges() throws {
    let text = try filled(Self.form, Filling(values: ["mail": ["a@example.jp"]]))
    let own = try filled(Self.form)
    #expect(text == own.replacing("required>", with: "required value=\"a@example.jp\">"))
  }

  @Test(
    "Texts are escaped, in a slot, a value and a textarea",
    arguments: [
      ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"),
      ("a\u{0}b\u{1B}c\u{7F}d\u{85}e", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e"),
      ("1\r\n2\r3\n4\t5", "1\n2\n3\n4\t5"),
      ("\u{A0}©\u{BF}", "\u{A0}©\u{BF}"),  // two bytes, the first as in control characters
      ("葛󠄀𠮷神が", "葛󠄀𠮷神が"),  // never normalised
      ("", ""),
    ])
  func escaping(_ text: String, _ escaped: String) throws {
    let page = "<slot name=\"s\">x</slot>|<input name=\"a\">|<textarea name=\"b\">x</textarea>"
    let filling = Filling(values: ["a": [text], "b": [text]], slots: ["s": text])
    let expected =
      "\(escaped)|<input name=\"a\" value=\"\(escaped)\">|<textarea name=\"b\">\(escaped)</textarea>"
    #expect(try Array(filled(page, filling).utf8) == Array(expected.utf8))
  }

  @Test("Nothing that was typed is looked at for includes, slots, templates or names")
  func typedMarkup() throws {
    let typed = "<!--#include virtual=\"/parts/problems.html\" --><slot name=\"t\"></slot>{t}"
    let escaped =
      "&lt;!--#include virtual=&quot;/parts/problems.html&quot; --&gt;"
      + "&lt;slot name=&quot;t&quot;&gt;&lt;/slot&gt;{t}"
    let text = try filled(
      "<template id=\"p\"><b title=\"{t}\">{t}</b></template><slot name=\"t\">x</slot>",
      Filling(slots: ["t": typed], parts: ["p": [Filling()]]))
    #expect(text == "<b title=\"\(escaped)\">\(escaped)</b>\(escaped)")
  }

  @Test("An #echo for nginx is no part of an answer")
  func echo() throws {
    let page = "<slot name=\"n\"><!--#echo var=\"enquiry\" --></slot>"
    #expect(try filled(page, Filling(slots: ["n": "ab12"])) == "ab12")
    #expect(try filled(page) == "<slot name=\"n\"></slot>")
  }

  @Test("Templates nest; each filling is looked at before those around it")
  func nestedTemplates() throws {
    let page = """
      <template id="row"><li class="r-{n}"><slot name="who">x</slot>\
      <template id="tag">[{n} {tag}]</template></li></template>
      """
    let tags = [Filling(slots: ["tag": "a"]), Filling(slots: ["tag": "b", "n": "0"])]
    let rows = [
      Filling(slots: ["n": "1"], parts: ["tag": tags]),
      Filling(slots: ["n": "2", "who": "乙"]),
    ]
    let filling = Filling(slots: ["who": "甲"], parts: ["row": rows])
    #expect(
      try filled(page, filling)
        == "<li class=\"r-1\">甲[1 a][0 b]</li><li class=\"r-2\">乙</li>")
    #expect(try filled(page) == "")
  }

  @Test("A template with one text that changes is written once for each of a list")
  func lists() throws {
    let page = "<template id=\"row\"><p>{n} <slot name=\"who\">x</slot></p></template>"
    let names = TextList("who", ["甲", "<乙>"])
    #expect(
      try filled(page, Filling(slots: ["n": "1", "who": "丙"], lists: ["row": names]))
        == "<p>1 甲</p><p>1 &lt;乙&gt;</p>")
    #expect(try filled(page, Filling(lists: ["row": TextList("who", [])])) == "")
    let inner = Filling(slots: ["n": "2"], lists: ["row": names])
    #expect(
      try filled(
        "<template id=\"all\">\(page)</template>\(page)",
        Filling(parts: ["all": [inner], "row": [Filling(slots: ["n": "3", "who": "丁"])]]))
        == "<p>2 甲</p><p>2 &lt;乙&gt;</p><p>3 丁</p>")
  }

  @Test("A template without an id stays, for scripts")
  func scriptTemplate() throws {
    let page = "<template class=\"x\"><p>{a}</p></template>"
    #expect(try filled(page) == page)
  }

  @Test("A page tells its controls, slots and parts")
  func description() throws {
    let page = try page(
      Self.form
        + "<template id=\"t\">{x}</template><input name=\"z\" maxlength=\"3\" value=\"&lt;\">")
    #expect(
      page.controls.map(\.name) == [
        "mail", "sex", "body", "agree", "password", "token", "action", "z",
      ])
    #expect(
      page.controls.map(\.kind)
        == [.text, .select, .textarea, .checkbox, .password, .hidden, .fixed, .text])
    #expect(page.controls.map(\.defaultValue) == [nil, "m", "あ", "yes", nil, "sample", "go", "<"])
    #expect(page.controls[0].isRequired && !page.controls[1].isRequired)
    #expect(page.controls[0].id == "mail")
    #expect(page.place(of: page.controls[0]) == ("page.html", 7))
    #expect(page.controls[7].maxLength == 3)
    #expect(page.slots == ["who", "x"])
    #expect(page.parts == ["t"])
  }
}
