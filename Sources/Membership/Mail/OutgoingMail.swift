/// A mail to be sent: made by the functions in MailTexts*.swift, written by `Outbox.add`.
public struct OutgoingMail: Sendable {
  /// What a mail is about. The raw value is the outbox's column `kind`; it may be logged.
  public enum Kind: String, CaseIterable, Sendable {
    case registration
    case alreadyRegistered = "already_registered"
    case registered
    case passwordReset = "password_reset"
    case passwordChanged = "password_changed"
    case addressConfirmation = "address_confirmation"
    case addressChanged = "address_changed"
    case addressTaken = "address_taken"
    case profileChanged = "profile_changed"
    case twoFactorChanged = "two_factor_changed"
    case inquiryReceived = "inquiry_received"
    case inquiryForOffice = "inquiry_for_office"
    case inquiryAnswer = "inquiry_answer"
    case profileCorrected = "profile_corrected"
    case accountsMerged = "accounts_merged"
    case staffInvitation = "staff_invitation"
  }

  public let kind: Kind
  /// One address, as the person typed it.
  public let recipient: String
  public let subject: String
  /// Lines that end in LF. Where there is a token, `{token}` stands for it.
  public let body: String
  /// What opens the URL in the body. It is kept apart so that it can be erased once sent.
  public let token: Secret?
  /// Whose mail it is, where that is known.
  public let accountID: Int?

  /// What stands in a body in place of the token.
  static let tokenMark = "{token}"

  public init(
    _ kind: Kind, to recipient: String, subject: String, body: String, token: Secret? = nil,
    accountID: Int? = nil
  ) {
    self.kind = kind
    self.recipient = recipient
    self.subject = subject
    self.body = body
    self.token = token
    self.accountID = accountID
  }
}
