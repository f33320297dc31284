import MariaDB
import Sodium

/// First-time credentials, as they are printed on one postcard (ID・パスワード通知ハガキ). They exist
/// in clear here only, once.
public struct Postcard: Sendable {
  public let memberNumber: String
  public let familyName: String
  public let givenName: String
  public let postalCode: String
  public let prefecture: String
  public let address: String
  public let loginID: String
  /// Printed in groups: `ABCD-EFGH-JKLM-NPQR`.
  public let password: String
}

/// Issues first-time credentials to members who have not registered.
public struct Postcards {
  let services: Services

  /// Letters of a first-time ID: 32^10, so that guessing one is no use.
  private static let idLength = 10

  /// The accounts of members who may get a postcard: all who are not registered, or the one of
  /// this number.
  public func recipients(number: String? = nil) throws -> [Int] {
    try services.database.rows(
      """
      SELECT a.id FROM accounts a
      WHERE a.kind = 'member' AND a.registered_at IS NULL AND a.suspended_at IS NULL
        AND (? IS NULL OR a.number = ?)
      ORDER BY a.number
      """, number, number
    ).map { try $0["id"] }
  }

  /// Issues new credentials; those issued before become void, and so does a URL asked for with
  /// them.
  /// - Returns: nil where the member registered or was suspended meanwhile.
  public func issue(to account: Int, by actor: Int?, client: String = "") throws -> Postcard? {
    let password = FirstTimePassword(random: randomBytes(FirstTimePassword.length))
    let hash = try hashPassword(password.canonical.bytes, services.settings.passwordCost)
    let id = Self.newID()
    return try services.database.transaction { transaction in
      let found = try transaction.run(
        """
        UPDATE accounts SET login_id = ?, login_key = ?, password_hash = ?,
          first_time_until = NOW() + INTERVAL ? SECOND, first_login_at = NULL
        WHERE id = ? AND registered_at IS NULL AND suspended_at IS NULL
        """, id, id.lowercased(), hash, services.settings.firstTimeSeconds, account)
      guard found == 1 else { return nil }
      try replaceEarlier(account, id, in: transaction)
      try Audit.record(
        "postcard.issued", actor: actor, subject: account, client: client, in: transaction)
      return try postcard(account, id, password, in: transaction)
    }
  }

  private func replaceEarlier(_ account: Int, _ id: String, in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE postcards SET void_at = NOW() WHERE account_id = ? AND void_at IS NULL", account)
    try transaction.run(
      """
      INSERT INTO postcards (account_id, login_id, issued_at, expires_at)
      VALUES (?, ?, NOW(), NOW() + INTERVAL ? SECOND)
      """, account, id, services.settings.firstTimeSeconds)
    try services.sessions.endAll(of: account, in: transaction)
    try transaction.run(
      """
      UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
      WHERE account_id = ? AND purpose = 'registration' AND ended_at IS NULL
      """, account)
  }

  private func postcard(
    _ account: Int, _ id: String, _ password: FirstTimePassword, in transaction: Transaction
  ) throws -> Postcard? {
    let row = try transaction.first(
      """
      SELECT a.number, r.family_name, r.given_name, r.postal_code, r.prefecture, r.address
      FROM accounts a JOIN roll r ON r.account_id = a.id WHERE a.id = ?
      """, account)
    return try row.map { row in
      Postcard(
        memberNumber: try row["number"], familyName: try row["family_name"],
        givenName: try row["given_name"], postalCode: try row["postal_code"],
        prefecture: try row["prefecture"], address: try row["address"], loginID: id,
        password: password.formatted)
    }
  }

  /// Random letters without look-alikes.
  private static func newID() -> String {
    let alphabet = FirstTimePassword.alphabet
    let letters = randomBytes(idLength).map { alphabet[Int($0) % alphabet.count] }
    return String(decoding: letters, as: UTF8.self)
  }
}
