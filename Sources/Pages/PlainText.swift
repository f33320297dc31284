/// The words of a page, as a mail can carry them.
struct PlainText {
  private let source: Source
  private let base: String
  private var text = ""
  /// True where white space of the page stands before the next word.
  private var isSpaced = false

  /// Elements that share a line with what stands beside them; every other one has its own.
  private static let inline: Set = [
    "a", "abbr", "b", "bdi", "cite", "code", "data", "em", "i", "kbd", "mark", "q", "rp", "rt",
    "ruby", "s", "slot", "small", "span", "strong", "sub", "sup", "time", "u", "wbr",
  ]
  private static let silent: Set = ["template", "script", "svg", "head"]

  /// The words of `nodes`: white space as browsers take it, a line for each block and each `br`, a
  /// `dt` and its `dd` on one line with 「：」 between them; no empty lines. Below a link to a page of
  /// ours stands its address, which begins with `base`.
  static func of(_ nodes: [Node], in source: Source, base: String) -> String {
    var plain = PlainText(source: source, base: base)
    plain.add(nodes)
    plain.endLine()
    return plain.text
  }

  private init(source: Source, base: String) {
    self.source = source
    self.base = base
  }

  private mutating func add(_ nodes: [Node]) {
    for node in nodes {
      switch node {
      case .text(let range): add(words: References.decode(source.bytes[range]))
      case .element(let element): add(element)
      case .comment, .echo: break
      }
    }
  }

  private mutating func add(_ element: Element) {
    if PlainText.silent.contains(element.name) { return }
    if PlainText.inline.contains(element.name) {
      add(element.children)
      if element.name == "a" { addAddress(of: element) }
      return
    }
    if element.name != "dd" || !text.hasSuffix("：") { endLine() }
    add(element.children)
    if element.name == "dt", !text.isEmpty, !text.hasSuffix("\n") {
      if !text.hasSuffix("：") { text += "：" }
      isSpaced = false
    } else {
      endLine()
    }
  }

  private mutating func addAddress(of link: Element) {
    guard let value = link.attribute("href")?.value else { return }
    let address = source.string(value)
    guard address.utf8.first == Byte.slash else { return }
    endLine()
    text += base + address
  }

  private mutating func add(words: String) {
    for scalar in words.unicodeScalars {
      if scalar.isASCII, Byte.isSpace(UInt8(truncatingIfNeeded: scalar.value)) {
        isSpaced = true
        continue
      }
      if isSpaced, let last = text.last, last != "\n", last != "：" { text += " " }
      isSpaced = false
      text.unicodeScalars.append(scalar)
    }
  }

  private mutating func endLine() {
    isSpaced = false
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
  }
}
