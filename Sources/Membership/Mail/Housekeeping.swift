import MariaDB

/// Deletes what has had its time (screens.md §4a), in small portions, each a transaction of its
/// own: no row is locked longer than a request may wait.
public struct Housekeeping {
  /// What is deleted, and how long after its end it is kept.
  struct Task {
    let name: String
    /// Takes the seconds to keep; gives the `key` of one portion, and locks nothing.
    let find: StaticString
    /// Takes a key and deletes that row. It asks for nothing else, or MariaDB may choose another
    /// index than the key's, whose next row a request has locked.
    let delete: StaticString
    let keep: Int
    /// True where the key is a hash, not a number.
    var isHash = false
  }

  /// A portion takes some milliseconds. The same number stands in each `find`.
  private static let portion = 500
  private static let day = 86_400
  /// Abandoned mails stay for the secretariat, who sees how many there are and can send them again.
  private static let abandonedKeep = 365 * day

  private let database: Database
  private let tasks: [Task]

  /// - Parameters:
  ///   - draftKeep: seconds that a draft and its token are kept after the token ran out.
  ///   - mailKeep: seconds that a mail is kept after it was sent.
  public init(_ database: Database, draftKeep: Int, mailKeep: Int) {
    self.database = database
    tasks = Self.tasks(draftKeep, mailKeep)
  }

  /// Deletes all that is due, until `isOver` says to stop. Safe beside another one.
  /// - Returns: what was deleted, without the tables of which nothing was.
  public func run(until isOver: () -> Bool = { false }) throws -> [(name: String, count: Int)] {
    var deleted: [(name: String, count: Int)] = []
    for task in tasks {
      var count = 0
      var found = Self.portion
      while found == Self.portion, !isOver() {
        let portion = try sweep(task)
        found = portion.found
        count += portion.deleted
      }
      if count > 0 { deleted.append((task.name, count)) }
    }
    return deleted
  }

  /// Rows are found first and then deleted by key: a DELETE over a range would also lock the first
  /// row after it, and wait for the request that has it.
  private func sweep(_ task: Task) throws -> (found: Int, deleted: Int) {
    let keys = try database.rows(task.find, task.keep).map { row -> Value in
      task.isHash ? .bytes(try row["key"]) : .integer(try row["key"])
    }
    guard !keys.isEmpty else { return (0, 0) }
    let deleted = try database.transaction { transaction in
      try keys.reduce(0) { try $0 + transaction.run(task.delete, $1) }
    }
    return (keys.count, deleted)
  }

  private static func tasks(_ draftKeep: Int, _ mailKeep: Int) -> [Task] {
    [
      Task(
        name: "drafts",
        find: """
          SELECT id AS `key` FROM drafts
          WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """,
        delete: "DELETE FROM drafts WHERE id = ?", keep: draftKeep),
      Task(
        name: "tokens",
        find: """
          SELECT id AS `key` FROM tokens
          WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """,
        delete: "DELETE FROM tokens WHERE id = ?", keep: draftKeep),
      // A day after their end an answer can still say that time ran out.
      Task(
        name: "sessions",
        find: """
          SELECT token_hash AS `key` FROM sessions
          WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY expires_at LIMIT 500
          """,
        delete: "DELETE FROM sessions WHERE token_hash = ?", keep: day, isHash: true),
      // The longest window that anything is counted in is an hour.
      Task(
        name: "throttle_events",
        find: """
          SELECT id AS `key` FROM throttle_events
          WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          ORDER BY at LIMIT 500
          """,
        delete: "DELETE FROM throttle_events WHERE id = ?", keep: day),
      Task(
        name: "throttle_subjects",
        find: """
          SELECT subject AS `key` FROM throttle_subjects
          WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          ORDER BY at LIMIT 500
          """,
        delete: "DELETE FROM throttle_subjects WHERE subject = ?", keep: day, isHash: true),
      Task(
        name: "login_failures",
        find: """
          SELECT subject AS `key` FROM login_failures
          WHERE updated_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
            AND (paused_until IS NULL OR paused_until < UTC_TIMESTAMP(3))
          ORDER BY updated_at LIMIT 500
          """,
        delete: "DELETE FROM login_failures WHERE subject = ?", keep: day, isHash: true),
      Task(
        name: "withheld mails",
        find: """
          SELECT id AS `key` FROM outbox
          WHERE state = 'withheld' AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """,
        delete: "DELETE FROM outbox WHERE id = ?", keep: day),
      // Somebody may send one again meanwhile: then it stays.
      Task(
        name: "sent mails",
        find: """
          SELECT id AS `key` FROM outbox
          WHERE state = 'sent' AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """,
        delete: """
          DELETE o FROM outbox o FORCE INDEX (PRIMARY) WHERE o.id = ? AND o.state = 'sent'
          """, keep: mailKeep),
      Task(
        name: "abandoned mails",
        find: """
          SELECT id AS `key` FROM outbox
          WHERE state = 'abandoned' AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """,
        delete: """
          DELETE o FROM outbox o FORCE INDEX (PRIMARY) WHERE o.id = ? AND o.state = 'abandoned'
          """, keep: max(mailKeep, abandonedKeep)),
      // The URL is dead by then; retrying the mail would only mislead.
      Task(
        name: "tokens of abandoned mails",
        find: """
          SELECT id AS `key` FROM outbox
          WHERE state = 'abandoned' AND token IS NOT NULL
            AND next_attempt_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY next_attempt_at LIMIT 500
          """,
        delete: "UPDATE outbox SET token = IF(state = 'abandoned', NULL, token) WHERE id = ?",
        keep: draftKeep),
      // The sign-in history of my page reaches back a year.
      Task(
        name: "logins",
        find: """
          SELECT id AS `key` FROM logins WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
          ORDER BY at LIMIT 500
          """,
        delete: "DELETE FROM logins WHERE id = ?", keep: 365 * day),
      // Lists of members that somebody uploaded; their lines go with them.
      Task(
        name: "imports",
        find: """
          SELECT id AS `key` FROM imports
          WHERE created_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY created_at LIMIT 500
          """,
        delete: "DELETE FROM imports WHERE id = ?", keep: day),
      // Someone agreed to the terms and went away.
      Task(
        name: "consents",
        find: """
          SELECT id AS `key` FROM consents
          WHERE account_id IS NULL AND agreed_at < UTC_TIMESTAMP() - INTERVAL ? SECOND
          ORDER BY agreed_at LIMIT 500
          """,
        delete: "DELETE FROM consents WHERE id = ?", keep: 30 * day),
    ]
  }
}
