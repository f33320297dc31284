/// Reads a page of ours into a tree.
///
/// This is no HTML parser: it takes what our own files are written in (lower case, double quotes,
/// every element closed) and throws a clear error for the rest, where a browser would guess.
struct Reader {
  private let source: Source
  private var bytes: [UInt8] { source.bytes }
  private var offset = 0

  private static let void: Set = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
  ]
  /// Elements whose text holds no tags.
  private static let raw: Set = ["title", "textarea", "script"]

  /// The page's tree, or the first error of its text.
  static func read(_ source: Source) throws(PageError) -> [Node] {
    var reader = Reader(source: source)
    var nodes: [Node] = []
    while let node = try reader.node(inside: nil, isForeign: false) {
      nodes.append(node)
    }
    return nodes
  }

  private init(source: Source) {
    self.source = source
  }

  /// The next node, or nil at the end of `parent` (of the page, where there is none).
  private mutating func node(
    inside parent: Element?, isForeign: Bool
  ) throws(PageError) -> Node? {
    guard offset < bytes.count else {
      guard let parent else { return nil }
      throw error(at: parent.start.lowerBound, "<\(parent.name)> is never closed")
    }
    if bytes[offset] != Byte.less { return .text(text()) }
    if looks(at: "</") {
      try closing(parent)
      return nil
    }
    if looks(at: "<!--") { return try comment() }
    if looks(at: "<!") { return .text(try doctype()) }
    return .element(try element(isForeign: isForeign))
  }

  private mutating func text() -> Range<Int> {
    let start = offset
    offset = bytes[offset...].firstIndex(of: Byte.less) ?? bytes.count
    return start..<offset
  }

  private mutating func comment() throws(PageError) -> Node {
    let start = offset
    guard let end = bytes.range(of: "-->", from: offset + 4) else {
      throw error("a comment is never closed")
    }
    offset = end.upperBound
    let text = source.string(start..<offset)
    guard text.hasPrefix("<!--#") else { return .comment(start..<offset) }
    let name = text.dropFirst("<!--#echo var=\"".count).dropLast("\" -->".count)
    guard text == "<!--#echo var=\"\(name)\" -->", name.utf8.allSatisfy(Byte.isName) else {
      throw error(at: start, "of SSI only #include and #echo var=\"NAME\" are known")
    }
    return .echo(start..<offset)
  }

  private mutating func doctype() throws(PageError) -> Range<Int> {
    let start = offset
    guard let end = bytes[offset...].firstIndex(of: Byte.greater),
      source.string(start..<end).lowercased() == "<!doctype html"
    else { throw error("only <!doctype html> may begin with <!") }
    offset = end + 1
    return start..<offset
  }

  private mutating func element(isForeign: Bool) throws(PageError) -> Element {
    var element = try startTag(isForeign: isForeign)
    try Rules.check(element, in: source)
    if bytes[offset - 2] == Byte.slash {
      guard isForeign || element.name == "svg" || Reader.void.contains(element.name) else {
        throw error(at: element.start.lowerBound, "close <\(element.name)> with an end tag")
      }
      return element
    }
    if Reader.void.contains(element.name) { return element }
    if Reader.raw.contains(element.name) {
      try rawText(of: &element)
    } else {
      while let node = try node(inside: element, isForeign: isForeign || element.name == "svg") {
        element.children.append(node)
      }
    }
    element.whole = element.start.lowerBound..<offset
    let end = bytes[..<offset].lastIndex(of: Byte.less) ?? offset
    element.inner = element.start.upperBound..<end
    return element
  }

  private mutating func rawText(of element: inout Element) throws(PageError) {
    let start = offset
    guard let end = bytes.range(of: "</", from: offset) else {
      throw error(at: element.start.lowerBound, "<\(element.name)> is never closed")
    }
    offset = end.lowerBound
    if let tag = bytes[start..<offset].firstIndex(of: Byte.less) {
      throw error(at: tag, "<\(element.name)> holds words only; write &lt; for <")
    }
    if start < offset { element.children = [.text(start..<offset)] }
    try closing(element)
  }

  /// Reads the end tag of `parent`.
  private mutating func closing(_ parent: Element?) throws(PageError) {
    let start = offset
    offset += 2
    let name = source.string(nameRange())
    guard offset < bytes.count, bytes[offset] == Byte.greater, !name.isEmpty else {
      throw error(at: start, "an end tag is not well formed")
    }
    offset += 1
    guard let parent else { throw error(at: start, "</\(name)> closes nothing") }
    guard name == parent.name else {
      let place = source.place(of: parent.start.lowerBound)
      throw error(
        at: start,
        "</\(name)>, but <\(parent.name)> of \(place.file):\(place.line) is still open")
    }
  }
}

