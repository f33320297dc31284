import Sodium

/// A code that opens one login when the authenticator is lost: 16 letters without look-alikes, in
/// fours. How it is typed is forgiven, as on the postcards, whose alphabet it shares.
public struct RecoveryCode: Sendable {
  /// Codes made at once.
  static let count = 10

  private let letters: FirstTimePassword

  /// A new one: 80 bits from the system's random source.
  init() {
    letters = FirstTimePassword(random: randomBytes(FirstTimePassword.length))
  }

  /// The code that someone typed, or nil where it cannot be one.
  public init?(_ typed: String) {
    guard let letters = FirstTimePassword(Password(typed)) else { return nil }
    self.letters = letters
  }

  /// What the database keeps.
  var hash: [UInt8] { blake2b(letters.canonical.bytes) }

  /// `ABCD-EFGH-JKLM-NPQR`: for the page that shows it once.
  public var formatted: String { letters.formatted }
}
