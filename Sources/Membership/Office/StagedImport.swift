import MariaDB

/// An uploaded list between upload and 「取り込む」: it stands in the database, line by line, compared
/// with the roll, so that any process can go on with it.
public struct StagedImport: Sendable {
  /// Where an import is.
  public enum State: String, Sendable {
    /// Read and compared; waits for 「取り込む」.
    case staged
    /// Somebody else changed the roll since the comparison: nothing was written, and it was
    /// compared anew.
    case outdated
    /// Broke off; nothing was written.
    case failed
    case running, done
  }

  /// Somebody is writing it already.
  struct Taken: Error {}

  public let id: Int
  public let state: State
  /// Who uploaded it; nil: the command line.
  let actor: Int?
  /// Lines written so far.
  public let written: Int
  /// What it does, or did.
  public let result: MembersImport.Result

  /// Lines in all.
  public var count: Int { result.added + result.changed + result.unchanged }

  /// Seconds without a sign of life after which a running import counts as broken off.
  static let patience = 60

  /// Lines that one statement takes.
  private static let portion = 1000

  /// Puts the lines into the database and compares them with the roll.
  /// - Returns: the number of the import.
  public static func stage(
    _ file: MembersImport, by actor: Int?, in database: Database
  ) throws -> Int {
    precondition(file.mistakes.isEmpty, "a file with mistakes is not written")
    return try database.transaction { transaction in
      let id = try transaction.insert(
        "INSERT INTO imports (actor_id, state, created_at) VALUES (?, 'staged', NOW())", actor)
      var rest = file.members[...]
      while !rest.isEmpty {
        try insert(rest.prefix(portion), of: id, in: transaction)
        rest = rest.dropFirst(portion)
      }
      try compare(id, in: transaction)
      return id
    }
  }

  private static func insert(
    _ members: ArraySlice<MembersImport.Member>, of id: Int, in transaction: Transaction
  ) throws {
    let lines = JSONText.rows(members.map { [String($0.line)] + $0.values })
    try transaction.run(
      """
      INSERT INTO import_lines (import_id, line, number, family_name, given_name,
        family_name_kana, given_name_kana, registry_number, birth_date, postal_code, prefecture,
        address, email)
      SELECT ?, j.line, j.number, j.family_name, j.given_name, j.family_name_kana,
        j.given_name_kana, NULLIF(j.registry_number, ''), NULLIF(j.birth_date, ''),
        j.postal_code, j.prefecture, j.address, j.email
      FROM JSON_TABLE(?, '$[*]' COLUMNS (
        line INT PATH '$[0]' ERROR ON ERROR,
        number VARCHAR(20) PATH '$[1]' ERROR ON ERROR,
        family_name VARCHAR(128) PATH '$[2]' ERROR ON ERROR,
        given_name VARCHAR(128) PATH '$[3]' ERROR ON ERROR,
        family_name_kana VARCHAR(256) PATH '$[4]' ERROR ON ERROR,
        given_name_kana VARCHAR(256) PATH '$[5]' ERROR ON ERROR,
        registry_number VARCHAR(6) PATH '$[6]' ERROR ON ERROR,
        birth_date VARCHAR(10) PATH '$[7]' ERROR ON ERROR,
        postal_code VARCHAR(8) PATH '$[8]' ERROR ON ERROR,
        prefecture VARCHAR(8) PATH '$[9]' ERROR ON ERROR,
        address VARCHAR(500) PATH '$[10]' ERROR ON ERROR,
        email VARCHAR(254) PATH '$[11]' ERROR ON ERROR)) j
      """, id, lines)
  }

  /// Says of each line what it will do, and keeps what it was compared with.
  static func compare(_ id: Int, in transaction: Transaction) throws {
    try transaction.run(
      """
      UPDATE import_lines l
        LEFT JOIN accounts a ON a.number = l.number LEFT JOIN roll r ON r.account_id = a.id
      SET l.account_id = a.id, l.was = r.fingerprint,
        l.outcome = IF(r.account_id IS NULL, 'added',
          IF(r.fingerprint = l.fingerprint, 'unchanged', 'changed'))
      WHERE l.import_id = ?
      """, id)
    try transaction.run(
      """
      UPDATE imports SET
        added = (SELECT COUNT(*) FROM import_lines WHERE import_id = ? AND outcome = 'added'),
        changed = (SELECT COUNT(*) FROM import_lines WHERE import_id = ? AND outcome = 'changed'),
        unchanged =
          (SELECT COUNT(*) FROM import_lines WHERE import_id = ? AND outcome = 'unchanged')
      WHERE id = ?
      """, id, id, id, id)
  }

  /// The import of this number, if this person uploaded it.
  public static func find(
    _ id: Int, of actor: Int?, in database: any SQLRunner
  ) throws -> StagedImport? {
    let row = try database.first(
      """
      SELECT i.id, i.actor_id, IF(i.state = 'running'
          AND p.alive_at < NOW() - INTERVAL ? SECOND, 'failed', i.state) AS state,
        p.written, i.added, i.changed, i.unchanged
      FROM imports i LEFT JOIN import_progress p ON p.import_id = i.id
      WHERE i.id = ? AND i.actor_id <=> ?
      """, patience, id, actor)
    guard let row, let state = State(rawValue: try row["state"]) else { return nil }
    return StagedImport(
      id: try row["id"], state: state, actor: try row["actor_id"], written: try row["written"] ?? 0,
      result: MembersImport.Result(
        added: try row["added"], changed: try row["changed"], unchanged: try row["unchanged"]))
  }

  /// Takes the work. False where somebody has it, or it is done: two clicks write once.
  public func claim(in database: Database) throws -> Bool {
    try database.transaction { transaction in
      let row = try transaction.first(
        """
        SELECT i.state IN ('staged', 'outdated', 'failed') OR (i.state = 'running'
          AND p.alive_at < NOW() - INTERVAL ? SECOND) AS is_free
        FROM imports i LEFT JOIN import_progress p ON p.import_id = i.id
        WHERE i.id = ? FOR UPDATE
        """, Self.patience, id)
      guard try row?["is_free"] ?? false else { return false }
      try transaction.run("UPDATE imports SET state = 'running' WHERE id = ?", id)
      try Self.note(0, of: id, in: transaction)
      return true
    }
  }

  /// Tells how far the import is, and that it lives.
  static func note(_ written: Int, of id: Int, in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO import_progress (import_id, written, alive_at) VALUES (?, ?, NOW())
      ON DUPLICATE KEY UPDATE written = VALUES(written), alive_at = VALUES(alive_at)
      """, id, written)
  }
}

extension JSONText {
  /// Rows as a JSON array of arrays of strings: what JSON_TABLE makes a table of.
  static func rows(_ rows: [[String]]) -> String {
    var json = JSONText()
    json.append("[")
    for (index, row) in rows.enumerated() {
      json.append(index == 0 ? "[" : ",[")
      for (index, field) in row.enumerated() {
        if index > 0 { json.append(",") }
        json.append(string: field)
      }
      json.append("]")
    }
    json.append("]")
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
