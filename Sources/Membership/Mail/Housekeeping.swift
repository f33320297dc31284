import MariaDB

/// Deletes what has had its time (screens.md §4a), in small portions, each a transaction of its
/// own: no row is locked longer than a request may wait.
public struct Housekeeping {
  /// What is deleted, and how long after its end it is kept.
  struct Task {
    let name: String
    /// Takes the seconds to keep; deletes one portion.
    let sql: StaticString
    let keep: Int
  }

  /// A portion takes a few milliseconds. The same number stands in each statement.
  private static let portion = 500
  private static let day = 86_400

  private let database: Database
  private let tasks: [Task]

  /// - Parameter draftKeep: seconds that a draft and its token are kept after the token ran out.
  public init(_ database: Database, draftKeep: Int) {
    self.database = database
    tasks = Self.tasks(draftKeep)
  }

  /// Deletes all that is due, until `isOver` says to stop. Safe beside another one.
  /// - Returns: what was deleted, without the tables of which nothing was.
  public func run(until isOver: () -> Bool = { false }) throws -> [(name: String, count: Int)] {
    var deleted: [(name: String, count: Int)] = []
    for task in tasks {
      var count = 0
      var portion = Self.portion
      while portion == Self.portion, !isOver() {
        portion = try database.transaction { try $0.run(task.sql, task.keep) }
        count += portion
      }
      if count > 0 { deleted.append((task.name, count)) }
    }
    return deleted
  }

  private static func tasks(_ draftKeep: Int) -> [Task] {
    [
      Task(
        name: "drafts",
        sql: """
          DELETE FROM drafts WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """, keep: draftKeep),
      Task(
        name: "tokens",
        sql: """
          DELETE FROM tokens WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """, keep: draftKeep),
      // A day after their end an answer can still say that time ran out.
      Task(
        name: "sessions",
        sql: """
          DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """, keep: day),
      // The longest window that anything is counted in is an hour.
      Task(
        name: "throttle_events",
        sql: """
          DELETE FROM throttle_events WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          ORDER BY at LIMIT 500
          """, keep: day),
      Task(
        name: "throttle_subjects",
        sql: """
          DELETE FROM throttle_subjects WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          ORDER BY at LIMIT 500
          """, keep: day),
      Task(
        name: "login_failures",
        sql: """
          DELETE FROM login_failures WHERE updated_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
            AND (paused_until IS NULL OR paused_until < UTC_TIMESTAMP(3))
          ORDER BY updated_at LIMIT 500
          """, keep: day),
      Task(
        name: "withheld mails",
        sql: """
          DELETE FROM outbox WHERE state = 'withheld'
            AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """, keep: day),
      // The URL is dead by then; retrying the mail would only mislead.
      Task(
        name: "tokens of abandoned mails",
        sql: """
          UPDATE outbox SET token = NULL WHERE state = 'abandoned' AND token IS NOT NULL
            AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """, keep: draftKeep),
      // Someone agreed to the terms and went away.
      Task(
        name: "consents",
        sql: """
          DELETE FROM consents WHERE account_id IS NULL
            AND agreed_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY agreed_at LIMIT 500
          """, keep: 30 * day),
    ]
  }
}
