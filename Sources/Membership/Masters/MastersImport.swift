import MariaDB
import Platform

/// Master lists, brought from files into the database: `mamis masters import DIR`.
///
/// A folder may hold some of the files only, e.g. a new edition of the postal codes; the other
/// tables stay as they are. All files are checked first; then one transaction replaces the tables,
/// so that nobody ever sees half a list and a failure leaves the old ones.
public struct MastersImport {
  /// Files with mistakes: nothing was changed.
  public struct Refused: Error, CustomStringConvertible {
    /// One sentence a mistake, with file and line.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
  }

  private var contents: [(table: MasterTable, rows: MasterFiles.Rows)] = []

  /// Reads and checks the files of a folder. Throws `Refused` where one has a mistake or there is
  /// none at all, `SystemError` for a file that cannot be read.
  public init(folder: String) throws {
    var files = MasterFiles(folder)
    for table in MasterTable.allCases {
      if let rows = try files.rows(of: table) { contents.append((table, rows)) }
    }
    var problems = files.problems
    if contents.isEmpty { problems.append("\(folder): no master list, e.g. universities.csv") }
    guard problems.isEmpty else { throw Refused(problems: problems) }
  }

  /// Replaces the tables in one transaction.
  /// - Returns: each table and how many rows it has now.
  public func run(in database: Database) throws -> [(table: MasterTable, rows: Int)] {
    try database.transaction { transaction in
      for (table, rows) in contents {
        try Self.clear(table, transaction)
        try Self.fill(table, rows, transaction)
      }
    }
    return contents.map { ($0.table, $0.rows.count) }
  }

  // MARK: Statements

  private static func clear(_ table: MasterTable, _ transaction: Transaction) throws {
    switch table {
    case .prefectures: try transaction.run("DELETE FROM prefectures")
    case .specialties: try transaction.run("DELETE FROM specialties")
    case .universities: try transaction.run("DELETE FROM universities")
    case .graduateSchools: try transaction.run("DELETE FROM graduate_schools")
    case .societies: try transaction.run("DELETE FROM societies")
    case .postalCodes: try transaction.run("DELETE FROM postal_codes")
    }
  }

  private static func fill(
    _ table: MasterTable, _ rows: MasterFiles.Rows, _ transaction: Transaction
  ) throws {
    let sql: StaticString =
      switch table {
      case .prefectures: "INSERT INTO prefectures (code, name, kana) VALUES (?, ?, ?)"
      case .specialties: "INSERT INTO specialties (code, name, kana, aliases) VALUES (?, ?, ?, ?)"
      case .universities:
        "INSERT INTO universities (code, name, kana, former_names) VALUES (?, ?, ?, ?)"
      case .graduateSchools: "INSERT INTO graduate_schools (code, name, kana) VALUES (?, ?, ?)"
      case .societies:
        "INSERT INTO societies (number, name, kana, former_names) VALUES (?, ?, ?, ?)"
      case .postalCodes: insertPostalCode
      }
    if table == .postalCodes { return try fillPostalCodes(rows, transaction) }
    for row in rows { _ = try transaction.run(sql, values: row.map(Value.text)) { _ in } }
  }

  /// Some 124,000 rows, many to a statement: a statement each would take a minute.
  private static func fillPostalCodes(
    _ rows: MasterFiles.Rows, _ transaction: Transaction
  ) throws {
    var positions: [String: Int] = [:]
    var values: [Value] = []
    for row in rows {
      let position = positions[row[0], default: 0]
      positions[row[0]] = position + 1
      values += [.text(row[0]), .integer(position)] + row[1...].map(Value.text)
      if values.count == 50 * 5 {
        _ = try transaction.run(insertFiftyPostalCodes, values: values) { _ in }
        values.removeAll(keepingCapacity: true)
      }
    }
    for start in stride(from: 0, to: values.count, by: 5) {
      _ = try transaction.run(insertPostalCode, values: Array(values[start..<start + 5])) { _ in }
    }
  }

  private static let insertPostalCode: StaticString =
    "INSERT INTO postal_codes (code, position, prefecture, city, town) VALUES (?, ?, ?, ?, ?)"

  private static let insertFiftyPostalCodes: StaticString = """
    INSERT INTO postal_codes (code, position, prefecture, city, town) VALUES
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),
    (?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?)
    """
}
