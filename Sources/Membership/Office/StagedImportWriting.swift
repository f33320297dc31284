import MariaDB

// 「取り込む」: the lines of an import become the roll, all or none of them.
extension StagedImport {
  /// The roll is no longer what the lines were compared with.
  struct Outdated: Error {}

  /// Lines written between two reports of progress.
  private static let step = 2000

  /// Writes what was claimed, in one transaction. Where the roll was changed since the comparison
  /// nothing is written, and the lines are compared anew.
  /// - Parameters:
  ///   - client: the address of who said 「取り込む」, for the audit trail.
  ///   - report: called between the steps with the lines written so far. It must not use
  ///     `database`.
  public func write(
    in database: Database, client: String, report: (_ written: Int) throws -> Void
  ) throws -> MembersImport.Result {
    do {
      try database.transaction { transaction in
        var written = 0
        var first = 0
        while let last = try lastLine(from: first, in: transaction) {
          try write(first, last, in: transaction)
          written += Self.step
          try report(min(written, count))
          first = last + 1
        }
        try finish(client, in: transaction)
      }
      return result
    } catch is Outdated {
      try leave(.outdated, in: database)
      throw Outdated()
    }
  }

  /// Gives the work back, unwritten.
  func leave(_ state: State, in database: Database) throws {
    try database.transaction { transaction in
      try Self.compare(id, in: transaction)
      try transaction.run(
        "UPDATE imports SET state = ? WHERE id = ? AND state = 'running'", state.rawValue, id)
    }
  }

  /// The last line of the next step; nil after the last step.
  private func lastLine(from first: Int, in transaction: Transaction) throws -> Int? {
    let row = try transaction.first(
      """
      SELECT MAX(line) AS last FROM (SELECT line FROM import_lines
        WHERE import_id = ? AND line >= ? ORDER BY line LIMIT 2000) step
      """, id, first)
    // NULL after the last step.
    return try row.flatMap { row -> Int? in try row["last"] }
  }

  private func write(_ first: Int, _ last: Int, in transaction: Transaction) throws {
    // Locks what it compares: from here to the end of the transaction nobody changes it.
    let differing = try transaction.rows(
      """
      SELECT l.line FROM import_lines l
        LEFT JOIN accounts a ON a.number = l.number LEFT JOIN roll r ON r.account_id = a.id
      WHERE l.import_id = ? AND l.line BETWEEN ? AND ? AND NOT (l.was <=> r.fingerprint)
      LIMIT 1 FOR UPDATE
      """, id, first, last)
    guard differing.isEmpty else { throw Outdated() }
    try transaction.run(
      """
      INSERT INTO accounts (number, kind)
      SELECT number, 'member' FROM import_lines
      WHERE import_id = ? AND line BETWEEN ? AND ? AND outcome = 'added' AND account_id IS NULL
      ORDER BY line
      """, id, first, last)
    try transaction.run(
      """
      UPDATE import_lines l JOIN accounts a ON a.number = l.number SET l.account_id = a.id
      WHERE l.import_id = ? AND l.line BETWEEN ? AND ? AND l.outcome = 'added'
      """, id, first, last)
    try keepOldValues(first, last, in: transaction)
    try transaction.run(
      """
      INSERT INTO roll (account_id, family_name, given_name, family_name_kana, given_name_kana,
        registry_number, birth_date, postal_code, prefecture, address, email)
      SELECT account_id, family_name, given_name, family_name_kana, given_name_kana,
        registry_number, birth_date, postal_code, prefecture, address, email
      FROM import_lines
      WHERE import_id = ? AND line BETWEEN ? AND ? AND outcome <> 'unchanged' ORDER BY line
      ON DUPLICATE KEY UPDATE family_name = VALUES(family_name), given_name = VALUES(given_name),
        family_name_kana = VALUES(family_name_kana), given_name_kana = VALUES(given_name_kana),
        registry_number = VALUES(registry_number), birth_date = VALUES(birth_date),
        postal_code = VALUES(postal_code), prefecture = VALUES(prefecture),
        address = VALUES(address), email = VALUES(email)
      """, id, first, last)
    try Directory.refresh(
      transaction.rows(
        """
        SELECT account_id FROM import_lines
        WHERE import_id = ? AND line BETWEEN ? AND ? AND outcome <> 'unchanged'
        """, id, first, last
      ).map { try $0["account_id"] }, in: transaction)
  }

  /// One row of `changes` for each value that becomes another.
  private func keepOldValues(_ first: Int, _ last: Int, in transaction: Transaction) throws {
    guard result.changed > 0 else { return }
    try transaction.run(
      """
      INSERT INTO changes (at, account_id, actor_id, field, old_value, new_value)
      SELECT NOW(3), v.account_id, ?, CONCAT('roll.', v.field), v.old_value, v.new_value
      FROM (
        SELECT l.line, f.n, l.account_id,
          ELT(f.n, 'family_name', 'given_name', 'family_name_kana', 'given_name_kana',
            'registry_number', 'birth_date', 'postal_code', 'prefecture', 'address', 'email')
            AS field,
          ELT(f.n, r.family_name, r.given_name, r.family_name_kana, r.given_name_kana,
            COALESCE(r.registry_number, ''), COALESCE(r.birth_date, ''), r.postal_code,
            r.prefecture, r.address, r.email) AS old_value,
          ELT(f.n, l.family_name, l.given_name, l.family_name_kana, l.given_name_kana,
            COALESCE(l.registry_number, ''), COALESCE(l.birth_date, ''), l.postal_code,
            l.prefecture, l.address, l.email) AS new_value
        FROM import_lines l JOIN roll r ON r.account_id = l.account_id
          JOIN JSON_TABLE('[1,2,3,4,5,6,7,8,9,10]', '$[*]' COLUMNS (n INT PATH '$')) f
        WHERE l.import_id = ? AND l.line BETWEEN ? AND ? AND l.outcome = 'changed'
      ) v
      WHERE NOT (v.old_value <=> v.new_value) ORDER BY v.line, v.n
      """, actor, id, first, last)
  }

  private func finish(_ client: String, in transaction: Transaction) throws {
    try Audit.record(
      "members.imported", actor: actor, client: client,
      details: "added=\(result.added) changed=\(result.changed)", in: transaction)
    try transaction.run("DELETE FROM import_lines WHERE import_id = ?", id)
    try transaction.run("UPDATE imports SET state = 'done' WHERE id = ?", id)
  }
}
