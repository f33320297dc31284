import MariaDB

/// Everything that the system holds of one person, as JSON: for a request under 個人情報保護法 33条
/// (開示). An object a table, an array of its rows, columns named as in sql/; times are UTC. What
/// proves who somebody is (hashes of passwords, secrets of second factors, tokens) is not in it.
public struct MemberDisclosure: Sendable {
  private struct Section {
    let name: StaticString
    let sql: StaticString
    let values: [Value]
  }

  /// The JSON text, ending in LF.
  public let bytes: [UInt8]

  /// Reads it all in one transaction, and notes in the audit trail that it was read.
  public init(_ traces: MemberTraces, in transaction: Transaction) throws {
    var json = JSONText()
    json.append("{")
    for (index, section) in Self.sections(traces).enumerated() {
      json.append(index == 0 ? "\n\"" : ",\n\"")
      json.append(section.name)
      json.append("\": [")
      var count = 0
      try transaction.run(section.sql, values: section.values) { row in
        json.append(count == 0 ? "\n  " : ",\n  ")
        Self.append(row, to: &json)
        count += 1
      }
      json.append(count == 0 ? "]" : "\n]")
    }
    json.append("\n}\n")
    bytes = json.bytes
    try Audit.record(
      "member.disclosed", actor: nil, subject: traces.account, in: transaction)
  }

  /// The tables that are shown; a test compares them with the database.
  static let tables: Set<String> = Set(sections(nil).map(\.name.description))

  private static func append(_ row: Row, to json: inout JSONText) {
    json.append("{")
    for (index, column) in row.columns.enumerated() {
      if index > 0 { json.append(", ") }
      json.append(string: column.name)
      json.append(": ")
      switch column.value {
      case .null: json.append("null")
      case .integer(let number): json.append(number: number)
      case .text(let text): json.append(string: text)
      case .bytes: json.append("\"(binary)\"")
      }
    }
    json.append("}")
  }

  private static func sections(_ traces: MemberTraces?) -> [Section] {
    let id = Value.integer(traces?.account ?? 0)
    func list(_ path: KeyPath<MemberTraces, String>) -> Value {
      .text(traces?[keyPath: path] ?? "[]")
    }
    return [
      Section(
        name: "accounts",
        sql: """
          SELECT number, kind, status, login_id, email, has_password, first_time_until,
            first_login_at, last_login_at, previous_login_at, registered_at, suspended_at,
            suspended_reason, created_at, updated_at
          FROM accounts WHERE id = ?
          """, values: [id]),
      Section(
        name: "roll",
        sql: """
          SELECT family_name, given_name, family_name_kana, given_name_kana, registry_number,
            birth_date, postal_code, prefecture, address, email, updated_at
          FROM roll WHERE account_id = ?
          """, values: [id]),
      Section(
        name: "profiles",
        sql: """
          SELECT registry_number, registry_date, family_name_kana, given_name_kana, family_name,
            given_name, former_family_name_kana, former_given_name_kana, former_family_name,
            former_given_name, postal_code, prefecture, address, mobile_phone, phone, fax,
            birth_date, sex, main_specialty, university, university_other, graduation_date,
            graduate_school, graduate_school_date, graduate_department, degree_date,
            society_other, updated_at
          FROM profiles WHERE account_id = ?
          """, values: [id]),
      Section(
        name: "profile_specialties",
        sql:
          "SELECT position, code FROM profile_specialties WHERE account_id = ? ORDER BY position",
        values: [id]),
      Section(
        name: "profile_societies",
        sql: "SELECT position, name FROM profile_societies WHERE account_id = ? ORDER BY position",
        values: [id]),
      Section(
        name: "name_keys",
        sql: "SELECT name_key FROM name_keys WHERE account_id = ? ORDER BY name_key", values: [id]),
      Section(
        name: "changes",
        sql: """
          SELECT at, IF(actor_id = account_id, 'self', 'secretariat') AS changed_by, field,
            old_value, new_value
          FROM changes WHERE account_id = ? ORDER BY id
          """, values: [id]),
      Section(
        name: "consents",
        sql: """
          SELECT c.version, c.agreed_at, c.client_address
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN consents c ON c.id = mine.id ORDER BY c.id
          """, values: [list(\.consents)]),
      Section(
        name: "postcards",
        sql: """
          SELECT login_id, issued_at, expires_at, void_at FROM postcards
          WHERE account_id = ? ORDER BY id
          """, values: [id]),
      Section(
        name: "logins",
        sql: """
          SELECT at, outcome, client_address, user_agent FROM logins
          WHERE account_id = ? ORDER BY id
          """, values: [id]),
      Section(
        name: "sessions",
        sql: """
          SELECT stage, created_at, seen_at, expires_at, ended_at, client_address, user_agent
          FROM sessions WHERE account_id = ? ORDER BY created_at
          """, values: [id]),
      Section(
        name: "second_factors",
        sql: "SELECT confirmed_at, pending_until FROM second_factors WHERE account_id = ?",
        values: [id]),
      Section(
        name: "recovery_codes",
        sql: "SELECT created_at, used_at FROM recovery_codes WHERE account_id = ?", values: [id]),
      Section(
        name: "tokens",
        sql: """
          SELECT t.purpose, t.email, t.created_at, t.expires_at, t.ended_at, t.ended_by
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN tokens t ON t.id = mine.id ORDER BY t.id
          """, values: [list(\.tokens)]),
      Section(
        name: "drafts",
        sql: """
          SELECT d.form, d.created_at, d.expires_at, d.completed_at
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN drafts d ON d.token_id = mine.id ORDER BY d.id
          """, values: [list(\.tokens)]),
      Section(
        name: "outbox",
        sql: """
          SELECT o.kind, o.recipient, o.subject, o.state, o.created_at, o.sent_at
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN outbox o ON o.id = mine.id ORDER BY o.id
          """, values: [list(\.mails)]),
      Section(
        name: "inquiries",
        sql: """
          SELECT i.id AS number, i.name, i.email, i.phone, i.category, i.body, i.state,
            i.client_address, i.created_at
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN inquiries i ON i.id = mine.id ORDER BY i.id
          """, values: [list(\.inquiries)]),
      Section(
        name: "inquiry_entries",
        sql: """
          SELECT e.inquiry_id AS number, e.at, e.kind, e.body
          FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
            JOIN inquiry_entries e ON e.inquiry_id = mine.id ORDER BY e.id
          """, values: [list(\.inquiries)]),
      Section(
        name: "import_lines",
        sql: """
          SELECT number, family_name, given_name, family_name_kana, given_name_kana,
            registry_number, birth_date, postal_code, prefecture, address, email
          FROM import_lines WHERE account_id = ? OR number = ?
          """, values: [id, .text(traces?.number ?? "")]),
      Section(
        name: "audit",
        sql: """
          SELECT at, action, IF(actor_id = ?, 'self', IF(actor_id IS NULL, 'nobody signed in',
              'secretariat')) AS done_by,
            IF(actor_id = ? OR actor_id IS NULL, client_address, '') AS client_address, details
          FROM audit WHERE actor_id = ? OR subject_id = ? ORDER BY id
          """, values: [id, id, id, id]),
    ]
  }
}
