import MariaDB

/// What became of one try, for one log line: mails by number and kind, never by address or name.
public struct MailEvent: Equatable, Sendable {
  /// How the try ended.
  public enum End: Equatable, Sendable {
    case sent
    /// Not taken; `again` seconds until the next try.
    case refused(again: Int)
    case abandoned
  }

  public let end: End
  public let id: Int
  public let kind: String
  /// 1 at the first try.
  public let attempt: Int
  /// What the mail system said; empty for a mail that was sent.
  public let reason: String
}

/// Hands over the outbox's mails, one by one.
///
/// A mail is claimed in one transaction, handed over outside of any, and marked in another. A
/// mailer that dies between the last two steps makes the only case in which a mail may go out
/// twice, with the same Message-ID. Any number may run at once.
public final class Mailer {
  private let queue: MailQueue
  private let encoder: MessageEncoder
  private let delivery: Delivery
  private let lease: Int
  private let report: (MailEvent) -> Void
  /// Handed over, but the database has not taken the mark yet.
  private var unmarked: ClaimedMail?

  /// - Parameters:
  ///   - lease: seconds that a claim holds; half of it is the mail system's time.
  ///   - pauses: seconds until the next try, after each failure.
  /// Throws for a sender without a usable address.
  public init(
    _ database: Database, _ sender: Sender, _ delivery: Delivery, lease: Int, pauses: [Int],
    report: @escaping (MailEvent) -> Void
  ) throws {
    queue = MailQueue(database: database, pauses: pauses)
    encoder = try MessageEncoder(sender)
    self.delivery = delivery
    self.lease = max(lease, 2)
    self.report = report
  }

  /// Hands over one due mail.
  /// - Returns: false where none is due. Throws what the database refused; called again, it goes
  ///   on where it stood.
  public func sendNext() throws -> Bool {
    try settle()
    switch try queue.claim(seconds: lease) {
    case .nothing:
      return false
    case .abandoned(let id, let kind):
      report(
        MailEvent(
          end: .abandoned, id: id, kind: kind, attempt: queue.pauses.count + 1,
          reason: "the mailer ended during every try"))
    case .mail(let mail):
      try send(mail)
    }
    return true
  }

  /// Marks the mail that was handed over while the database was away; called before the program
  /// ends, too.
  public func settle() throws {
    guard let mail = unmarked else { return }
    try queue.markSent(mail.id)
    unmarked = nil
    report(.sent, mail)
  }

  private func send(_ mail: ClaimedMail) throws {
    do throws(DeliveryFailure) {
      try handOver(mail)
    } catch {
      let again = try queue.giveBack(mail, error)
      report(again.map { .refused(again: $0) } ?? .abandoned, mail, error.description)
      return
    }
    unmarked = mail
    try settle()
  }

  private func report(_ end: MailEvent.End, _ mail: ClaimedMail, _ reason: String = "") {
    report(
      MailEvent(end: end, id: mail.id, kind: mail.kind, attempt: mail.attempt, reason: reason))
  }

  private func handOver(_ mail: ClaimedMail) throws(DeliveryFailure) {
    let recipient: MailAddress
    do throws(MailFormError) {
      recipient = try MailAddress(mail.recipient)
    } catch {
      throw DeliveryFailure(description: "recipient: \(error)", isFinal: true)
    }
    let message = encoder.message(
      id: mail.messageID, date: mail.date, to: recipient, subject: mail.subject, body: mail.body)
    try delivery.handOver(
      message, id: mail.messageID, from: encoder.from, to: recipient, seconds: max(lease / 2, 1))
  }
}
