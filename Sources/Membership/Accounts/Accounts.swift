import FastCGI
import MariaDB
import Pages
import Sodium

/// An account as signing in needs it.
public struct Account: Sendable {
  /// What kind of person an account belongs to.
  public enum Kind: String, Sendable {
    case member, doctor, secretariat, administrator
  }

  public let id: Int
  public let kind: Kind
  public let loginKey: String
  public let isRegistered: Bool
  let passwordHash: String
}

/// Whether somebody may sign in with what they typed.
public enum SignIn: Sendable {
  case right(Account)
  /// For the log; the person is told the same of each.
  case refused(Refusal)

  /// Why not.
  public enum Refusal: String, Sendable {
    case unknownID = "unknown_id"
    case wrongPassword = "wrong_password"
    case suspended
    /// A first-time password whose time is over.
    case expired
  }
}

/// The accounts: found by login ID and password.
public struct Accounts {
  let services: Services

  /// The account with this login ID, if the password is its own and it may sign in.
  ///
  /// A password is checked even when nobody has the ID: the time of the answer must not tell which
  /// IDs exist. First-time passwords are forgiven case and hyphens, no others.
  public func signIn(_ key: String, _ password: Password) throws -> SignIn {
    let row = try services.database.first(
      """
      SELECT id, kind, login_key, password_hash, registered_at IS NOT NULL AS is_registered,
        suspended_at IS NOT NULL AS is_suspended,
        registered_at IS NULL AND (first_time_until IS NULL OR first_time_until <= NOW())
          AS is_expired
      FROM accounts WHERE login_key = ?
      """, key)
    let hash: String = try row?["password_hash"] ?? Self.nobodysHash(services.settings.passwordCost)
    let isFirstTime = try row.map { row in try !row["is_registered"] } ?? false
    let typed = isFirstTime ? FirstTimePassword(password)?.canonical ?? password : password
    let isRight = isPassword(typed.bytes, of: hash)
    // A first-time password's hash is a cheap one (Postcards): the time is made up for.
    if isFirstTime {
      _ = isPassword(typed.bytes, of: Self.nobodysHash(services.settings.passwordCost))
    }
    guard let row, let kind = Account.Kind(rawValue: try row["kind"]) else {
      return .refused(.unknownID)
    }
    guard isRight else { return .refused(.wrongPassword) }
    if try row["is_suspended"] { return .refused(.suspended) }
    if try row["is_expired"] { return .refused(.expired) }
    return .right(
      Account(
        id: try row["id"], kind: kind, loginKey: try row["login_key"],
        isRegistered: try row["is_registered"], passwordHash: hash))
  }

  /// The stage that an account signs in to with its password: the second factor where it has or
  /// needs one; else first login, new terms to agree to, or its own place.
  public func stage(of account: Account) throws -> Stage {
    if try services.secondFactor.isOn(account.id) { return .secondFactor }
    let own = Self.ownStage(of: account.kind)
    if Stage.staff.contains(own), services.settings.staffNeedSecondFactor { return .enrolment }
    return try stage(own, isRegistered: account.isRegistered, account.id)
  }

  /// The stage of an account whose second factor was right, too.
  public func stageBehindSecondFactor(of account: Int) throws -> Stage {
    try stage(ownStage(of: account), isRegistered: true, account)
  }

  private func stage(_ own: Stage, isRegistered: Bool, _ account: Int) throws -> Stage {
    guard Stage.people.contains(own) else { return own }
    guard isRegistered else { return .firstLogin }
    let terms = try services.terms()
    return try services.consents.isGiven(terms.version, by: account) ? own : .consentDue
  }

  /// The stage of a person of this kind who owes nothing.
  private static func ownStage(of kind: Account.Kind) -> Stage {
    switch kind {
    case .member: .member
    case .doctor: .doctor
    case .secretariat: .secretariat
    case .administrator: .administrator
    }
  }

  /// The stage of an account that has just agreed to the terms.
  public func ownStage(of account: Int) throws -> Stage {
    let row = try services.database.first("SELECT kind FROM accounts WHERE id = ?", account)
    guard let kind = try row.flatMap({ Account.Kind(rawValue: try $0["kind"]) }) else {
      throw Detour.redirect(to: "/login")
    }
    return Self.ownStage(of: kind)
  }

  /// The account that is registered with an address; nil when nobody is.
  public func registered(
    with address: EmailAddress, in transaction: Transaction
  ) throws -> Int? {
    try transaction.first("SELECT id FROM accounts WHERE email_key = ?", address.key)?["id"]
  }

