import Pages
import Testing

@Suite("The reader of pages")
struct ReaderTests {
  /// What a page of ours must not be, and the error, with its file and line.
  static let refused: [(text: String, error: String)] = [
    ("\n<p>あ", "page.html:2: <p> is never closed"),
    ("<p>\n</div>", "page.html:2: </div>, but <p> of page.html:1 is still open"),
    ("</p>", "page.html:1: </p> closes nothing"),
    ("<p>\n\n3 < 4</p>", "page.html:3: write &lt; for a < that begins no tag"),
    ("<P></P>", "page.html:1: write P in lower case"),
    ("<p ID=\"x\"></p>", "page.html:1: write ID in lower case"),
    ("<p id='x'></p>", "page.html:1: id in <p> needs double quotes"),
    ("<p id=x></p>", "page.html:1: id in <p> needs double quotes"),
    ("<p id=\"x></p>", "page.html:1: id in <p> needs double quotes"),
    ("<p id=\"x\" id=\"y\"></p>", "page.html:1: id stands twice in <p>"),
    ("<p id=\"x\"class=\"y\"></p>", "page.html:1: a space is missing before class in <p>"),
    ("<p id=\"x\"", "page.html:1: the tag <p> is not well formed"),
    ("<div/>", "page.html:1: close <div> with an end tag"),
    ("<p></p >", "page.html:1: an end tag is not well formed"),
    ("<!-- x", "page.html:1: a comment is never closed"),
    ("<!DOCTYPE xml>", "page.html:1: only <!doctype html> may begin with <!"),
    ("<title>a<b>c</b></title>", "page.html:1: <title> holds words only; write &lt; for <"),
    ("<textarea name=\"a\">x", "page.html:1: <textarea> is never closed"),
    (
      "<!--#if expr=\"x\" -->",
      "page.html:1: of SSI only #include and #echo var=\"NAME\" are known"
    ),
    (
      "<!--#echo var=\" -->",
      "page.html:1: of SSI only #include and #echo var=\"NAME\" are known"
    ),
    (
      "<p><!--#echo var=\"enquiry\" --></p>",
      "page.html:1: #echo may only be the sample of a <slot>"
    ),
  ]

  @Test("An error names the file, the line and what to do", arguments: refused)
  func refusal(_ example: (text: String, error: String)) throws {
    #expect(try complaint(example.text) == example.error)
  }

  /// What the content security policy refuses, or the rules for our forms.
  static let forbidden: [(text: String, error: String)] = [
    ("<style>p{}</style>", "styles belong into a file of css/, for the CSP refuses <style>"),
    ("<p style=\"x\"></p>", "styles belong into a file of css/, for the CSP refuses style="),
    ("<script>x</script>", "scripts belong into a file of js/, for the CSP refuses them here"),
    ("<p onclick=\"x\"></p>", "scripts belong into a file of js/, for the CSP refuses onclick="),
    ("<a href=\"JavaScript:x\">x</a>", "href must not hold a script"),
    (
      "<template id=\"t\"><a href=\"{x}\">x</a></template>",
      "href must begin with words of the page, so that no value decides where it leads"
    ),
    (
      "<input name=\"a\" placeholder=\"x\">", "a control has no placeholder (デジタル庁デザインシステム)"
    ),
    ("<button disabled>x</button>", "a control has no disabled (デジタル庁デザインシステム)"),
    ("<textarea readonly></textarea>", "a control has no readonly (デジタル庁デザインシステム)"),
    (
      "<input name=\"a\" aria-invalid=\"true\">",
      "aria-invalid is set where a field fails, not in the page"
    ),
    (
      "<input name=\"a\" aria-describedby=\"b error-a\">",
      "aria-describedby names the error where a field fails, not here"
    ),
    ("<input name=\"a\" type=\"color\">", "controls of the type color are not known here"),
    ("<input name=\"a b\">", "the name of a control is made of letters, digits, - and _"),
    ("<input type=\"checkbox\" name=\"a\">", "a checkbox or radio button needs a value"),
    (
      "<input type=\"password\" name=\"a\" value=\"x\">", "a password or file control has no value"
    ),
    ("<input name=\"a\" maxlength=\"x\">", "maxlength is a number"),
    (
      "<select name=\"a\"><option>x</option></select>", "an <option> of a <select> needs a value"
    ),
    (
      "<select name=\"a\" multiple></select>", "use checkboxes for a choice of several"
    ),
    (
      "<template id=\"a\">{ x }</template>",
      "in a template { begins a {name}; write &#123; for the sign"
    ),
    (
      "<template id=\"a\"><template id=\"{b}\"></template></template>",
      "the id of a <template> is its name, without {x}"
    ),
    ("<slot>x</slot>", "a <slot> has a name, and nothing else"),
    (
      "<slot name=\"a\"><slot name=\"b\"></slot></slot>",
      "<slot> can't be in the sample of a <slot>"
    ),
    ("<p id=\"error-a\"></p>", "the element for an error needs hidden"),
    (
      "<p id=\"error-a\" hidden><b>x</b></p>",
      "the element for an error holds nothing but words"
    ),
  ]

  @Test("What our pages must not contain is refused", arguments: forbidden)
  func prohibition(_ example: (text: String, error: String)) throws {
    #expect(try complaint("\n" + example.text) == "page.html:2: " + example.error)
  }

