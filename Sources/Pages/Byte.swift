/// The bytes that mean something in a page.
enum Byte {
  static let newline = UInt8(ascii: "\n")
  static let less = UInt8(ascii: "<")
  static let greater = UInt8(ascii: ">")
  static let slash = UInt8(ascii: "/")
  static let equals = UInt8(ascii: "=")
  static let quote = UInt8(ascii: "\"")
  static let ampersand = UInt8(ascii: "&")
  static let semicolon = UInt8(ascii: ";")
  static let open = UInt8(ascii: "{")
  static let close = UInt8(ascii: "}")
  static let space = UInt8(ascii: " ")

  /// HTML's white space.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == space || byte == newline || byte == 0x09 || byte == 0x0D || byte == 0x0C
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    isLower(byte) || isUpper(byte)
  }

  static func isLower(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
  }

  static func isUpper(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// What the names of tags, attributes, slots and parts are made of.
  static func isName(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }
}

extension [UInt8] {
  /// The first place from `start` on where the bytes are those of `text`.
  func range(of text: String, from start: Int) -> Range<Int>? {
    let wanted = [UInt8](text.utf8)
    var at = start
    while at + wanted.count <= count {
      guard let next = self[at...].firstIndex(of: wanted[0]) else { return nil }
      if self[next...].starts(with: wanted) { return next..<next + wanted.count }
      at = next + 1
    }
    return nil
  }
}

extension String {
  /// True where both are the same bytes.
  ///
  /// Swift's `==` takes canonically equivalent texts for the same, and so a name with 神 (U+FA19)
  /// for one with 神 (U+795E).
  func isSame(as other: String) -> Bool {
    let (bytes, others) = (utf8.span, other.utf8.span)
    guard bytes.count == others.count else { return false }
    for place in bytes.indices where bytes[place] != others[place] { return false }
    return true
  }
}
