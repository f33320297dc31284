import MariaDB
import Sodium

/// The accounts of the secretariat.
public struct Staff {
  let services: Services

  /// Makes an account. Throws `FormRefused` where the password does not meet the policy or the
  /// login ID is taken.
  public func add(
    _ id: LoginID, name: String, isAdministrator: Bool, password: Password
  ) throws {
    let context = PasswordContext(
      common: try services.commonPasswords(), loginID: id.text, email: "", names: [name],
      isFirstTime: nil)
    let problems = services.settings.passwordPolicy.problems(password, context: context).map {
      Problem(RegistrationFields.password, $0.sentence(about: "パスワード"))
    }
    guard problems.isEmpty else { throw FormRefused(problems) }
    let hash = try hashPassword(password.bytes, services.settings.passwordCost)
    do {
      try insert(id, name: name, isAdministrator: isAdministrator, hash: hash)
    } catch let error as DatabaseError where error.kind == .duplicate(key: "login_key") {
      throw FormRefused(Problem(RegistrationFields.loginID, RegistrationForm.loginIDTaken))
    }
  }

  private func insert(_ id: LoginID, name: String, isAdministrator: Bool, hash: String) throws {
    try services.database.transaction { transaction in
      let account = try insert(
        id, name: name, isAdministrator: isAdministrator, email: nil, in: transaction)
      try transaction.run(
        "UPDATE accounts SET password_hash = ? WHERE id = ?", hash, account)
      try Audit.record("staff.added", actor: nil, subject: account, in: transaction)
    }
  }

  /// Makes an account without a password. Throws `duplicate` for a login ID or address in use.
  /// - Returns: the account's id.
  func insert(
    _ id: LoginID, name: String, isAdministrator: Bool, email: EmailAddress?,
    in transaction: Transaction
  ) throws -> Int {
    let account = try transaction.insert(
      """
      INSERT INTO accounts (number, kind, login_id, login_key, email, email_key, registered_at)
      VALUES (CONCAT('S', UNIX_TIMESTAMP(), FLOOR(RAND() * 1000000)), ?, ?, ?, ?, ?, NOW())
      """, isAdministrator ? "administrator" : "secretariat", id.text, id.key, email?.text,
      email?.key)
    try transaction.run(
      "UPDATE accounts SET number = CONCAT('S', LPAD(id, 8, '0')) WHERE id = ?", account)
    try transaction.run(
      "INSERT INTO staff (account_id, name) VALUES (?, ?)", account, name)
    return account
  }

  /// Takes the second factor of a staff account away and ends its sessions: for somebody who lost
  /// the telephone and the recovery codes. False where there is no such account, or nothing to take.
  public func resetSecondFactor(_ loginID: String) throws -> Bool {
    try services.database.transaction { transaction in
      let row = try transaction.first(
        """
        SELECT a.id FROM accounts a JOIN staff s ON s.account_id = a.id WHERE a.login_key = ?
        """, LoginID.key(of: loginID))
      guard let account: Int = try row?["id"] else { return false }
      return try endSecondFactor(of: account, by: nil, client: "", in: transaction)
    }
  }

  func endSecondFactor(
    of account: Int, by actor: Int?, client: String, in transaction: Transaction
  ) throws -> Bool {
    guard try services.secondFactor.end(account, in: transaction) else { return false }
    try services.throttle.forgiveCode(account, in: transaction)
    try services.sessions.endAll(of: account, in: transaction)
    try Audit.record(
      "two_factor.ended", actor: actor, subject: account, client: client, in: transaction)
    return true
  }
}
