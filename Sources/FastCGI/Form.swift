/// Names and values as a form or an address carries them, in their order.
public struct FormValues: Equatable, Sendable {
  public private(set) var pairs: [(name: String, value: String)] = []

  public init() {}

  /// - Parameter count: how many there will be, about.
  public init(expecting count: Int) {
    pairs.reserveCapacity(count)
  }

  public static func == (left: FormValues, right: FormValues) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  public mutating func append(_ name: String, _ value: String) {
    pairs.append((name, value))
  }

  /// All values of a name, in their order.
  public func all(_ name: String) -> [String] { all(name, from: 0) }

  /// The first value of a name.
  public func first(_ name: String) -> String? {
    place(of: name, from: 0).map { pairs[$0].value }
  }

  fileprivate func all(_ name: String, from start: Int) -> [String] {
    var values: [String] = []
    var start = start
    while let place = place(of: name, from: start) {
      values.append(pairs[place].value)
      start = place + 1
    }
    return values
  }

  /// Where a name is next.
  fileprivate func place(of name: String, from start: Int) -> Int? {
    let pairs = pairs.span
    for place in start..<pairs.count where isSame(pairs[place].name, name) { return place }
    return nil
  }

  /// A form has a few dozen fields; more than this is not one of ours.
  static let mostPairs = 1000
  /// Room for these is made at once.
  private static let usualPairs = 40

  /// Reads `application/x-www-form-urlencoded`. Throws for malformed percent-encoding, invalid
  /// UTF-8 and too many pairs.
  public init(urlencoded bytes: [UInt8]) throws(RequestError) {
    guard !bytes.isEmpty else { return }
    let (ampersand, equals) = (UInt8(ascii: "&"), UInt8(ascii: "="))
    let text = bytes.span
    var decoder = PercentDecoder(plusIsSpace: true, longest: bytes.count)
    pairs.reserveCapacity(Self.usualPairs)
    var place = 0
    while place < text.count {
      guard text[place] != ampersand else {
        place += 1
        continue
      }
      guard pairs.count < Self.mostPairs else { throw .malformed }
      let name = try decoder.decode(text, from: &place) { $0 == equals || $0 == ampersand }
      var value = ""
      if place < text.count, text[place] == equals {
        place += 1
        value = try decoder.decode(text, from: &place) { $0 == ampersand }
      }
      pairs.append((name, value))
    }
  }

  /// The pairs as `application/x-www-form-urlencoded`.
  public var urlencoded: String {
    var text: [UInt8] = []
    for pair in pairs {
      if !text.isEmpty { text.append(UInt8(ascii: "&")) }
      appendPercentEncoded(pair.name, to: &text)
      text.append(UInt8(ascii: "="))
      appendPercentEncoded(pair.value, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Finds the values of one name after the other. A form comes in the order of its page, and for
/// names asked for in this order there is nothing to be searched.
public struct FormWalk {
  private let values: FormValues
  /// Before this place, all has been asked for.
  private var start = 0

  public init(_ values: FormValues) {
    self.values = values
  }

  /// The first value of a name that was not asked for before.
  public mutating func first(_ name: String) -> String? {
    guard let place = values.place(of: name, from: start) else { return nil }
    if place == start { pass(name) }
    return values.pairs[place].value
  }

  /// All values of a name that was not asked for before.
  public mutating func all(_ name: String) -> [String] {
    let found = values.all(name, from: start)
    if values.place(of: name, from: start) == start { pass(name) }
    return found
  }

  /// Goes on behind the values of the name that stand next.
  private mutating func pass(_ name: String) {
    let pairs = values.pairs
    repeat { start += 1 } while start < pairs.count && isSame(pairs[start].name, name)
  }
}

/// Reads percent-encoded texts, one after the other, in one piece of memory.
struct PercentDecoder {
  private let plusIsSpace: Bool
  private var plain: [UInt8]

  /// - Parameter longest: bytes of the longest text.
  init(plusIsSpace: Bool, longest: Int) {
    self.plusIsSpace = plusIsSpace
    plain = [UInt8](repeating: 0, count: longest)
  }

  /// The text of percent-encoded bytes. Throws where `%` is not followed by two hex digits, and for
  /// invalid UTF-8.
  mutating func decode(_ bytes: Span<UInt8>) throws(RequestError) -> String {
    var place = 0
    return try decode(bytes, from: &place) { _ in false }
  }

  /// The text from `place` to the next byte that ends it, which is where `place` is then. Throws
  /// as above.
  @inline(__always)
  mutating func decode(
    _ bytes: Span<UInt8>, from place: inout Int, until isEnd: (UInt8) -> Bool
  ) throws(RequestError) -> String {
    let plusIsSpace = plusIsSpace
    var (count, seen): (Int, UInt8) = (0, 0)
    var plain = self.plain.mutableSpan
    while place < bytes.count {
      var byte = bytes[place]
      // Most bytes are letters: above all that has a meaning of its own.
      if byte <= UInt8(ascii: "=") {
        if isEnd(byte) { break }
        if byte == UInt8(ascii: "%") {
          guard place + 2 < bytes.count else { throw .malformed }
          let (high, low) = (hexValue(bytes[place + 1]), hexValue(bytes[place + 2]))
          guard high | low < 16 else { throw .malformed }
          byte = high << 4 | low
          place += 2
        } else if byte == UInt8(ascii: "+"), plusIsSpace {
          byte = UInt8(ascii: " ")
        }
      }
      plain[count] = byte
      seen |= byte
      count += 1
      place += 1
    }
    return try text(count, isASCII: seen < 0x80)
  }

  /// The text that the first bytes are.
  private func text(_ count: Int, isASCII: Bool) throws(RequestError) -> String {
    let bytes = plain.span.extracting(0..<count)
    // ASCII is valid as it is.
    if isASCII { return String(copying: unsafe UTF8Span(unchecked: bytes, isKnownASCII: true)) }
    guard let text = try? UTF8Span(validating: bytes) else { throw .malformed }
    return String(copying: text)
  }
}

/// Most names differ in their length: there is nothing else to look at then.
private func isSame(_ name: String, _ other: String) -> Bool {
  name.utf8.count == other.utf8.count && name == other
}

/// What a hex digit stands for; 16 or more for any other byte.
private func hexValue(_ byte: UInt8) -> UInt8 {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x37
  case 0x61...0x66: byte - 0x57
  default: 0xFF
  }
}

private func appendPercentEncoded(_ text: String, to bytes: inout [UInt8]) {
  let digits: StaticString = "0123456789ABCDEF"
  for byte in text.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
      bytes.append(byte)
    case 0x20:
      bytes.append(UInt8(ascii: "+"))
    default:
      bytes.append(UInt8(ascii: "%"))
      for nibble in [byte >> 4, byte & 15] {
        bytes.append(unsafe digits.utf8Start[Int(nibble)])
      }
    }
  }
}
