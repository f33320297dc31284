import MariaDB
import OneTimeCodes
import Platform
import Sodium

/// The second factor of an account: an authenticator app's codes, and recovery codes on paper.
///
/// The password is asked first, always; a reset of the password leaves the second factor as it is.
public struct SecondFactor {
  let services: Services

  /// Bytes of a secret: as many as SHA-1 gives (RFC 4226 §4, R6).
  private static let secretLength = 20
  /// Seconds that a secret shown as a QR code waits for its first code.
  private static let pendingSeconds = 1800

  /// What an account has.
  public struct Status: Sendable {
    public let isOn: Bool
    /// A secret that waits for its first code.
    public let pending: [UInt8]?
    /// Recovery codes that are not used yet.
    public let recoveryCodesLeft: Int
  }

  /// What an account has of a second factor.
  public func status(of account: Int) throws -> Status {
    let row = try services.database.first(
      """
      SELECT secret IS NOT NULL AS is_on,
        IF(pending_until > NOW(), pending_secret, NULL) AS pending,
        (SELECT COUNT(*) FROM recovery_codes r
          WHERE r.account_id = f.account_id AND r.used_at IS NULL) AS codes_left
      FROM second_factors f WHERE account_id = ?
      """, account)
    return Status(
      isOn: try row?["is_on"] ?? false, pending: try row?["pending"],
      recoveryCodesLeft: try row?["codes_left"] ?? 0)
  }

  /// Whether an account has a second factor.
  public func isOn(_ account: Int) throws -> Bool {
    try services.database.first(
      "SELECT account_id FROM second_factors WHERE account_id = ? AND secret IS NOT NULL", account)
      != nil
  }

  /// Makes a secret that waits for its first code. One that is in use stays in use until then.
  public func begin(_ account: Int, in transaction: Transaction) throws {
    let secret = randomBytes(Self.secretLength)
    try transaction.run(
      """
      INSERT INTO second_factors (account_id, pending_secret, pending_until)
      VALUES (?, ?, NOW() + INTERVAL ? SECOND)
      ON DUPLICATE KEY UPDATE pending_secret = VALUES(pending_secret),
        pending_until = VALUES(pending_until)
      """, account, secret, Self.pendingSeconds)
  }

  /// Forgets a secret that waits for its first code.
  public func cancel(_ account: Int, in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE second_factors SET pending_secret = NULL, pending_until = NULL WHERE account_id = ?",
      account)
  }

  /// Puts the waiting secret into use if the code is its own.
  public func confirm(
    _ code: TypedCode, _ account: Int, in transaction: Transaction
  ) throws -> Bool {
    let row = try transaction.first(
      """
      SELECT pending_secret FROM second_factors
      WHERE account_id = ? AND pending_until > NOW() FOR UPDATE
      """, account)
    let secret: [UInt8]? = try row?["pending_secret"]
    guard let secret,
      let step = acceptedStep(of: code.digits, secret, after: 0, at: secondsNow())
    else { return false }
    try transaction.run(
      """
      UPDATE second_factors SET secret = pending_secret, last_step = ?, confirmed_at = NOW(),
        pending_secret = NULL, pending_until = NULL
      WHERE account_id = ?
      """, step, account)
    return true
  }

  /// Whether the code is the account's, and was not accepted before; it is used up by that.
  public func accept(_ code: TypedCode, _ account: Int, in transaction: Transaction) throws -> Bool
  {
    let row = try transaction.first(
      "SELECT secret, last_step FROM second_factors WHERE account_id = ? FOR UPDATE", account)
    let secret: [UInt8]? = try row?["secret"]
    guard let row, let secret,
      let step = acceptedStep(
        of: code.digits, secret, after: try row["last_step"], at: secondsNow())
    else { return false }
    try transaction.run(
      "UPDATE second_factors SET last_step = ? WHERE account_id = ?", step, account)
    return true
  }

  /// Whether the recovery code is one of the account's unused ones; it is used up by that.
  public func accept(
    _ code: RecoveryCode, _ account: Int, in transaction: Transaction
  ) throws -> Bool {
    try transaction.run(
      """
      UPDATE recovery_codes SET used_at = NOW()
      WHERE account_id = ? AND code_hash = ? AND used_at IS NULL
      """, account, code.hash) == 1
  }

  /// New recovery codes, in clear here only, once. Older ones are void.
  public func newRecoveryCodes(
    _ account: Int, in transaction: Transaction
  ) throws -> [RecoveryCode] {
    try transaction.run("DELETE FROM recovery_codes WHERE account_id = ?", account)
    let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode() }
    for code in codes {
      try transaction.run(
        "INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES (?, ?, NOW())",
        account, code.hash)
    }
    return codes
  }

  /// Takes an account's second factor away, recovery codes included.
  /// - Returns: false where there was none.
  @discardableResult
  public func end(_ account: Int, in transaction: Transaction) throws -> Bool {
    try transaction.run("DELETE FROM recovery_codes WHERE account_id = ?", account)
    return try transaction.run("DELETE FROM second_factors WHERE account_id = ?", account) == 1
  }
}
