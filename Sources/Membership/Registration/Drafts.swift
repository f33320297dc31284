import FastCGI
import MariaDB

/// A registration form that passed, between form and confirm screen.
public struct Draft: Sendable {
  let id: Int
  /// The normal forms of all fields but the passwords.
  public let values: FormValues
  /// The token that the form came with; it proves the address.
  public let tokenID: Int
  public let accountID: Int?
  public let email: String
  let passwordHash: String
}

/// The drafts. Each is shown only to the browser that holds its own cookie, which is not the
/// login session and lives as long as the mailed URL.
public struct Drafts {
  let services: Services

  /// What the request's draft cookie stands for.
  public enum Presence: Sendable {
    /// There is no cookie.
    case none
    case open(Draft)
    /// Its time ran out, or a newer mail took its place.
    case over
    /// Its registration is complete.
    case completed
  }

  var cookieName: String { services.settings.isSecure ? "__Host-draft" : "draft" }

  /// The draft of the request's cookie.
  public func presence(_ request: Request) throws -> Presence {
    guard let cookie = request.cookie(cookieName) else { return .none }
    guard let secret = Secret(cookie) else { return .over }
    return try presence(
      try services.database.first(
        """
        SELECT d.id, d.form, d.password_hash, d.completed_at, d.token_id, t.account_id, t.email,
          t.ended_at IS NULL AND t.expires_at > NOW() AS is_open
        FROM drafts d JOIN tokens t ON t.id = d.token_id WHERE d.cookie_hash = ?
        """, secret.hash))
  }

  /// The same, its row locked until the transaction ends: two confirm POSTs at once come one after
  /// the other.
  func lock(_ request: Request, in transaction: Transaction) throws -> Presence {
    guard let cookie = request.cookie(cookieName) else { return .none }
    guard let secret = Secret(cookie) else { return .over }
    return try presence(
      try transaction.first(
        """
        SELECT d.id, d.form, d.password_hash, d.completed_at, d.token_id, t.account_id, t.email,
          t.ended_at IS NULL AND t.expires_at > NOW() AS is_open
        FROM drafts d JOIN tokens t ON t.id = d.token_id WHERE d.cookie_hash = ? FOR UPDATE
        """, secret.hash))
  }

  private func presence(_ row: Row?) throws -> Presence {
    guard let row else { return .over }
    let completed: String? = try row["completed_at"]
    if completed != nil { return .completed }
    guard try row["is_open"] else { return .over }
    let form: String = try row["form"]
    return .open(
      Draft(
        id: try row["id"], values: try FormValues(urlencoded: Array(form.utf8)),
        tokenID: try row["token_id"], accountID: try row["account_id"], email: try row["email"],
        passwordHash: try row["password_hash"]))
  }

  /// Keeps a form that passed, in place of an earlier one of the same token. Returns the secret
  /// for the draft's cookie.
  public func save(
    _ values: FormValues, passwordHash: String, token: Tokens.Token, _ request: Request,
    in transaction: Transaction
  ) throws -> Secret {
    let secret = Secret()
    let written = try transaction.run(
      """
      INSERT INTO drafts (token_id, cookie_hash, form, password_hash, created_at, expires_at)
      VALUES (?, ?, ?, ?, NOW(), NOW() + INTERVAL ? SECOND)
      ON DUPLICATE KEY UPDATE cookie_hash = VALUES(cookie_hash), form = VALUES(form),
        password_hash = VALUES(password_hash)
      """, token.id, secret.hash, values.urlencoded, passwordHash, token.secondsLeft)
    // MariaDB counts a new row once and a changed one twice.
    if written == 1 { try services.throttle.returnMail(of: token.id, request, in: transaction) }
    return secret
  }

  /// The answer with the draft's cookie.
  public func adding(
    _ secret: Secret, to response: Response, seconds: Int
  ) -> Response {
    response.adding(
      "Set-Cookie", services.sessions.cookie(cookieName, secret.forCookie, life: seconds))
  }
}