  /// The registered account that a person who forgot the password describes: its address, and
  /// either its login ID or both registry number and birth date. Nil where that fits nobody, or
  /// somebody who is suspended.
  /// - Returns: the account, and its address as it was confirmed: letters may differ in case.
  public func owner(
    of address: EmailAddress, loginKey: String?, registryNumber: RegistryNumber?,
    birthDate: CivilDate?, in transaction: Transaction
  ) throws -> (account: Int, address: EmailAddress)? {
    let row = try transaction.first(
      """
      SELECT a.id, a.email, a.login_key, p.registry_number, p.birth_date
      FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id
      WHERE a.email_key = ? AND a.registered_at IS NOT NULL AND a.suspended_at IS NULL
      """, address.key)
    guard let row else { return nil }
    let known: (key: String?, number: String?, birth: String?) =
      (try row["login_key"], try row["registry_number"], try row["birth_date"])
    let isOwner =
      if let loginKey {
        loginKey == known.key
      } else {
        registryNumber?.text == known.number && birthDate?.iso == known.birth
      }
    return isOwner ? (try row["id"], try EmailAddress(row["email"])) : nil
  }

  /// What a new password of an account is measured against.
  public func passwordContext(
    of account: Int, _ common: CommonPasswords
  ) throws -> PasswordContext {
    let row = try services.database.first(
      "SELECT login_id, email FROM accounts WHERE id = ?", account)
    let profile = try Profiles.find(account, in: services.database)
    return PasswordContext(
      common: common, loginID: try row?["login_id"] ?? "", email: try row?["email"] ?? "",
      names: RegistrationFields.names.compactMap { profile?.first($0.name) }, isFirstTime: nil)
  }

  /// Login ID, address, time of the login before this one, and the consent given last, as slots of
  /// my page.
  public func summary(of account: Int) throws -> Named<String> {
    let row = try services.database.first(
      """
      SELECT a.login_id, a.email,
        DATE_FORMAT(a.previous_login_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS last_login,
        c.version, DATE_FORMAT(c.agreed_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS agreed
      FROM accounts a LEFT JOIN consents c ON c.account_id = a.id
      WHERE a.id = ? ORDER BY c.agreed_at DESC, c.id DESC LIMIT 1
      """, account)
    guard let row else { return [:] }
    let noConsent = "（記録がありません）"
    return [
      "login_id": try row["login_id"] ?? "", "email": try row["email"] ?? "",
      "last_login": try row["last_login"] ?? "（今回がはじめてです）",
      "consent_version": try row["version"] ?? noConsent,
      "consent_at": try row["agreed"] ?? noConsent,
    ]
  }

  /// The login ID of an account; empty where it has none yet.
  public func loginID(of account: Int) throws -> String {
    let row = try services.database.first("SELECT login_id FROM accounts WHERE id = ?", account)
    return try row?["login_id"] ?? ""
  }

  /// Notes a good login: when it was the first, and a new hash where the cost was changed since.
  public func noteLogin(
    _ account: Account, _ password: Password, in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      UPDATE accounts SET first_login_at = COALESCE(first_login_at, NOW()),
        previous_login_at = last_login_at, last_login_at = NOW()
      WHERE id = ?
      """, account.id)
    guard account.isRegistered, needsNewHash(account.passwordHash, services.settings.passwordCost)
    else { return }
    let hash = try hashPassword(password.bytes, services.settings.passwordCost)
    // Only if it is still the one that was checked: a reset meanwhile wins.
    try transaction.run(
      "UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?",
      hash, account.id, account.passwordHash)
  }

  /// Sets a new password. Its sessions end, and the count of failures is cleared.
  public func setPassword(
    _ password: Password, of account: Int, in transaction: Transaction
  ) throws {
    let hash = try hashPassword(password.bytes, services.settings.passwordCost)
    try transaction.run(
      "UPDATE accounts SET password_hash = ? WHERE id = ?", hash, account)
    try services.sessions.endAll(of: account, in: transaction)
    let row = try transaction.first("SELECT login_key FROM accounts WHERE id = ?", account)
    if let key: String = try row?["login_key"] {
      try services.throttle.forgive(key, in: transaction)
    }
  }

  /// A hash that no password has, at today's cost.
  private static func nobodysHash(_ cost: PasswordCost) -> String {
    let salt = "AAAAAAAAAAAAAAAAAAAAAA"
    let hash = String(repeating: "A", count: 43)
    return "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=1$\(salt)$\(hash)"
  }
}
