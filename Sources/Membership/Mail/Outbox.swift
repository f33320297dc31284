// The outbox as the screens see it. What `mailer` does with it: MailQueue.swift.

import MariaDB
import Sodium

/// Mail written in the transaction that causes it: a mail exists exactly when its reason does.
public enum Outbox {
  /// Writes a mail that `mailer` sends as soon as the transaction is committed.
  /// - Returns: the mail's number.
  @discardableResult
  public static func add(_ mail: OutgoingMail, in transaction: Transaction) throws -> Int {
    try write(
      mail, recipient: mail.recipient, token: mail.token?.forURL, state: "waiting", transaction)
  }

  /// Does the same work for a mail that nobody gets: the time of an answer must not tell whether
  /// an address is known. Neither the address nor the token is kept.
  public static func withhold(_ mail: OutgoingMail, in transaction: Transaction) throws {
    _ = try write(mail, recipient: "", token: nil, state: "withheld", transaction)
  }

  /// Lets `mailer` try abandoned mails again, all or the one of this number. A mail whose token
  /// was erased would open nothing: it stays abandoned.
  /// - Returns: how many are sent again.
  public static func retry(_ number: Int? = nil, in transaction: Transaction) throws -> Int {
    try transaction.run(
      """
      UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = UTC_TIMESTAMP()
      WHERE state = 'abandoned' AND (? IS NULL OR id = ?)
        AND (token IS NOT NULL OR body NOT LIKE '%{token}%')
      """, number, number)
  }

  /// A line of the outbox, as its keepers see it: no address, no text.
  public struct Entry: Sendable {
    public let number: Int
    public let kind: String
    public let state: String
    public let attempts: Int
    /// In UTC.
    public let createdAt: String
    public let lastError: String
  }

  /// The newest mails, at most 1,000: those that are not sent, or all.
  public static func list(all: Bool, in database: Database) throws -> [Entry] {
    try database.rows(
      """
      SELECT id, kind, state, attempts, created_at, COALESCE(last_error, '') AS last_error
      FROM outbox WHERE ? OR state IN ('waiting', 'sending', 'abandoned')
      ORDER BY id DESC LIMIT 1000
      """, all ? 1 : 0
    ).map { row in
      Entry(
        number: try row["id"], kind: try row["kind"], state: try row["state"],
        attempts: try row["attempts"], createdAt: try row["created_at"],
        lastError: try row["last_error"])
    }
  }

  private static func write(
    _ mail: OutgoingMail, recipient: String, token: String?, state: String,
    _ transaction: Transaction
  ) throws -> Int {
    try transaction.insert(
      """
      INSERT INTO outbox (message_id, kind, account_id, recipient, subject, body, token, state,
        next_attempt_at, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP())
      """, hexadecimal(randomBytes(16)), mail.kind.rawValue, mail.accountID, recipient,
      mail.subject, mail.body, token, state)
  }
}
