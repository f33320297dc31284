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
      Problem(RegistrationFields.password, "パスワードは、\($0.advice)")
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
      let account = try transaction.insert(
        """
        INSERT INTO accounts (number, kind, login_id, login_key, password_hash, registered_at)
        VALUES (CONCAT('S', UNIX_TIMESTAMP(), FLOOR(RAND() * 1000000)), ?, ?, ?, ?, NOW())
        """, isAdministrator ? "administrator" : "secretariat", id.text, id.key, hash)
      try transaction.run(
        "UPDATE accounts SET number = CONCAT('S', LPAD(id, 8, '0')) WHERE id = ?", account)
      try transaction.run(
        "INSERT INTO staff (account_id, name) VALUES (?, ?)", account, name)
      try Audit.record("staff.added", actor: nil, subject: account, in: transaction)
    }
  }
}
