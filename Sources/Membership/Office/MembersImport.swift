import MariaDB

/// The association's list of members, from a CSV file into the roll.
///
/// The whole file is read and checked before anything is written. What is written says what the
/// list says: the same file twice changes nothing, and what a person registered is never touched.
public struct MembersImport {
  /// The columns of the file; all but the first three may be empty or missing.
  public static let columns = [
    "member_number", "family_name", "given_name", "family_name_kana", "given_name_kana",
    "registry_number", "birth_date", "postal_code", "prefecture", "address", "email",
  ]

  /// What an import did.
  public struct Result: Equatable, Sendable {
    public var added = 0
    public var changed = 0
    public var unchanged = 0
  }

  /// One line's mistake, as a sentence for who made the file.
  public struct Mistake: Equatable, Sendable {
    public let line: Int
    public let sentence: String
  }

  /// One member as the list has it: the values in the order of `columns`.
  struct Member {
    let line: Int
    let values: [String]
  }

  private(set) var members: [Member] = []
  /// Everything that is wrong, in the order of the lines. Nothing is written where there is any.
  public private(set) var mistakes: [Mistake] = []

  /// Reads a file: UTF-8 with or without a mark, or CP932 as Excel saves it. Throws `CSVError` for
  /// what is not such a file.
  public init(file: [UInt8]) throws {
    var table = try CSVTable(
      CSVReader(fromOffice: file), columns: Array(Self.columns.prefix(3)),
      optional: Array(Self.columns.dropFirst(3)), restoresFormulas: true)
    var lines: [String: Int] = [:]
    while let record = try table.next() {
      let (values, sentences) = MemberLine.read(record.fields)
      mistakes += sentences.map { Mistake(line: record.line, sentence: $0) }
      if let number = values.first, let earlier = lines.updateValue(record.line, forKey: number) {
        mistakes.append(
          Mistake(line: record.line, sentence: "会員番号が\(earlier)行目と同じです。どちらかを直してください。"))
      }
      members.append(Member(line: record.line, values: values))
    }
  }

  /// Writes the members, in one transaction: all or nothing.
  public func run(in database: Database, by actor: Int? = nil) throws -> Result {
    precondition(mistakes.isEmpty, "a file with mistakes is not written")
    return try database.transaction { transaction in
      var result = Result()
      for member in members { try write(member, &result, in: transaction) }
      try Audit.record(
        "members.imported", actor: actor,
        details: "added=\(result.added) changed=\(result.changed)", in: transaction)
      return result
    }
  }

  private func write(_ member: Member, _ result: inout Result, in transaction: Transaction) throws {
    let number = member.values[0]
    let known = try transaction.first(
      """
      SELECT a.id, r.family_name, r.given_name, r.family_name_kana, r.given_name_kana,
        COALESCE(r.registry_number, '') AS registry_number,
        COALESCE(r.birth_date, '') AS birth_date, r.postal_code, r.prefecture, r.address, r.email
      FROM accounts a JOIN roll r ON r.account_id = a.id WHERE a.number = ?
      """, number)
    if let known {
      let old = try Self.columns.dropFirst().map { column -> String in try known[column] }
      guard !zip(old, member.values.dropFirst()).allSatisfy({ $0.isExactly($1) }) else {
        result.unchanged += 1
        return
      }
      result.changed += 1
      try writeRoll(try known["id"], member, in: transaction)
    } else {
      result.added += 1
      let account = try transaction.insert(
        "INSERT INTO accounts (number, kind) VALUES (?, 'member')", number)
      try writeRoll(account, member, in: transaction)
    }
  }

  private func writeRoll(_ account: Int, _ member: Member, in transaction: Transaction) throws {
    let values = member.values
    func orNull(_ text: String) -> String? { text.isEmpty ? nil : text }
    try transaction.run(
      """
      INSERT INTO roll (account_id, family_name, given_name, family_name_kana, given_name_kana,
        registry_number, birth_date, postal_code, prefecture, address, email)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE family_name = VALUES(family_name), given_name = VALUES(given_name),
        family_name_kana = VALUES(family_name_kana), given_name_kana = VALUES(given_name_kana),
        registry_number = VALUES(registry_number), birth_date = VALUES(birth_date),
        postal_code = VALUES(postal_code), prefecture = VALUES(prefecture),
        address = VALUES(address), email = VALUES(email)
      """,
      account, values[1], values[2], values[3], values[4], orNull(values[5]), orNull(values[6]),
      values[7], values[8], values[9], values[10])
    try Directory.refresh(account, in: transaction)
  }
}
