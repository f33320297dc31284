import FastCGI
import MariaDB
import Sodium

/// A person whose password was asked for again, and was right.
public struct ConfirmedPerson: Sendable {
  public let account: Int
  public let loginKey: String
  /// The registered address; staff may have none.
  public let email: EmailAddress?
  /// What was checked: whoever writes makes sure that it is still the one.
  let passwordHash: String
}

extension Accounts {
  /// The person of an account, if the password typed into `field` is theirs. It is throttled with
  /// the login's own count: my page is no place to guess at.
  ///
  /// Throws `FormRefused`: 422 bound to the field for a wrong one, 429 while a pause lasts. Nil
  /// where the account may not sign in at all.
  public func confirm(
    _ typed: Password, of account: Int, field: any FormField, _ request: Request
  ) throws -> ConfirmedPerson? {
    let row = try services.database.first(
      """
      SELECT login_key, password_hash, email FROM accounts
      WHERE id = ? AND registered_at IS NOT NULL AND suspended_at IS NULL
      """, account)
    guard let row, let key: String = try row["login_key"],
      let hash: String = try row["password_hash"]
    else { return nil }
    try services.throttle.admitPassword(for: key, request)
    guard isPassword(typed.bytes, of: hash) else {
      try services.database.transaction { transaction in
        try services.throttle.countFailure(request, in: transaction)
        try Audit.record(
          "password.refused", actor: account, subject: account, client: request.client,
          in: transaction)
      }
      services.note(.warning, "password.refused", request, account: account)
      throw FormRefused(
        Problem(field, "現在のパスワードが正しくありません。もう一度入力してください。続けて失敗すると、しばらく入力できなくなります。"))
    }
    try services.database.transaction { try services.throttle.forgive(key, in: $0) }
    let email: String? = try row["email"]
    return ConfirmedPerson(
      account: account, loginKey: key, email: try email.map { try EmailAddress($0) },
      passwordHash: hash)
  }

  /// Sets the new password of a person who gave the one before. All sessions end, and reset URLs
  /// that are on the way open nothing any more.
  /// - Returns: false, and nothing is done, where the password was changed meanwhile.
  public func changePassword(
    to new: Password, of person: ConfirmedPerson, in transaction: Transaction
  ) throws -> Bool {
    let hash = try hashPassword(new.bytes, services.settings.passwordCost)
    let found = try transaction.run(
      "UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?",
      hash, person.account, person.passwordHash)
    guard found == 1 else { return false }
    try services.sessions.endAll(of: person.account, in: transaction)
    try services.throttle.forgive(person.loginKey, in: transaction)
    try services.tokens.withdrawAll(.reset, of: person.account, in: transaction)
    return true
  }
}

extension Tokens {
  /// Makes every URL of this purpose that is on its way to an account void.
  public func withdrawAll(
    _ purpose: Purpose, of account: Int, in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
      WHERE account_id = ? AND purpose = ? AND ended_at IS NULL
      """, account, purpose.rawValue)
  }
}
