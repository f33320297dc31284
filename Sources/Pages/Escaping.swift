extension [UInt8] {
  private static let ampersand = [UInt8]("&amp;".utf8)
  private static let less = [UInt8]("&lt;".utf8)
  private static let greater = [UInt8]("&gt;".utf8)
  private static let quote = [UInt8]("&quot;".utf8)
  private static let apostrophe = [UInt8]("&#39;".utf8)
  private static let replacement = [UInt8]("\u{FFFD}".utf8)

  /// Adds `text` so that it is the same text in HTML, between tags and in a quoted attribute.
  ///
  /// CR LF and CR become LF, as in any HTML. Other control characters, which HTML can't carry,
  /// become U+FFFD.
  mutating func append(escaped text: String) {
    // Most texts need nothing done.
    guard Self.holdsSpecial(text.utf8.span) else { return append(contentsOf: text.utf8) }
    var bytes = text.utf8.makeIterator()
    var isAfterReturn = false
    while let byte = bytes.next() {
      if special[Int(byte)] == 0 {
        if byte != Byte.newline || !isAfterReturn { append(byte) }
      } else if byte == firstOfC1 {
        append(afterFirstOfC1: bytes.next() ?? 0)
      } else {
        append(contentsOf: Self.escape(byte))
      }
      isAfterReturn = byte == 0x0D
    }
  }

  private static func holdsSpecial(_ bytes: Span<UInt8>) -> Bool {
    var found: UInt8 = 0
    for place in bytes.indices { found |= special[Int(bytes[place])] }
    return found != 0
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case Byte.ampersand: ampersand
    case Byte.less: less
    case Byte.greater: greater
    case Byte.quote: quote
    case UInt8(ascii: "'"): apostrophe
    case 0x0D: [Byte.newline]
    default: replacement
    }
  }

  /// U+0080 to U+009F are control characters too; from U+00A0 on there are letters and signs.
  private mutating func append(afterFirstOfC1 second: UInt8) {
    if second < 0xA0 {
      append(contentsOf: Self.replacement)
    } else {
      append(firstOfC1)
      append(second)
    }
  }
}

/// The first byte of U+0080 to U+00BF.
private let firstOfC1: UInt8 = 0xC2

/// Not 0 for a byte that may not stand in HTML as it is: control characters but TAB and LF, `"` `&`
/// `'` `<` `>`, and what U+0080 to U+009F begin with.
private let special: InlineArray<256, UInt8> = {
  var special = InlineArray<256, UInt8>(repeating: 0)
  for byte in 0..<0x20 where byte != 0x09 && byte != 0x0A { special[byte] = 1 }
  for byte in [
    Byte.quote, Byte.ampersand, UInt8(ascii: "'"), Byte.less, Byte.greater, 0x7F, firstOfC1,
  ] {
    special[Int(byte)] = 1
  }
  return special
}()
