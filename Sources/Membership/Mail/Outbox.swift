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
