/// Names and values as a form or an address carries them, in their order.
public struct FormValues: Equatable, Sendable {
  public private(set) var pairs: [(name: String, value: String)] = []

  public init() {}

  public static func == (left: FormValues, right: FormValues) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  public mutating func append(_ name: String, _ value: String) {
    pairs.append((name, value))
  }

  /// All values of a name, in their order.
  public func all(_ name: String) -> [String] {
    var values: [String] = []
    for place in pairs.indices where isNamed(place, name) { values.append(pairs[place].value) }
    return values
  }

  /// The first value of a name.
  public func first(_ name: String) -> String? {
    for place in pairs.indices where isNamed(place, name) { return pairs[place].value }
    return nil
  }

  /// Most names differ in their length: there is nothing else to look at then.
  private func isNamed(_ place: Int, _ name: String) -> Bool {
    pairs[place].name.utf8.count == name.utf8.count && pairs[place].name == name
  }

  /// A form has a few dozen fields; more than this is not one of ours.
  static let mostPairs = 1000

  /// Reads `application/x-www-form-urlencoded`. Throws for malformed percent-encoding, invalid
  /// UTF-8 and too many pairs.
  public init(urlencoded bytes: [UInt8]) throws(RequestError) {
    guard !bytes.isEmpty else { return }
    var decoder = PercentDecoder(plusIsSpace: true, longest: bytes.count)
    let text = bytes.span
    var start = 0
    while start < text.count {
      let end = text.place(of: UInt8(ascii: "&"), in: start..<text.count)
      defer { start = end + 1 }
      guard start < end else { continue }
      guard pairs.count < Self.mostPairs else { throw .malformed }
      let equals = text.place(of: UInt8(ascii: "="), in: start..<end)
      let name = try decoder.decode(text.extracting(start..<equals))
      let value = equals == end ? "" : try decoder.decode(text.extracting(equals + 1..<end))
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

extension Span<UInt8> {
  /// Where the byte stands first; the range's end where it does not.
  fileprivate func place(of byte: UInt8, in range: Range<Int>) -> Int {
    for index in range where self[index] == byte { return index }
    return range.upperBound
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
    let count = try Self.unescape(bytes, plusIsSpace: plusIsSpace, into: &plain)
    let plain = self.plain
    guard let text = try? UTF8Span(validating: plain.span.extracting(0..<count)) else {
      throw .malformed
    }
    return String(copying: text)
  }

  /// Writes the plain bytes to the beginning of `array`. Returns their count.
  private static func unescape(
    _ bytes: Span<UInt8>, plusIsSpace: Bool, into array: inout [UInt8]
  ) throws(RequestError) -> Int {
    var plain = array.mutableSpan
    var count = 0
    var index = 0
    while index < bytes.count {
      var byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < bytes.count, let high = hexValue(bytes[index]),
          let low = hexValue(bytes[index + 1])
        else { throw .malformed }
        byte = high << 4 | low
        index += 2
      } else if byte == UInt8(ascii: "+"), plusIsSpace {
        byte = 0x20
      }
      plain[count] = byte
      count += 1
    }
    return count
  }
}

private func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x37
  case 0x61...0x66: byte - 0x57
  default: nil
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
