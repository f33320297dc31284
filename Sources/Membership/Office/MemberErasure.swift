import MariaDB

/// The erasure of one person: everything that MemberTraces finds goes, in one transaction. What
/// stays is the audit trail: that something was done, when, and under which account number, which
/// then names nobody.
public struct MemberErasure: Sendable {
  /// What was removed, by table; tables without any row are not named.
  public let removed: [(table: String, rows: Int)]

  /// An erasure that was done, as the audit trail tells it.
  public struct Done: Sendable {
    public let account: Int
    let createdAt: String
  }

  static let action = "member.erased"

  /// Removes everything about this person.
  public static func run(
    _ traces: MemberTraces, in transaction: Transaction
  ) throws -> MemberErasure {
    var removed: [(table: String, rows: Int)] = []
    func note(_ table: String, _ rows: Int) {
      if rows > 0 { removed.append((table, rows)) }
    }
    for step in steps(traces) {
      note(step.table, try transaction.run(step.sql, values: step.values) { _ in }.affected)
    }
    note("failed logins counted", try forgetCounts(traces, in: transaction))
    note("audit (made nameless)", try makeNameless(traces.account, in: transaction))
    try Audit.record(
      action, actor: nil, subject: traces.account, details: "created=\(traces.createdAt)",
      in: transaction)
    return MemberErasure(removed: removed)
  }

  /// The tables that `run` empties of a person; a test compares them with the database.
  static let tables: Set<String> = Set(steps(nil).map(\.table))

  private struct Step {
    let table: String
    let sql: StaticString
    let values: [Value]
  }

  /// Each table by itself, though the accounts' foreign keys would take most of them along: so that
  /// each is counted. Those that others are found by come last.
  private static func steps(_ traces: MemberTraces?) -> [Step] {
    let id = Value.integer(traces?.account ?? 0)
    func list(_ path: KeyPath<MemberTraces, String>) -> Value {
      .text(traces?[keyPath: path] ?? "[]")
    }
    return [
      Step(
        table: "outbox",
        sql: """
          DELETE o FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN outbox o ON o.id = mine.id
          """, values: [list(\.mails)]),
      Step(
        table: "inquiry_entries",
        sql: """
          DELETE e FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN inquiry_entries e ON e.inquiry_id = mine.id
          """, values: [list(\.inquiries)]),
      Step(
        table: "inquiries",
        sql: """
          DELETE i FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN inquiries i ON i.id = mine.id
          """, values: [list(\.inquiries)]),
      Step(
        table: "drafts",
        sql: """
          DELETE d FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN drafts d ON d.token_id = mine.id
          """, values: [list(\.tokens)]),
      Step(
        table: "tokens",
        sql: """
          DELETE t FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN tokens t ON t.id = mine.id
          """, values: [list(\.tokens)]),
      Step(
        table: "sessions",
        sql: """
          DELETE FROM sessions WHERE account_id = ? OR account_id IS NULL AND consent_id IN
            (SELECT id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine)
          """, values: [id, list(\.consents)]),
      Step(
        table: "consents",
        sql: """
          DELETE c FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            STRAIGHT_JOIN consents c ON c.id = mine.id
          """, values: [list(\.consents)]),
      Step(
        table: "import_lines",
        sql: """
          DELETE FROM import_lines WHERE account_id = ? OR number = ? OR registry_number IN
            (SELECT k FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(6) PATH '$[0]')) AS mine)
          """, values: [id, .text(traces?.number ?? ""), list(\.registryNumbers)]),
      Step(table: "changes", sql: "DELETE FROM changes WHERE account_id = ?", values: [id]),
      Step(table: "logins", sql: "DELETE FROM logins WHERE account_id = ?", values: [id]),
      Step(
        table: "recovery_codes", sql: "DELETE FROM recovery_codes WHERE account_id = ?",
        values: [id]),
      Step(
        table: "second_factors", sql: "DELETE FROM second_factors WHERE account_id = ?",
        values: [id]),
      Step(table: "postcards", sql: "DELETE FROM postcards WHERE account_id = ?", values: [id]),
      Step(table: "name_keys", sql: "DELETE FROM name_keys WHERE account_id = ?", values: [id]),
      Step(
        table: "profile_societies", sql: "DELETE FROM profile_societies WHERE account_id = ?",
        values: [id]),
      Step(
        table: "profile_specialties", sql: "DELETE FROM profile_specialties WHERE account_id = ?",
        values: [id]),
      Step(table: "profiles", sql: "DELETE FROM profiles WHERE account_id = ?", values: [id]),
      Step(table: "roll", sql: "DELETE FROM roll WHERE account_id = ?", values: [id]),
      Step(table: "accounts", sql: "DELETE FROM accounts WHERE id = ?", values: [id]),
    ]
  }

  /// Hashes of login IDs and addresses would still tell that somebody tried them.
  private static func forgetCounts(
    _ traces: MemberTraces, in transaction: Transaction
  ) throws -> Int {
    var count = 0
    let logins =
      traces.loginKeys.map { Throttle.subject("login", $0) }
      + [Throttle.subject("code", String(traces.account))]
    for subject in logins {
      count += try transaction.run("DELETE FROM login_failures WHERE subject = ?", subject)
    }
    for address in traces.addressKeys {
      for kind in AskedMail.allCases {
        let subject = Throttle.subject("mail:\(kind.rawValue)", address)
        count += try transaction.run("DELETE FROM throttle_events WHERE subject = ?", subject)
        count += try transaction.run("DELETE FROM throttle_subjects WHERE subject = ?", subject)
      }
    }
    return count
  }

  /// The trail keeps no network address of the person, and no path that they typed. The
  /// secretariat's own stay: they are what the trail is for.
  private static func makeNameless(_ id: Int, in transaction: Transaction) throws -> Int {
    try transaction.run(
      """
      UPDATE audit SET client_address = '', details = IF(action = 'access.refused', '', details)
      WHERE actor_id = ? AND (client_address <> '' OR action = 'access.refused')
      """, id)
      + transaction.run(
        """
        UPDATE audit SET client_address = ''
        WHERE subject_id = ? AND actor_id IS NULL AND client_address <> ''
        """, id)
  }

  /// The erasures that a database knows of.
  public static func done(in database: Database) throws -> [Done] {
    try database.rows(
      """
      SELECT DISTINCT subject_id, SUBSTRING(details, 9) AS created FROM audit
      WHERE action = ? AND subject_id IS NOT NULL AND details LIKE 'created=%'
      """, action
    ).map { Done(account: try $0["subject_id"], createdAt: try $0["created"]) }
  }

  /// Erases the same person again, in a database brought back from before. False where it holds
  /// nobody of that number who was entered at that moment.
  public static func `repeat`(_ done: Done, in transaction: Transaction) throws -> Bool {
    let isThere = try transaction.first(
      "SELECT id FROM accounts WHERE id = ? AND created_at = ? FOR UPDATE", done.account,
      done.createdAt)
    guard isThere != nil else { return false }
    _ = try run(MemberTraces(done.account, in: transaction), in: transaction)
    return true
  }
}
