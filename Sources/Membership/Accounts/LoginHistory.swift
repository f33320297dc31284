import FastCGI
import MariaDB

/// Good and bad tries to sign in with a known login ID, for the person to look through.
public struct LoginHistory {
  let services: Services

  /// How a try ended; the raw value is the column `outcome`.
  public enum Outcome: String, Sendable {
    case opened, refused
    case secondFactorRefused = "second_factor_refused"

    /// In words for the person.
    public var label: String {
      switch self {
      case .opened: "ログインしました"
      case .refused: "ログインできませんでした"
      case .secondFactorRefused: "確認コードが違いました"
      }
    }
  }

  /// Keeps a try of a known account.
  public func note(
    _ outcome: Outcome, account: Int, _ request: Request, in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO logins (account_id, at, outcome, client_address, user_agent)
      VALUES (?, NOW(3), ?, ?, ?)
      """, account, outcome.rawValue, request.client, request.shortUserAgent)
  }

  /// Keeps a refused try for whoever has this login key. Where nobody has it the same work is done
  /// (a row elsewhere, that counts nothing): the time of the answer must not tell which IDs exist.
  /// - Returns: whose it is.
  public func noteRefusal(
    ofKey key: String, _ request: Request, in transaction: Transaction
  ) throws -> Int? {
    let row = try transaction.first("SELECT id FROM accounts WHERE login_key = ?", key)
    let account: Int? = try row?["id"]
    try Audit.record(
      "login.refused", actor: nil, subject: account, client: request.client, in: transaction)
    if let account {
      try note(.refused, account: account, request, in: transaction)
    } else {
      try transaction.run(
        "INSERT INTO throttle_events (subject, at) VALUES (?, NOW(3))",
        Throttle.subject("nobody", request.shortUserAgent))
    }
    return account
  }

  /// A line of the history.
  public struct Entry: Sendable {
    /// Japan's time: `2026/11/01 10:30`.
    public let at: String
    public let outcome: Outcome
    public let clientAddress: String
    public let userAgent: String
  }

  /// The newest tries of an account, newest first.
  public func newest(_ count: Int, of account: Int) throws -> [Entry] {
    try services.database.rows(
      """
      SELECT DATE_FORMAT(at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS at, outcome, client_address,
        user_agent
      FROM logins WHERE account_id = ? ORDER BY logins.at DESC, id DESC LIMIT ?
      """, account, count
    ).map { row in
      Entry(
        at: try row["at"], outcome: Outcome(rawValue: try row["outcome"]) ?? .refused,
        clientAddress: try row["client_address"], userAgent: try row["user_agent"])
    }
  }
}

extension Services {
  public var loginHistory: LoginHistory { LoginHistory(services: self) }
}

extension Request {
  /// As much of the browser's own description as the database keeps.
  var shortUserAgent: String { String(userAgent.unicodeScalars.prefix(200)) }
}
