/// Whom our mails come from, and what stands at their foot.
public struct Sender: Sendable {
  public let systemName: String
  public let associationName: String
  /// Telephone, hours and form, as lines of text.
  public let contactLines: String
  public let baseURL: String
  /// The address that mails come from and bounce to.
  public let from: String
  /// Where answers go; empty: nobody reads them.
  public let replyTo: String
  /// Where the secretariat reads inquiries; empty: it gets no mail about them.
  public let officeAddress: String

  public init(
    systemName: String, associationName: String, contactLines: String, baseURL: String,
    from: String, replyTo: String = "", officeAddress: String = ""
  ) {
    self.systemName = systemName
    self.associationName = associationName
    self.contactLines = contactLines
    self.baseURL = baseURL
    self.from = from
    self.replyTo = replyTo
    self.officeAddress = officeAddress
  }

  /// The sender that the settings describe.
  public init(_ settings: Settings, contactLines: String) {
    self.init(
      systemName: settings.systemName, associationName: settings.associationName,
      contactLines: contactLines, baseURL: settings.baseURL, from: settings.mailFrom,
      replyTo: settings.mailReplyTo, officeAddress: settings.officeAddress)
  }

  /// The words before the address in `From`.
  var displayName: String { "\(associationName) \(systemName)" }
}
