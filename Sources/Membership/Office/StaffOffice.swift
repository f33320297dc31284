import FastCGI
import MariaDB

/// What a staff account may do.
public enum StaffRole: String, Choice {
  case secretariat, administrator

  /// The words on the page.
  public var label: String {
    switch self {
    case .secretariat: "事務局"
    case .administrator: "管理者"
    }
  }
}

/// What administrators do with the accounts of the staff, on the page 職員.
///
/// A new account has no password: its owner gets a URL by mail, as after 「パスワードをお忘れの方」, and
/// sets one. So no password is ever known to two people, and there is no first password to change.
extension Staff {
  /// A staff account, as the page lists it.
  public struct Person: Sendable {
    public let account: Int
    public let loginID: String
    public let name: String
    public let email: String
    public let isAdministrator: Bool
    public let isSuspended: Bool
    public let hasPassword: Bool
    public let hasSecondFactor: Bool
    /// Japan's time; nil: never.
    public let lastLogin: String?
  }

  /// All staff accounts, those who may sign in first. The office has dozens of them, not thousands.
  public func people() throws -> [Person] {
    try services.database.rows(
      """
      SELECT a.id, a.login_id, s.name, COALESCE(a.email, '') AS email,
        a.kind = 'administrator' AS is_administrator, a.suspended_at IS NOT NULL AS is_suspended,
        a.has_password,
        f.confirmed_at IS NOT NULL AS has_second_factor,
        DATE_FORMAT(a.last_login_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS last_login
      FROM staff s JOIN accounts a ON a.id = s.account_id
        LEFT JOIN second_factors f ON f.account_id = a.id
      ORDER BY a.suspended_at IS NOT NULL, a.login_key
      """
    ).map { row in
      Person(
        account: try row["id"], loginID: try row["login_id"], name: try row["name"],
        email: try row["email"], isAdministrator: try row["is_administrator"],
        isSuspended: try row["is_suspended"], hasPassword: try row["has_password"],
        hasSecondFactor: try row["has_second_factor"], lastLogin: try row["last_login"])
    }
  }

  /// Makes an account and mails its owner the URL at which a password is set. Throws `duplicate`
  /// (`login_key`, `email_key`) for a login ID or address in use.
  public func invite(
    _ id: LoginID, name: String, email: EmailAddress, isAdministrator: Bool, by actor: Int,
    _ request: Request
  ) throws {
    let sender = try services.sender()
    try services.database.transaction { transaction in
      let account = try insert(
        id, name: name, isAdministrator: isAdministrator, email: email, in: transaction)
      try mailInvitation(to: email, name, id, account, sender, transaction)
      try Audit.record(
        "staff.added", actor: actor, subject: account, client: request.client,
        details: isAdministrator ? "administrator" : "secretariat", in: transaction)
    }
  }

  /// What an administrator can do with somebody else's account.
  public enum Action: String, Sendable, CaseIterable {
    case invite, suspend, reinstate
    case endSecondFactor = "end_second_factor"
    case makeAdministrator = "make_administrator"
    case makeSecretariat = "make_secretariat"
  }

  /// Does it. Each action names a state, not a change, so that twice is once.
  /// - Returns: false where the account is no staff account, or it is the administrator's own:
  ///   nobody locks himself out, and there is always an administrator left.
  public func act(
    _ action: Action, on account: Int, by actor: Int, _ request: Request
  ) throws -> Bool {
    guard account != actor else { return false }
    let sender = try services.sender()
    return try services.database.transaction { transaction in
      let row = try transaction.first(
        """
        SELECT a.login_id, a.email, s.name FROM accounts a JOIN staff s ON s.account_id = a.id
        WHERE a.id = ? AND a.kind IN ('secretariat', 'administrator') FOR UPDATE
        """, account)
      guard let row else { return false }
      switch action {
      case .invite:
        let email: String? = try row["email"]
        guard let email else { return false }
        try mailInvitation(
          to: EmailAddress(email), try row["name"], LoginID(row["login_id"] as String), account,
          sender, transaction)
      case .suspend: try suspend(account, transaction)
      case .reinstate:
        try transaction.run(
          "UPDATE accounts SET suspended_at = NULL WHERE id = ?", account)
      case .endSecondFactor:
        return try endSecondFactor(
          of: account, by: actor, client: request.client, in: transaction)
      case .makeAdministrator: try setRole("administrator", account, transaction)
      case .makeSecretariat: try setRole("secretariat", account, transaction)
      }
      try Audit.record(
        Self.auditName(action), actor: actor, subject: account, client: request.client,
        details: Self.auditDetails(action), in: transaction)
      return true
    }
  }

  private func suspend(_ account: Int, _ transaction: Transaction) throws {
    try transaction.run(
      "UPDATE accounts SET suspended_at = COALESCE(suspended_at, NOW()) WHERE id = ?", account)
    try services.sessions.endAll(of: account, in: transaction)
    // A URL on its way must not open what was closed.
    try transaction.run(
      """
      UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
      WHERE account_id = ? AND purpose = 'reset' AND ended_at IS NULL
      """, account)
  }

  private func setRole(_ kind: String, _ account: Int, _ transaction: Transaction) throws {
    try transaction.run("UPDATE accounts SET kind = ? WHERE id = ?", kind, account)
    // What a session may do was decided when it was opened.
    try services.sessions.endAll(of: account, in: transaction)
  }

  private func mailInvitation(
    to email: EmailAddress, _ name: String, _ id: LoginID, _ account: Int, _ sender: Sender,
    _ transaction: Transaction
  ) throws {
    let token = try services.tokens.issue(
      .reset, to: email, account: account, consent: nil,
      seconds: services.settings.resetURLSeconds, in: transaction)
    try Outbox.add(
      MailTexts.staffInvitation(
        to: email, name: name, loginID: id, token: token,
        hours: services.settings.resetURLHours, accountID: account, sender),
      in: transaction)
  }

  private static func auditName(_ action: Action) -> String {
    switch action {
    case .invite: "staff.invited"
    case .suspend: "staff.suspended"
    case .reinstate: "staff.reinstated"
    case .endSecondFactor: "two_factor.ended"
    case .makeAdministrator, .makeSecretariat: "staff.role"
    }
  }

  private static func auditDetails(_ action: Action) -> String {
    switch action {
    case .makeAdministrator: "administrator"
    case .makeSecretariat: "secretariat"
    default: ""
    }
  }
}
