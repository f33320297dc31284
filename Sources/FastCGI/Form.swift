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
    for pair in pairs where isSame(pair.name, name) { values.append(pair.value) }
    return values
  }

  /// The first value of a name.
  public func first(_ name: String) -> String? {
    for pair in pairs where isSame(pair.name, name) { return pair.value }
    return nil
  }

  /// Most names differ in their length: there is nothing else to look at then.
  private func isSame(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && one == other
  }

  /// A form has a few dozen fields; more than this is not one of ours.
  static let mostPairs = 1000

  /// Reads `application/x-www-form-urlencoded`. Throws for malformed percent-encoding, invalid
  /// UTF-8 and too many pairs.
  public init(urlencoded bytes: some RandomAccessCollection<UInt8>) throws(RequestError) {
    guard !bytes.isEmpty else { return }
    for part in bytes.split(separator: UInt8(ascii: "&")) {
      guard pairs.count < Self.mostPairs else { throw .malformed }
      let equals = part.firstIndex(of: UInt8(ascii: "="))
      let name = try decodePercent(part[..<(equals ?? part.endIndex)], plusIsSpace: true)
      let value = try equals.map { index throws(RequestError) in
        try decodePercent(part[part.index(after: index)...], plusIsSpace: true)
      }
      pairs.append((name, value ?? ""))
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

/// The text of percent-encoded bytes. Throws where `%` is not followed by two hex digits, and for
/// invalid UTF-8.
func decodePercent(
  _ bytes: some Collection<UInt8>, plusIsSpace: Bool
) throws(RequestError) -> String {
  // Most values of a form are empty, or plain.
  guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
    return try text(bytes)
  }
  var plain: [UInt8] = []
  plain.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index != bytes.endIndex {
    let byte = bytes[index]
    bytes.formIndex(after: &index)
    switch byte {
    case UInt8(ascii: "%"):
      var code: UInt8 = 0
      for _ in 0..<2 {
        guard index != bytes.endIndex, let digit = hexValue(bytes[index]) else { throw .malformed }
        code = code << 4 | digit
        bytes.formIndex(after: &index)
      }
      plain.append(code)
    case UInt8(ascii: "+") where plusIsSpace:
      plain.append(0x20)
    default:
      plain.append(byte)
    }
  }
  return try text(plain)
}

/// The bytes as text. Throws where they are not UTF-8.
private func text(_ bytes: some Collection<UInt8>) throws(RequestError) -> String {
  // ASCII always is, and most values are ASCII.
  if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
  guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
  return text
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
