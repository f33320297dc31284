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

  /// Throws for what is no single address of the letters, digits and signs that `EmailAddress`
  /// knows: so no address can end its header line or name a second one.
  init(_ address: String) throws(MailFormError) {
    let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
      parts[0].allSatisfy({ Self.isAtomByte($0) || $0 == Self.dot }),
      parts[1].allSatisfy({ Self.isLetterOrDigit($0) || $0 == Self.dot || $0 == Self.hyphen })
    else { throw MailFormError(description: "not an address") }
    domain = String(decoding: parts[1], as: UTF8.self)
    let local = String(decoding: parts[0], as: UTF8.self)
    let words = parts[0].split(separator: Self.dot, omittingEmptySubsequences: false)
    text = (words.allSatisfy { !$0.isEmpty } ? local : "\"\(local)\"") + "@" + domain
  }

  private static let dot = UInt8(ascii: ".")
  private static let hyphen = UInt8(ascii: "-")

  /// `atext` of RFC 5322 §3.2.3.
  private static func isAtomByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}
