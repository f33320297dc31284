import FastCGI
import MariaDB

/// What a signed-in person changes about the second factor on their own page: the change, the
/// sessions that follow from it, the mail and the audit line, in one transaction.
public struct SecondFactorChange {
  let services: Services
  let session: Session
  let account: Int
  let request: Request

  public init(_ services: Services, _ session: Session, account: Int, _ request: Request) {
    self.services = services
    self.session = session
    self.account = account
    self.request = request
  }

  /// What the person's browser gets: a new session, and codes to be shown once.
  public struct Result: Sendable {
    public let secret: Secret
    public let stage: Stage
    public let codes: [RecoveryCode]
  }

  /// Puts the waiting secret into use with its first code; the password was asked when it was made.
  /// Sessions without a second factor end, this one gets a new secret.
  /// - Returns: nil where the code is wrong.
  public func enable(_ code: TypedCode) throws -> Result? {
    let isEnrolment = session.stage == .enrolment
    let stage =
      isEnrolment ? try services.accounts.ownStage(of: account) : session.stage
    let sender = try services.sender()
    return try services.database.transaction { transaction -> Result? in
      guard try services.secondFactor.confirm(code, account, in: transaction) else {
        try services.throttle.countFailure(request, in: transaction)
        return nil
      }
      try services.throttle.forgiveCode(account, in: transaction)
      let codes = try services.secondFactor.newRecoveryCodes(account, in: transaction)
      try services.sessions.endAll(of: account, in: transaction)
      let secret = try services.sessions.open(
        stage, account: account, consent: session.consentID, request, in: transaction)
      try tell(isOn: true, sender, transaction)
      try record("two_factor.enabled", transaction)
      return Result(secret: secret, stage: stage, codes: codes)
    }
  }

  /// New recovery codes; the old ones are void.
  public func renewCodes() throws -> [RecoveryCode] {
    try services.database.transaction { transaction in
      try record("two_factor.codes", transaction)
      return try services.secondFactor.newRecoveryCodes(account, in: transaction)
    }
  }

  /// Ends the second factor.
  public func end() throws {
    let sender = try services.sender()
    try services.database.transaction { transaction in
      guard try services.secondFactor.end(account, in: transaction) else { return }
      try tell(isOn: false, sender, transaction)
      try record("two_factor.ended", transaction)
    }
  }

  private func tell(isOn: Bool, _ sender: Sender, _ transaction: Transaction) throws {
    // Staff made on the command line may have no address.
    let row = try transaction.first("SELECT email FROM accounts WHERE id = ?", account)
    guard let email: String = try row?["email"] else { return }
    let address = try EmailAddress(email)
    try Outbox.add(
      MailTexts.twoFactorChanged(to: address, isOn: isOn, accountID: account, sender),
      in: transaction)
  }

  private func record(_ action: String, _ transaction: Transaction) throws {
    try Audit.record(
      action, actor: account, subject: account, client: request.client, in: transaction)
  }
}
