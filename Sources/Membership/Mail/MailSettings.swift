/// The settings that `mailer` reads, in their types.
public struct MailSettings: Sendable {
  public let delivery: Delivery
  /// Seconds that a claim holds.
  public let lease: Int
  /// Milliseconds between two looks into an empty outbox.
  public let poll: Int
  /// Seconds until the next try, after each failure.
  public let pauses: [Int]
  /// Seconds between two rounds of housekeeping.
  public let housekeeping: Int
  /// Seconds that drafts and tokens are kept after their end.
  public let draftKeep: Int
  /// Seconds that mails are kept after they were sent.
  public let mailKeep: Int

  /// Throws for a value that makes no sense.
  public init(_ settings: Settings) throws(SettingsError) {
    delivery = try Delivery(setting: settings.mailDelivery)
    lease = settings[number: "MAIL_LEASE_SECONDS"]
    poll = settings[number: "MAIL_POLL_MILLISECONDS"]
    housekeeping = settings[number: "HOUSEKEEPING_SECONDS"]
    draftKeep = settings[number: "DRAFT_KEEP_SECONDS"]
    mailKeep = settings[number: "MAIL_KEEP_SECONDS"]
    pauses = settings[text: "MAIL_RETRY_SECONDS"].split(separator: ",").compactMap {
      Int(String($0).trimmingSpace())
    }
    guard !pauses.isEmpty,
      pauses.count == settings[text: "MAIL_RETRY_SECONDS"].split(separator: ",").count
    else { throw SettingsError("MAIL_RETRY_SECONDS must be numbers separated by commas") }
  }
}
