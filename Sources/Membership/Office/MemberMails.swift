import MariaDB
import Pages
import Sodium

/// The mails sent to a person, and sending one again.
public struct MemberMails {
  let services: Services

  public init(_ services: Services) {
    self.services = services
  }

  /// The slots of a row.
  public static let slots: Set<String> = ["mail", "at", "subject", "recipient", "state"]

  /// How sending again ended.
  public enum Outcome: Sendable {
    case sent
    /// There is no such mail of this account.
    case unknown
    /// What it was for is over: registered, suspended, another address.
    case pointless
  }

  /// The newest mails first, each as the slots of its row.
  public func rows(_ account: Int, most: Int = 30) throws -> [Named<String>] {
    try services.database.rows(
      """
      SELECT id, subject, recipient, state, COALESCE(last_error, '') AS last_error,
        DATE_FORMAT(created_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS at,
        COALESCE(DATE_FORMAT(sent_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i'), '') AS sent
      FROM outbox WHERE account_id = ? AND recipient <> '' ORDER BY created_at DESC, id DESC LIMIT ?
      """, account, most
    ).map { row in
      let number: Int = try row["id"]
      return [
        "mail": String(number), "at": try row["at"], "subject": try row["subject"],
        "recipient": try row["recipient"], "state": try Self.state(row),
      ]
    }
  }

  private static func state(_ row: Row) throws -> String {
    let state: String = try row["state"]
    switch state {
    case "sent": return "送信済み（\(try row["sent"] as String)）"
    case "abandoned":
      let reason: String = try row["last_error"]
      return reason.isEmpty ? "送信できませんでした" : "送信できませんでした（\(reason)）"
    case "withheld": return "新しいメールに置き換えました"
    default: return "送信待ち"
    }
  }

  /// Sends a mail of this account again. One with a URL gets a new token, which makes the old one
  /// void; the others go out as they were.
  public func resend(
    _ mail: Int, of record: MemberRecord, by actor: Int?, client: String
  ) throws -> Outcome {
    let sender = try services.sender()
    return try services.database.transaction { transaction in
      let row = try transaction.first(
        "SELECT kind, state, recipient FROM outbox WHERE id = ? AND account_id = ? FOR UPDATE",
        mail, record.id)
      guard let row, let kind = OutgoingMail.Kind(rawValue: try row["kind"]) else {
        return .unknown
      }
      let recipient: String = try row["recipient"]
      guard let address = try? EmailAddress(recipient) else { return .unknown }
      switch kind {
      case .registration, .passwordReset, .addressConfirmation:
        guard let renewed = try renewed(kind, address, record, sender, in: transaction) else {
          return .pointless
        }
        try Outbox.add(renewed, in: transaction)
        try transaction.run(
          """
          UPDATE outbox SET state = 'withheld'
          WHERE id = ? AND state IN ('waiting', 'abandoned')
          """, mail)
      default: try requeue(mail, in: transaction)
      }
      try Audit.record(
        "mail.resent", actor: actor, subject: record.id, client: client,
        details: "kind=\(kind.rawValue)", in: transaction)
      return .sent
    }
  }

  /// The mail with a new token; nil where its URL would open nothing.
  private func renewed(
    _ kind: OutgoingMail.Kind, _ address: EmailAddress, _ record: MemberRecord, _ sender: Sender,
    in transaction: Transaction
  ) throws -> OutgoingMail? {
    guard !record.isSuspended else { return nil }
    let settings = services.settings
    switch kind {
    case .registration:
      let consent: Int? = try transaction.first(
        "SELECT MAX(id) AS id FROM consents WHERE account_id = ?", record.id)?["id"]
      guard !record.isRegistered, let consent,
        try services.accounts.registered(with: address, in: transaction) == nil
      else { return nil }
      let token = try services.tokens.issue(
        .registration, to: address, account: record.id, consent: consent,
        seconds: settings.registrationURLSeconds, in: transaction)
      return MailTexts.registration(
        to: address, token: token, hours: settings.registrationURLHours, accountID: record.id,
        sender)
    case .passwordReset:
      guard record.isRegistered, record.email.lowerCaseASCII() == address.key else { return nil }
      let token = try services.tokens.issue(
        .reset, to: address, account: record.id, consent: nil,
        seconds: settings.resetURLSeconds, in: transaction)
      return MailTexts.passwordReset(
        to: address, token: token, hours: settings.resetURLHours, accountID: record.id, sender)
    default:
      guard record.isRegistered,
        try services.accounts.registered(with: address, in: transaction) == nil
      else { return nil }
      let token = try services.tokens.issue(
        .email, to: address, account: record.id, consent: nil,
        seconds: settings.resetURLSeconds, in: transaction)
      return MailTexts.addressConfirmation(
        to: address, token: token, hours: settings.resetURLHours, accountID: record.id, sender)
    }
  }

  /// Sends the same mail once more, under a number of its own, so that no mail system takes it for
  /// the one it has. One that is on its way is left alone.
  private func requeue(_ mail: Int, in transaction: Transaction) throws {
    try transaction.run(
      """
      UPDATE outbox SET message_id = ?, state = 'waiting', attempts = 0, sent_at = NULL,
        next_attempt_at = UTC_TIMESTAMP()
      WHERE id = ? AND state IN ('sent', 'abandoned')
      """, hexadecimal(randomBytes(16)), mail)
  }
}
