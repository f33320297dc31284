import FastCGI
import MariaDB

/// The end of a registration: a draft becomes an account.
public struct Registrations {
  let services: Services

  /// How completing ended.
  public enum Outcome: Sendable {
    case completed
    /// The draft's token ran out or was replaced.
    case over
    /// The request brings no draft.
    case none
  }

  /// Makes the account of the request's draft, with everything that belongs to it, in one
  /// transaction: account, profile, consent, the token's and the draft's end, mail, audit. A draft
  /// that is complete already stays as it is.
  ///
  /// Throws `FormRefused` where somebody else took the login ID, the registry number or the
  /// address meanwhile: the unique keys decide who was first.
  public func complete(_ request: Request) throws -> Outcome {
    do {
      return try services.database.transaction { transaction in
        switch try services.drafts.lock(request, in: transaction) {
        case .none: return .none
        case .over: return .over
        case .completed: return .completed
        case .open(let draft):
          guard case .live(let token) = try services.tokens.lock(draft.tokenID, in: transaction)
          else { return .over }
          try complete(draft, token, request, in: transaction)
          return .completed
        }
      }
    } catch let error as DatabaseError {
      guard case .duplicate(let key) = error.kind, let sentence = Self.taken[key] else {
        throw error
      }
      throw FormRefused(Problem(nil, sentence))
    }
  }

  private static let taken = [
    "login_key": RegistrationForm.loginIDTaken,
    "registry_number": RegistrationForm.registryNumberTaken,
    "email_key": RegistrationForm.emailTaken,
  ]

  private func complete(
    _ draft: Draft, _ token: Tokens.Token, _ request: Request, in transaction: Transaction
  ) throws {
    let account = try register(draft, token, in: transaction)
    try Profiles.register(draft.values, account: account, in: transaction)
    try transaction.run(
      "UPDATE consents SET account_id = ? WHERE id = ?", account, token.consentID)
    try services.tokens.use(token, in: transaction)
    try transaction.run(
      "UPDATE drafts SET completed_at = NOW(), form = '', password_hash = '' WHERE id = ?",
      draft.id)
    try services.sessions.endAll(of: account, in: transaction)
    try services.sessions.endVisitor(request, in: transaction)
    let id = try LoginID(draft.values.first(RegistrationFields.loginID.name) ?? "")
    try Outbox.add(
      MailTexts.registered(
        to: EmailAddress(token.email), name: ProfileView.name(draft.values), loginID: id,
        accountID: account, try services.sender()),
      in: transaction)
    try Audit.record(
      "registration.completed", actor: account, subject: account, client: request.client,
      in: transaction)
  }

  /// The account's row: a member's own becomes registered (its first-time credentials die with
  /// that), a doctor gets a new one.
  private func register(
    _ draft: Draft, _ token: Tokens.Token, in transaction: Transaction
  ) throws -> Int {
    let id = try LoginID(draft.values.first(RegistrationFields.loginID.name) ?? "")
    let email = try EmailAddress(token.email)
    guard let account = token.accountID else {
      let account = try transaction.insert(
        """
        INSERT INTO accounts (number, kind, login_id, login_key, password_hash, registered_at,
          email, email_key)
        VALUES (CONCAT('D', UNIX_TIMESTAMP(), FLOOR(RAND() * 1000000)), 'doctor', ?, ?, ?, NOW(),
          ?, ?)
        """, id.text, id.key, draft.passwordHash, email.text, email.key)
      try transaction.run(
        "UPDATE accounts SET number = CONCAT('D', LPAD(id, 8, '0')) WHERE id = ?", account)
      return account
    }
    let found = try transaction.run(
      """
      UPDATE accounts SET login_id = ?, login_key = ?, password_hash = ?, registered_at = NOW(),
        first_time_until = NULL, email = ?, email_key = ?
      WHERE id = ? AND registered_at IS NULL AND suspended_at IS NULL
      """, id.text, id.key, draft.passwordHash, email.text, email.key, account)
    guard found == 1 else { throw FormRefused(Problem(nil, Self.closed)) }
    return account
  }

  private static let closed =
    "この会員番号の登録は、いまは受け付けられません。画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"
}