  @Test("A part's errors name the part, and the lines after it those of the page")
  func linesAcrossIncludes() throws {
    let include = "<!--#include virtual=\"/parts/a.html\" -->\n"
    #expect(
      try complaint("<p>1</p>\n" + include, with: ["parts/a.html": "<i></i>\n<b>"])
        == "parts/a.html:2: <b> is never closed")
    #expect(
      try complaint("<p>1</p>\n" + include + "\n<b>", with: ["parts/a.html": "<i></i>\n\n"])
        == "page.html:4: <b> is never closed")
  }

  @Test(
    "An include that can't be resolved says why",
    arguments: [
      ("<!--#include file=\"a.html\" -->", "write an include as <!--#include virtual="),
      ("<!--#include virtual=\"/../secret.html\" -->", "write an include as <!--#include virtual="),
      ("<!--#include virtual=\"/parts/a.txt\" -->", "write an include as <!--#include virtual="),
      ("x <!--#include virtual=\"/parts/b.html\" -->", "an include has a line of its own"),
      ("<!--#include virtual=\"/parts/none.html\" -->", "parts/none.html: cannot be read: open "),
      ("<!--#include virtual=\"/parts/b.html\" -->", "parts/b.html includes itself"),
    ])
  func includeErrors(_ text: String, _ reason: String) throws {
    let itself = ["parts/b.html": "\n<!--#include virtual=\"/parts/b.html\" -->\n"]
    let said = try complaint("<p></p>\n" + text, with: itself)
    let place = reason.contains("itself") ? "parts/b.html:2: " : "page.html:2: "
    #expect(said.hasPrefix(place + reason), "\(said)")
  }

  @Test("Parts may include parts, and stand where nginx puts them")
  func nestedIncludes() throws {
    let site = try Site([
      "page.html": "<main>\n  <!--#include virtual=\"/parts/a.html\" -->\n</main>\n",
      "parts/a.html": "<h1>A</h1>\n<!--#include virtual=\"/parts/deep/b.html\" -->\n",
      "parts/deep/b.html": "<p>B</p>\n",
    ])
    let text = String(decoding: try site.page("page.html").render(), as: UTF8.self)
    #expect(text == "<main>\n  <h1>A</h1>\n<p>B</p>\n\n\n</main>\n")
  }

  @Test("A file that is missing, no UTF-8, or begins with a byte order mark is refused")
  func unreadableFiles() throws {
    let site = try Site([:])
    try site.write("latin.html", [0x3C, 0x70, 0x3E, 0xE9, 0x3C, 0x2F, 0x70, 0x3E])
    try site.write("mark.html", [0xEF, 0xBB, 0xBF])
    for (name, reason) in [
      ("latin.html", "latin.html: is not UTF-8"),
      ("mark.html", "mark.html: begins with a byte order mark; save it as UTF-8 without one"),
      ("none.html", "none.html: cannot be read: open \(site.folder.path)/none.html: "),
    ] {
      let error = #expect(throws: PageError.self) { try site.page(name) }
      #expect(error?.description.hasPrefix(reason) == true)
    }
  }

  @Test("No page, however it is cut off, brings the reader down")
  func truncatedPages() throws {
    let text = [UInt8](PageTests.form.utf8)
    let site = try Site([:])
    var refused = 0
    for end in text.indices {
      try site.write("page.html", [UInt8](text[..<end]))
      do throws(PageError) {
        _ = try site.page("page.html")
      } catch {
        refused += 1
        #expect(error.file == "page.html")
      }
    }
    #expect(refused > text.count / 2)
  }

  @Test("Drawings keep their own spelling")
  func foreignElements() throws {
    let drawing = "<svg viewBox=\"0 0 1 1\"><linearGradient/><path d=\"M0 0\"/></svg>"
    #expect(try filled(drawing) == drawing)
  }
}

@Suite("Texts taken from pages")
struct TextTests {
  @Test("A mail takes the words of a part, a line for each block")
  func plainText() throws {
    let site = try Site([
      "parts/contact.html": """
      <!-- one place -->
      <section>
        <h2>お問い合わせ</h2>
        <dl><dt>電話</dt><dd><a href="tel:0312345678">03-1234-5678</a>（平日
           9時から）</dd><dt>住所：</dt><dd>文京区<br>本駒込 &amp; 千石</dd></dl>
        <template id="x"><p>no</p></template>
        <p>Ａ<slot name="n">Ｂ</slot>&#x3042;&copy;&unknown;</p><p><a href="/inquiry">Form</a></p><script src="/js/x.js"></script>
      </section>
      """
    ])
    #expect(
      try site.plainText("parts/contact.html") == """
        お問い合わせ
        電話：03-1234-5678（平日 9時から）
        住所：文京区
        本駒込 & 千石
        ＡＢあ©&unknown;
        Form
        https://m.example.jp/inquiry

        """)
  }

  @Test("The inner bytes of an element come as they are written")
  func innerBytes() throws {
    let site = try Site([
      "page.html": "<main><article id=\"terms\"><p>第1条&amp;</p><!-- x -->\n</article></main>"
    ])
    let inner = try site.text(of: "terms", in: "page.html")
    #expect(String(decoding: inner, as: UTF8.self) == "<p>第1条&amp;</p><!-- x -->\n")
    #expect(throws: PageError(file: "page.html", message: "no element has the id other")) {
      try site.text(of: "other", in: "page.html")
    }
  }
}
