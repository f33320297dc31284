import Glibc

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
    places(of: name, from: 0).map { pairs[$0.lowerBound].value }
  }

  fileprivate func all(_ name: String, from start: Int) -> [String] {
    var values: [String] = []
    var start = start
    while let places = places(of: name, from: start) {
      values.reserveCapacity(values.count + places.count)
      for place in places { values.append(pairs[place].value) }
      start = places.upperBound
    }
    return values
  }

  /// Where the values of a name that are next stand together.
  fileprivate func places(of name: String, from start: Int) -> Range<Int>? {
    let pairs = pairs.span
    for first in start..<pairs.count where isSame(pairs[first].name, name) {
      var end = first + 1
      while end < pairs.count && isSame(pairs[end].name, name) { end += 1 }
      return first..<end
    }
    return nil
  }

  /// A form has a few dozen fields; more than this is not one of ours.
  static let mostPairs = 1000
  /// Room for these is made at once.
  private static let usualPairs = 40

  /// Reads `application/x-www-form-urlencoded`. Throws for malformed percent-encoding, invalid
  /// UTF-8 and too many pairs.
  /// - Parameter names: those to be expected.
  public init(
    urlencoded bytes: consuming [UInt8], expecting names: FormNames = FormNames([])
  ) throws(RequestError) {
    guard !bytes.isEmpty else { return }
    let (ampersand, equals) = (UInt8(ascii: "&"), UInt8(ascii: "="))
    pairs.reserveCapacity(Self.usualPairs)
    var (place, known) = (0, 0)
    while place < bytes.count {
      guard bytes[place] != ampersand else {
        place += 1
        continue
      }
      guard pairs.count < Self.mostPairs else { throw .malformed }
      let name: String
      if let next = names.place(in: bytes.span, at: place, from: known) {
        known = next
        name = names[next]
        place += name.utf8.count
      } else {
        name = try bytes.decodePercents(from: &place, to: equals, or: ampersand)
      }
      var value = ""
      if place < bytes.count, bytes[place] == equals {
        place += 1
        value = try bytes.decodePercents(from: &place, to: ampersand, or: ampersand)
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
    guard let places = values.places(of: name, from: start) else { return nil }
    pass(places)
    return values.pairs[places.lowerBound].value
  }

  /// All values of a name that was not asked for before.
  public mutating func all(_ name: String) -> [String] {
    guard let places = values.places(of: name, from: start) else { return [] }
    pass(places)
    return values.all(name, from: places.lowerBound)
  }

  /// Goes on behind values that stood next.
  private mutating func pass(_ places: Range<Int>) {
    if places.lowerBound == start { start = places.upperBound }
  }
}

/// The names that the fields of a form have, in the order of its page: letters, digits and `_`.
///
/// Of a form that comes with these no name is decoded, and none takes memory of its own.
public struct FormNames: Sendable {
  /// In their order.
  public let all: [String]
  /// Their bytes with a `=` behind each, one name after the other, and where each stands there.
  private let bytes: [UInt8]
  private let places: [Range<Int>]

  public init(_ names: [String]) {
    all = names
    var (bytes, places): ([UInt8], [Range<Int>]) = ([], [])
    for name in names {
      let start = bytes.count
      bytes += "\(name)=".utf8
      places.append(start..<bytes.count)
    }
    (self.bytes, self.places) = (bytes, places)
  }

  fileprivate subscript(place: Int) -> String { all[place] }

  /// The name that stands in a text with `=` behind it. The one at `first` is looked at first.
  fileprivate func place(in text: Span<UInt8>, at start: Int, from first: Int) -> Int? {
    for place in first..<all.count where stands(place, in: text, at: start) { return place }
    for place in 0..<first where stands(place, in: text, at: start) { return place }
    return nil
  }

  private func stands(_ place: Int, in text: Span<UInt8>, at start: Int) -> Bool {
    let name = places[place]
    let end = start + name.count
    return end <= text.count && text[end - 1] == UInt8(ascii: "=")
      && text.holds(bytes.span.extracting(name), at: start)
  }
}

extension Span<UInt8> {
  /// Whether these bytes stand at a place. There are as many from there on.
  func holds(_ other: Span<UInt8>, at start: Int) -> Bool {
    unsafe extracting(start..<start + other.count).withUnsafeBytes { bytes in
      unsafe other.withUnsafeBytes { other in
        guard let base = other.baseAddress else { return true }
        return unsafe memcmp(bytes.baseAddress!, base, other.count) == 0
      }
    }
  }
}

extension [UInt8] {
  /// The text up to the next byte that is one of two, or to the end; `place` goes on there. It is
  /// decoded where it stands. Throws where `%` is not followed by two hex digits, and for invalid
  /// UTF-8.
  mutating func decodePercents(
    from place: inout Int, to stop: UInt8, or other: UInt8, plusIsSpace: Bool = true
  ) throws(RequestError) -> String {
    let (start, hexValues) = (place, hexValues.span)
    var text = mutableSpan
    var (next, end, seen): (Int, Int, UInt8) = (start, start, 0)
    while next < text.count {
      var byte = text[next]
      // Most bytes are letters: above all that has a meaning of its own.
      if byte <= UInt8(ascii: "?") {
        if byte == UInt8(ascii: "%") {
          guard next + 2 < text.count else { throw .malformed }
          let high = hexValues[Int(text[next + 1])]
          let low = hexValues[Int(text[next + 2])]
          guard high | low < 16 else { throw .malformed }
          byte = high << 4 | low
          next += 2
        } else if byte == stop || byte == other {
          break
        } else if byte == UInt8(ascii: "+"), plusIsSpace {
          byte = UInt8(ascii: " ")
        }
      }
      text[end] = byte
      seen |= byte
      end += 1
      next += 1
    }
    place = next
    return try string(start..<end, isASCII: seen < 0x80)
  }

  private func string(_ places: Range<Int>, isASCII: Bool) throws(RequestError) -> String {
    let bytes = span.extracting(places)
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

/// What each byte stands for as a hex digit; 16 or more for none.
private let hexValues = InlineArray<256, UInt8> { byte in
  switch byte {
  case 0x30...0x39: UInt8(byte - 0x30)
  case 0x41...0x46: UInt8(byte - 0x37)
  case 0x61...0x66: UInt8(byte - 0x57)
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
