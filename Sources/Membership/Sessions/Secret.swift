import Sodium

/// 256 random bits that open something: a session, a draft, a mailed URL. It has no printable
/// form; the database keeps only its BLAKE2b hash.
public struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
  private let text: String

  /// A new one, from the system's random source.
  public init() {
    text = hexadecimal(randomBytes(32))
  }

  /// The secret that a cookie or an address carries; nil for anything of another form.
  public init?(_ text: String) {
    guard text.utf8.count == 64, !text.hasByte(where: { !Self.isHexadecimal($0) }) else {
      return nil
    }
    self.text = text
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// What the database knows of it.
  public var hash: [UInt8] { blake2b([UInt8](text.utf8)) }

  /// Only for the Set-Cookie line.
  var forCookie: String { text }

  /// Only for the URL of a mail and the hidden field of the page that it opens.
  public var forURL: String { text }

  public var description: String { "(secret)" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