// The start tag.
extension Reader {
  private mutating func startTag(isForeign: Bool) throws(PageError) -> Element {
    let start = offset
    offset += 1
    let name = source.string(nameRange())
    guard !name.isEmpty, Byte.isLetter(bytes[start + 1]) else {
      throw error(at: start, "write &lt; for a < that begins no tag")
    }
    try checkCase(of: name, at: start, isForeign: isForeign)
    var attributes: [Attribute] = []
    var end = offset
    while let attribute = try attribute(of: name, isForeign: isForeign || name == "svg") {
      guard !attributes.contains(where: { $0.name == attribute.name }) else {
        throw error(at: attribute.whole.lowerBound, "\(attribute.name) stands twice in <\(name)>")
      }
      attributes.append(attribute)
      end = offset
    }
    try endOfStartTag(name, from: start)
    return Element(
      name: name, attributes: attributes, start: start..<offset, insertion: end,
      inner: offset..<offset, whole: start..<offset)
  }

  private mutating func endOfStartTag(_ name: String, from start: Int) throws(PageError) {
    if offset < bytes.count, bytes[offset] == Byte.slash { offset += 1 }
    guard offset < bytes.count, bytes[offset] == Byte.greater else {
      throw error(at: start, "the tag <\(name)> is not well formed")
    }
    offset += 1
  }

  /// The next attribute, or nil where the tag ends.
  private mutating func attribute(
    of tag: String, isForeign: Bool
  ) throws(PageError) -> Attribute? {
    let start = offset
    skipSpace()
    let nameStart = offset
    let name = source.string(nameRange())
    guard !name.isEmpty else { return nil }
    guard nameStart > start else {
      throw error("a space is missing before \(name) in <\(tag)>")
    }
    try checkCase(of: name, at: nameStart, isForeign: isForeign)
    guard offset < bytes.count, bytes[offset] == Byte.equals else {
      return Attribute(name: name, value: nil, whole: start..<offset)
    }
    offset += 1
    guard offset < bytes.count, bytes[offset] == Byte.quote,
      let end = bytes[(offset + 1)...].firstIndex(of: Byte.quote)
    else { throw error(at: nameStart, "\(name) in <\(tag)> needs double quotes") }
    let value = offset + 1..<end
    offset = end + 1
    return Attribute(name: name, value: value, whole: start..<offset)
  }

  private func checkCase(of name: String, at start: Int, isForeign: Bool) throws(PageError) {
    guard isForeign || !name.utf8.contains(where: Byte.isUpper) else {
      throw error(at: start, "write \(name) in lower case")
    }
  }

  private mutating func nameRange() -> Range<Int> {
    let start = offset
    offset =
      bytes[offset...].firstIndex { !Byte.isName($0) && $0 != UInt8(ascii: ":") } ?? bytes.count
    return start..<offset
  }

  private mutating func skipSpace() {
    offset = bytes[offset...].firstIndex { !Byte.isSpace($0) } ?? bytes.count
  }

  private func looks(at text: String) -> Bool {
    bytes[offset...].starts(with: text.utf8)
  }

  private func error(at offset: Int? = nil, _ message: String) -> PageError {
    source.error(at: offset ?? self.offset, message)
  }
}
