import FastCGI
import MariaDB

/// The tokens of mailed URLs. Looking one up writes nothing; only the POST that brings what a
/// robot lacks uses it up.
public struct Tokens {
  let services: Services

  /// What a mailed URL is for.
  public enum Purpose: String, Sendable {
    case registration, reset, email
  }

  /// A live token.
  public struct Token: Sendable {
    public let id: Int
    /// Registration: the postcard's account, nil for a doctor. Reset: whose password.
    public let accountID: Int?
    /// The address that it was sent to, and so proves.
    public let email: String
    public let consentID: Int?
    /// Seconds until it runs out.
    public let secondsLeft: Int
  }

  /// What became of a token.
  public enum State: Sendable {
    case live(Token)
    /// The work that it was for is done.
    case used
    /// Unknown, run out, or replaced by a newer one.
    case over
  }

  /// Makes a token for an address. Older ones for the same purpose become void: those sent to the
  /// address, and those of the account.
  public func issue(
    _ purpose: Purpose, to email: EmailAddress, account: Int?, consent: Int?, seconds: Int,
    in transaction: Transaction
  ) throws -> Secret {
    // A stranger who asks for somebody's password, or for the address that somebody is about to
    // change to, must not make that person's own URL void.
    let isStranger = purpose == .email || purpose == .reset && account == nil
    try transaction.run(
      """
      UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
      WHERE email_key = ? AND purpose = ? AND ended_at IS NULL
      """, isStranger ? "" : email.key, purpose.rawValue)
    try transaction.run(
      """
      UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
      WHERE account_id = ? AND purpose = ? AND ended_at IS NULL
      """, account, purpose.rawValue)
    let secret = Secret()
    try transaction.run(
      """
      INSERT INTO tokens (token_hash, purpose, account_id, email, email_key, consent_id,
        created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, NOW(), NOW() + INTERVAL ? SECOND)
      """,
      secret.hash, purpose.rawValue, account, email.text, email.key, consent, seconds)
    return secret
  }

  /// What the token of an address or a hidden field stands for.
  public func find(
    _ purpose: Purpose, _ text: String, in runner: (any SQLRunner)? = nil
  ) throws -> State {
    guard let secret = Secret(text) else { return .over }
    let row = try (runner ?? services.database).first(
      """
      SELECT id, account_id, email, consent_id, ended_by,
        TIMESTAMPDIFF(SECOND, NOW(), expires_at) AS seconds_left
      FROM tokens WHERE token_hash = ? AND purpose = ?
      """, secret.hash, purpose.rawValue)
    return try state(row)
  }

  /// The token that a draft's form came with.
  public func token(of draft: Draft) throws -> Token {
    let row = try services.database.first(
      """
      SELECT id, account_id, email, consent_id, ended_by,
        TIMESTAMPDIFF(SECOND, NOW(), expires_at) AS seconds_left
      FROM tokens WHERE id = ?
      """, draft.tokenID)
    guard case .live(let token) = try state(row) else { throw Detour.redirect(to: "/terms") }
    return token
  }

  /// The same token, its row locked until the transaction ends.
  public func lock(_ token: Token, in transaction: Transaction) throws -> State {
    try lock(token.id, in: transaction)
  }

  /// Makes a token void that nobody was told.
  public func withdraw(_ secret: Secret, in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced' WHERE token_hash = ?",
      secret.hash)
  }

  /// The token of this number, its row locked until the transaction ends.
  func lock(_ id: Int, in transaction: Transaction) throws -> State {
    try state(
      try transaction.first(
        """
        SELECT id, account_id, email, consent_id, ended_by,
          TIMESTAMPDIFF(SECOND, NOW(), expires_at) AS seconds_left
        FROM tokens WHERE id = ? FOR UPDATE
        """, id))
  }

  /// Uses a token up.
  public func use(_ token: Token, in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE tokens SET ended_at = NOW(), ended_by = 'used' WHERE id = ?", token.id)
  }

  private func state(_ row: Row?) throws -> State {
    guard let row else { return .over }
    let endedBy: String? = try row["ended_by"]
    if endedBy == "used" { return .used }
    let left: Int = try row["seconds_left"]
    // An address that nobody has gets a token without an account, which opens nothing.
    guard endedBy == nil, left > 0 else { return .over }
    return .live(
      Token(
        id: try row["id"], accountID: try row["account_id"], email: try row["email"],
        consentID: try row["consent_id"], secondsLeft: left))
  }
}
