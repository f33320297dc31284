import FastCGI
import MariaDB

/// The audit trail as administrators read it: newest first, page after page by its numbers, which
/// stays fast however long it has grown.
public struct AuditTrail {
  private let database: Database

  public init(_ database: Database) {
    self.database = database
  }

  /// What of the trail is asked for; nil: all of it.
  public struct Filter: Sendable {
    public var action: String?
    /// The account that did it, or that it was done to.
    public var account: Int?
    /// Japan's days, both included.
    public var from: CivilDate?
    public var until: CivilDate?
    /// Below this number.
    public var before: Int?

    public init() {}

    /// What the trail says of its own reading: no names.
    public var summary: String {
      var words: [String] = []
      if let action { words.append("action=\(action)") }
      if let account { words.append("account=\(account)") }
      if let from { words.append("from=\(from.iso)") }
      if let until { words.append("until=\(until.iso)") }
      if let before { words.append("before=\(before)") }
      return words.joined(separator: " ")
    }
  }

  /// One line of the trail.
  public struct Line: Sendable {
    public let number: Int
    /// Japan's time: `2026/11/01 10:30:15`.
    public let at: String
    public let action: String
    public let actor: String
    public let subject: String
    public let client: String
    public let details: String

    /// The columns of the export.
    public static let columns = [
      "number", "at", "action", "action_label", "actor", "subject", "client_address", "details",
    ]

    /// The values of `columns`.
    public var values: [String] {
      [String(number), at, action, AuditAction.label(action), actor, subject, client, details]
    }
  }

  /// The lines of a filter, newest first, at most `most`.
  public func lines(_ filter: Filter, most: Int) throws -> [Line] {
    var query = try query(filter)
    query.add("LIMIT ?", most)
    return try database.rows(query).map { try Self.line($0) }
  }

  /// Every line of a filter, newest first, handed over as it is read. `line` must not use the
  /// database.
  func stream(_ filter: Filter, line: (Line) throws -> Void) throws {
    try database.stream(try query(filter)) { try line(Self.line($0)) }
  }

  private func query(_ filter: Filter) throws -> Query {
    var query = Query(
      """
      SELECT u.id, u.action, u.client_address, u.details,
        DATE_FORMAT(u.at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i:%s') AS at,
        a.number AS actor_number, a.login_id AS actor_login, s.name AS actor_name,
        b.number AS subject_number, t.name AS subject_name
      FROM audit u
        LEFT JOIN accounts a ON a.id = u.actor_id LEFT JOIN staff s ON s.account_id = u.actor_id
        LEFT JOIN accounts b ON b.id = u.subject_id LEFT JOIN staff t ON t.account_id = u.subject_id
      WHERE TRUE
      """)
    if let action = filter.action { query.add("AND u.action = ?", action) }
    if let account = filter.account {
      query.add("AND (u.actor_id = ? OR u.subject_id = ?)", account, account)
    }
    if let from = filter.from {
      query.add("AND u.at >= ? - INTERVAL 9 HOUR", from.iso)
      if let first = try lastNumber(before: from) { query.add("AND u.id > ?", first) }
    }
    if let until = filter.until {
      query.add("AND u.at < ? + INTERVAL 15 HOUR", until.iso)
      if let last = try firstNumber(after: until) { query.add("AND u.id < ?", last) }
    }
    if let before = filter.before { query.add("AND u.id < ?", before) }
    query.add("ORDER BY u.id DESC")
    return query
  }

  /// A number below those of a day, so that a period long past is found without reading all that
  /// came after it. Numbers follow the time but for moments: an hour is more than enough.
  private func lastNumber(before day: CivilDate) throws -> Int? {
    try database.first(
      "SELECT id FROM audit WHERE at < ? - INTERVAL 10 HOUR ORDER BY at DESC LIMIT 1", day.iso)?[
        "id"]
  }

  /// A number above those of a day, likewise.
  private func firstNumber(after day: CivilDate) throws -> Int? {
    try database.first(
      "SELECT id FROM audit WHERE at >= ? + INTERVAL 16 HOUR ORDER BY at LIMIT 1", day.iso)?["id"]
  }

  /// The account that a login ID or member number names; nil for none.
  public func account(named text: String) throws -> Int? {
    try database.first(
      "SELECT id FROM accounts WHERE login_key = ? OR number = ? LIMIT 1",
      LoginID.key(of: text), text)?["id"]
  }

  private static func line(_ row: Row) throws -> Line {
    let login: String? = try row["actor_login"]
    let staff: String? = try row["actor_name"]
    let number: String? = try row["actor_number"]
    let subjectName: String? = try row["subject_name"]
    let subject: String? = try row["subject_number"]
    let actor = staff.map { "\($0)（\(login ?? "")）" } ?? number
    return Line(
      number: try row["id"], at: try row["at"], action: try row["action"], actor: actor ?? "—",
      subject: subjectName ?? subject ?? "", client: try row["client_address"],
      details: try row["details"])
  }

  /// Deletes what is older than the time to keep, in portions; only the database's owner may.
  /// - Returns: how many lines.
  public func prune(keepSeconds: Int) throws -> Int {
    var count = 0
    var portion = 0
    repeat {
      portion = try database.transaction { transaction in
        try transaction.run(
          "DELETE FROM audit WHERE at < NOW(3) - INTERVAL ? SECOND ORDER BY at LIMIT 1000",
          keepSeconds)
      }
      count += portion
    } while portion == 1000
    try database.transaction { transaction in
      try Audit.record("audit.pruned", actor: nil, details: "\(count) lines", in: transaction)
    }
    return count
  }
}
