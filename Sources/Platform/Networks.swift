// Addresses of the network, as far as deciding who may ask.

import Glibc

/// A range of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
public struct Network: Equatable, Sendable {
  private let bytes: [UInt8]
  private let prefix: Int

  /// Nil for what is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ Self.bytes(of: String($0)) }) else { return nil }
    switch parts.count {
    case 1: prefix = address.count * 8
    case 2:
      guard let bits = Int(parts[1]), (0...address.count * 8).contains(bits) else { return nil }
      prefix = bits
    default: return nil
    }
    bytes = address
  }

  /// Whether an address lies in the range. An IPv4 address may come in the form of IPv6
  /// (`::ffff:192.0.2.7`), as a socket for both tells it.
  public func contains(_ address: String) -> Bool {
    guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
    for (index, pair) in zip(bytes, other).enumerated() {
      let bits = min(8, max(0, prefix - index * 8))
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
      if pair.0 & mask != pair.1 & mask { return false }
    }
    return true
  }

  /// Four bytes or sixteen; nil where the text is no address.
  private static func bytes(of text: String) -> [UInt8]? {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
      return unsafe withUnsafeBytes(of: &four) { unsafe Array($0) }
    }
    var sixteen = in6_addr()
    guard unsafe inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    let bytes = unsafe withUnsafeBytes(of: &sixteen) { unsafe Array($0) }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? Array(bytes[12...]) : bytes
  }
}
