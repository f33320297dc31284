import OneTimeCodes
import QRCode

/// What an authenticator app needs to take a secret in.
public struct Enrolment: Sendable {
  /// The secret for typing, in groups of four.
  public let secretText: String
  /// The picture for the app's camera.
  public let picture: QRCode

  /// - Parameters:
  ///   - account: how the app names the entry: the login ID.
  ///   - issuer: the system's name.
  public init(secret: [UInt8], account: String, issuer: String) throws(QRCode.Unencodable) {
    let text = base32(secret)
    let letters = Array(text)
    secretText = stride(from: 0, to: letters.count, by: 4)
      .map { String(letters[$0..<min($0 + 4, letters.count)]) }
      .joined(separator: " ")
    let name = Self.encoded(issuer)
    // The form that Google's and Apple's apps, Microsoft's and the free ones read.
    picture = try QRCode(
      "otpauth://totp/\(name):\(Self.encoded(account))?secret=\(text)&issuer=\(name)"
        + "&algorithm=SHA1&digits=\(codeLength)&period=\(codePeriod)")
  }

  /// Percent-encoded, all but unreserved characters (RFC 3986 §2.3).
  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isUnreserved =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-._~".unicodeScalars.contains(scalar))
      let digits = String(byte, radix: 16, uppercase: true)
      return isUnreserved ? String(scalar) : "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
