import FastCGI
import MariaDB
import Sodium

/// A live session, as its owner sees it in the list.
public struct OpenSession: Sendable {
  /// Names the session in a form. It opens nothing, and means nothing to another account.
  public let handle: String
  public let device: String
  public let clientAddress: String
  /// Japan's time: `2026/11/01 10:30`.
  public let openedAt: String
  /// Exact to a minute.
  public let seenAt: String
  /// The session of the request itself.
  public let isOwn: Bool
  let tokenHash: [UInt8]
}

extension Sessions {
  /// The live sessions of a session's account: its own first, then by last use.
  public func open(besides own: Session) throws -> [OpenSession] {
    guard let account = own.accountID else { return [] }
    let sessions = try services.database.rows(
      """
      SELECT token_hash, client_address, user_agent,
        DATE_FORMAT(created_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS opened,
        DATE_FORMAT(seen_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS seen
      FROM sessions
      WHERE account_id = ? AND ended_at IS NULL AND expires_at > NOW()
        AND seen_at > NOW() - INTERVAL idle_seconds SECOND
        AND stage IN ('consent_due', 'member', 'doctor', 'secretariat', 'administrator')
      ORDER BY seen_at DESC, token_hash LIMIT 100
      """, account
    ).map { row in
      let hash: [UInt8] = try row["token_hash"]
      return OpenSession(
        handle: Self.handle(hash), device: DeviceName.words(try row["user_agent"]),
        clientAddress: try row["client_address"], openedAt: try row["opened"],
        seenAt: try row["seen"], isOwn: hash == own.tokenHash, tokenHash: hash)
    }
    return sessions.filter(\.isOwn) + sessions.filter { !$0.isOwn }
  }

  /// Ends every session of the account but this one. Returns how many.
  public func endOthers(of own: Session, in transaction: Transaction) throws -> Int {
    try transaction.run(
      """
      UPDATE sessions SET ended_at = NOW()
      WHERE account_id = ? AND token_hash <> ? AND ended_at IS NULL
      """, own.accountID, own.tokenHash)
  }

  /// Ends a session that the list showed.
  public func end(_ session: OpenSession, in transaction: Transaction) throws {
    try end(session.tokenHash, in: transaction)
  }

  private static func handle(_ tokenHash: [UInt8]) -> String {
    hexadecimal(Array(blake2b(tokenHash).prefix(12)))
  }
}
