/// JSON in the making: what is appended follows one another as it is.
public struct JSONText: Sendable {
  /// UTF-8.
  public private(set) var bytes: [UInt8] = []

  public init() {
    bytes.reserveCapacity(1024)
  }

  /// Appends punctuation and names that are JSON already.
  public mutating func append(_ json: StaticString) {
    bytes += json.description.utf8
  }

  /// Appends a number.
  public mutating func append(number: Int) {
    bytes += String(number).utf8
  }

  /// Appends a text as a JSON string, quotes and all (RFC 8259 §7).
  public mutating func append(string text: String) {
    bytes.append(0x22)
    defer { bytes.append(0x22) }
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      bytes += text.utf8
      return
    }
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        bytes.append(0x5C)
        bytes.append(byte)
      case 0x0A: bytes += [0x5C, 0x6E]
      case 0x00...0x1F:
        bytes += [0x5C, 0x75, 0x30, 0x30, Self.digit(byte >> 4), Self.digit(byte & 15)]
      default: bytes.append(byte)
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }
}
