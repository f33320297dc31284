import MariaDB

/// What `/metrics` tells of the database's content. No column that it reads is personal.
///
/// Cheap at a million accounts: what an index cannot count at once is kept (OfficeFigures), for a
/// hundred times as long as counting took.
struct SystemFigures {
  let schema: Int
  /// Mails by state, and the age of the oldest of each.
  let mails: [(state: String, count: Int, oldest: Int)]
  /// Login IDs and second factors that have to wait now.
  let pauses: Int
  /// Open sessions by stage.
  let sessions: [(stage: String, count: Int)]
  /// Accounts that are on no way to registration.
  let accounts: [(status: String, count: Int)]
  /// Members who have come at least so far, and how many came so far within the last hour.
  let reached: [(stage: String, count: Int)]
  let lastHour: [(stage: String, count: Int)]

  init(_ services: Services) throws {
    let database = services.database
    schema = try database.count(
      "SELECT CAST(COALESCE(MAX(version), 0) AS SIGNED) AS n FROM schema_migrations")
    mails = try Self.mails(database)
    let counted = try OfficeFigures(database: database).read("monitor.1") {
      try [
        database.count("SELECT COUNT(*) AS n FROM login_failures WHERE paused_until > NOW(3)")
      ] + Self.sessions(database) + Self.lastHour(services)
    }
    pauses = counted.first ?? 0
    let stages = Stage.allCases.map(\.rawValue)
    sessions = zip(stages, counted.dropFirst()).map { (stage: $0, count: $1) }
    let newest = counted.dropFirst(1 + stages.count)
    lastHour = zip(Self.stepsByTime, newest).map { (stage: $0, count: $1) }
    let progress = try OfficeSummary(services).progress()
    accounts = [
      (status: "unissued", count: progress.unissued), (status: "doctor", count: progress.doctors),
      (status: "suspended", count: progress.suspended),
    ]
    reached = zip(Self.steps, progress.steps).map { (stage: $0, count: $1.count) }
  }

  /// The way to registration, as `OfficeSummary.progress` has it.
  private static let steps = ["issued", "first_login", "agreed", "confirmed", "registered"]

  /// Those whose time is in an index.
  private static let stepsByTime = ["issued", "agreed", "confirmed", "registered"]

  /// By the index of `due`, its last column being the number; only three rows are looked up.
  private static func mails(
    _ database: Database
  ) throws -> [(state: String, count: Int, oldest: Int)] {
    let rows = try database.rows(
      """
      SELECT o.state, o.n, CAST(TIMESTAMPDIFF(SECOND, m.created_at, NOW()) AS SIGNED) AS age
      FROM (SELECT state, COUNT(*) AS n, MIN(id) AS first FROM outbox
        WHERE state IN ('waiting', 'sending', 'abandoned') GROUP BY state) o
        JOIN outbox m ON m.id = o.first
      """)
    return try ["waiting", "sending", "abandoned"].map { state in
      let row = try rows.first { try $0["state"] == state }
      return (state, try row?["n"] ?? 0, max(0, try row?["age"] ?? 0))
    }
  }

  private static func sessions(_ database: Database) throws -> [Int] {
    var counts: [String: Int] = [:]
    let rows = try database.rows(
      """
      SELECT stage, COUNT(*) AS n FROM sessions
      WHERE expires_at > NOW() AND ended_at IS NULL
        AND seen_at > NOW() - INTERVAL idle_seconds SECOND
      GROUP BY stage
      """)
    for row in rows { counts[try row["stage"]] = try row["n"] }
    return Stage.allCases.map { counts[$0.rawValue] ?? 0 }
  }

  /// A postcard has no index by the time of its issue, but one by its end.
  private static func lastHour(_ services: Services) throws -> [Int] {
    let row = try services.database.first(
      """
      SELECT
        (SELECT COUNT(*) FROM postcards WHERE expires_at > NOW() + INTERVAL ? SECOND) AS issued,
        (SELECT COUNT(*) FROM consents WHERE agreed_at > NOW() - INTERVAL 1 HOUR) AS agreed,
        (SELECT COUNT(*) FROM drafts WHERE expires_at > NOW()
          AND created_at > NOW() - INTERVAL 1 HOUR) AS confirmed,
        (SELECT COUNT(*) FROM accounts WHERE registered_at > NOW() - INTERVAL 1 HOUR
          AND status <> 'staff') AS registered
      """, services.settings.firstTimeSeconds - 3600)
    return try stepsByTime.map { try row?[$0] ?? 0 }
  }
}
