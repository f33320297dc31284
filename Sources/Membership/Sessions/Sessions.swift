import FastCGI
import MariaDB
import Sodium

/// The sessions of people who are signed in or on the way: opened, looked up, ended.
///
/// The cookie holds 256 random bits, the database only their hash. Idle and absolute time-outs
/// are the server's; the cookie itself goes with the browser.
public struct Sessions {
  let services: Services

  var cookieName: String { services.settings.isSecure ? "__Host-session" : "session" }

  /// What the request's cookie stands for. One SELECT; the time of last use is written once a
  /// minute at the most.
  public func presence(_ request: Request) throws -> Presence {
    guard let cookie = request.cookie(cookieName) else { return .stranger }
    guard let hash = Secret(cookie)?.hash else { return .ended(nil) }
    let row = try services.database.first(
      """
      SELECT s.stage, s.account_id, s.consent_id,
        s.ended_at IS NULL AND s.expires_at > NOW()
          AND s.seen_at > NOW() - INTERVAL s.idle_seconds SECOND
          AND a.suspended_at IS NULL AS is_live,
        s.seen_at < NOW() - INTERVAL 1 MINUTE OR s.idle_seconds < 120 AS is_touched
      FROM sessions s LEFT JOIN accounts a ON a.id = s.account_id
      WHERE s.token_hash = ?
      """, hash)
    guard let row, let stage = Stage(rawValue: try row["stage"]) else { return .ended(nil) }
    guard try row["is_live"] else { return .ended(stage) }
    if try row["is_touched"] {
      try services.database.transaction { transaction in
        try transaction.run(
          "UPDATE sessions SET seen_at = NOW() WHERE token_hash = ? AND ended_at IS NULL",
          hash)
      }
    }
    return .live(
      Session(
        stage: stage, accountID: try row["account_id"], consentID: try row["consent_id"],
        tokenHash: hash))
  }

  /// The request's session, of one of these stages. Otherwise throws where the person can go on:
  /// a stranger is sent to `entrance`; a POST whose session ran out comes back with everything
  /// typed (401); a signed-in person of another kind is refused (403) or sent to their own place.
  public func require(
    _ stages: Set<Stage>, _ request: Request, entrance: String = "/login"
  ) throws -> Session {
    switch try presence(request) {
    case .live(let session) where stages.contains(session.stage):
      return session
    case .live(let session) where Stage.signedIn.contains(session.stage):
      try refuse(session, request)
      throw Detour(services.errorPages.page(403, request))
    case .live(let session):
      services.note(
        .info, "session.unfit", request, account: session.accountID,
        [("stage", session.stage.rawValue)])
      throw Detour.redirect(to: session.stage.home)
    case .ended(let stage):
      services.note(.info, "session.over", request, [("stage", stage?.rawValue ?? "unknown")])
      if request.isPost { throw FormRefused([Sentences.sessionEnded], status: 401) }
      throw Detour.redirect(to: entrance)
    case .stranger:
      services.note(.info, "session.missing", request)
      throw Detour.redirect(to: entrance)
    }
  }

  /// Notes a try to open what is not the person's, in the log and in the audit trail.
  private func refuse(_ session: Session, _ request: Request) throws {
    services.note(
      .warning, "access.refused", request, account: session.accountID,
      [("stage", session.stage.rawValue)])
    try services.database.transaction { transaction in
      try Audit.record(
        "access.refused", actor: session.accountID, client: request.client,
        details: "\(request.method) \(request.path.prefix(100))", in: transaction)
    }
  }

  /// Opens a session and ends the one that the request came with: a new secret at every change
  /// of privilege. Returns the secret for `adding(to:)`.
  public func open(
    _ stage: Stage, account: Int?, consent: Int?, _ request: Request,
    in transaction: Transaction
  ) throws -> Secret {
    if let old = request.cookie(cookieName).flatMap(Secret.init) {
      try end(old.hash, in: transaction)
    }
    let secret = Secret()
    let settings = services.settings
    let idle = idleSeconds(stage)
    let isShort = stage == .registering || Stage.halfWay.contains(stage)
    let life = isShort ? idle : settings[number: "SESSION_SECONDS"]
    try transaction.run(
      """
      INSERT INTO sessions (token_hash, account_id, stage, consent_id, created_at, seen_at,
        idle_seconds, expires_at, client_address, user_agent)
      VALUES (?, ?, ?, ?, NOW(), NOW(), ?, NOW() + INTERVAL ? SECOND, ?, ?)
      """,
      secret.hash, account, stage.rawValue, consent, idle, life, request.client,
      String(request.userAgent.unicodeScalars.prefix(200)))
    return secret
  }

  /// Long enough to fetch a telephone from another room and set it up; half a login is worth little
  /// but not nothing.
  private static let halfWaySeconds = 900

  private func idleSeconds(_ stage: Stage) -> Int {
    let settings = services.settings
    if stage == .registering { return settings[number: "VISITOR_SESSION_SECONDS"] }
    if Stage.halfWay.contains(stage) { return Self.halfWaySeconds }
    return Stage.staff.contains(stage)
      ? settings[number: "OFFICE_SESSION_IDLE_SECONDS"]
      : settings[number: "SESSION_IDLE_SECONDS"]
  }

  /// Ends one session.
  public func end(_ tokenHash: [UInt8], in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE sessions SET ended_at = NOW() WHERE token_hash = ? AND ended_at IS NULL", tokenHash)
  }

  public func end(_ session: Session, in transaction: Transaction) throws {
    try end(session.tokenHash, in: transaction)
  }

  /// Ends the session with which a doctor began to register.
  func endVisitor(_ request: Request, in transaction: Transaction) throws {
    guard let secret = request.cookie(cookieName).flatMap(Secret.init) else { return }
    try transaction.run(
      """
      UPDATE sessions SET ended_at = NOW()
      WHERE token_hash = ? AND stage = 'registering' AND ended_at IS NULL
      """, secret.hash)
  }

  /// Ends every session of an account.
  public func endAll(of account: Int, in transaction: Transaction) throws {
    try transaction.run(
      "UPDATE sessions SET ended_at = NOW() WHERE account_id = ? AND ended_at IS NULL", account)
  }

  /// The answer with the cookie of a session just opened.
  public func adding(_ secret: Secret, to response: Response) -> Response {
    response.adding("Set-Cookie", cookie(cookieName, secret.forCookie))
  }

  /// The answer that makes the browser forget its session.
  public func forgetting(_ response: Response) -> Response {
    response.adding("Set-Cookie", cookie(cookieName, "", life: 0))
  }

  /// The answer to signing out: the login page, and nothing left in the browser.
  public func signedOut() -> Response {
    // "cookies" would also clear those of the association's other sites on the same domain.
    forgetting(.redirect(to: "/login")).adding("Clear-Site-Data", "\"cache\", \"storage\"")
  }

  /// A cookie line. Without `life` (seconds) it goes with the browser.
  func cookie(_ name: String, _ value: String, life: Int? = nil) -> String {
    "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax"
      + (services.settings.isSecure ? "; Secure" : "")
      + (life.map { "; Max-Age=\($0)" } ?? "")
  }
}
