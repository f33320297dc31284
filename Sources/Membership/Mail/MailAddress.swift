/// A mail that can't be put into the form of RFC 5322. For the operator; it names no address.
public struct MailFormError: Error, CustomStringConvertible, Sendable {
  public let description: String
}

/// An address as headers and envelopes have it (RFC 5322 §3.4.1).
struct MailAddress: Equatable, Sendable {
  /// With the local part in quotes where RFC 5322 has no other form for it: carriers gave out
  /// `a..b@docomo.ne.jp` and `a.@ezweb.ne.jp`, and relays take them quoted only.
  let text: String
  let domain: String

  /// Throws for what is no address, or holds anything beyond printable ASCII: so no address can
  /// end its header line.
  init(_ address: String) throws(MailFormError) {
    let bytes = [UInt8](address.utf8)
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at < bytes.count - 1,
      bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
      bytes[(at + 1)...].allSatisfy(Self.isDomainByte)
    else { throw MailFormError(description: "not an address") }
    domain = String(decoding: bytes[(at + 1)...], as: UTF8.self)
    text = Self.quoted(bytes[..<at]) + "@" + domain
  }

  private static func quoted(_ local: ArraySlice<UInt8>) -> String {
    let words = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isAtomByte) }) {
      return String(decoding: local, as: UTF8.self)
    }
    var text: [UInt8] = [0x22]
    for byte in local {
      if byte == 0x22 || byte == 0x5C { text.append(0x5C) }
      text.append(byte)
    }
    return String(decoding: text + [0x22], as: UTF8.self)
  }

  /// `atext` of RFC 5322 §3.2.3.
  private static func isAtomByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isDomainByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}
