/// The name of a database or table. It may stand in SQL: it holds nothing but letters, digits and _.
public struct Identifier: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// Nil for any other name, and for one longer than MariaDB's 64 characters.
  public init?(_ name: String) {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isPlain, !name.isEmpty, name.utf8.count <= 64 else { return nil }
    description = name
  }

  /// As it stands in SQL.
  public var quoted: String { "`\(description)`" }
}

extension Database {
  /// The tables of a database, by name; none where there is no such database.
  public func tables(of database: Identifier) throws -> [Identifier] {
    try rows(
      """
      SELECT CONVERT(table_name USING utf8mb4) AS name FROM information_schema.tables
      WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name
      """, database.description
    ).map { row in
      let name: String = try row["name"]
      guard let table = Identifier(name) else {
        throw DatabaseError(shape: "a table of another's: \(name)", operation: "list tables")
      }
      return table
    }
  }

  /// Whether the server has a database of this name, as far as the user may see.
  public func has(_ database: Identifier) throws -> Bool {
    try count(
      "SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name = ?",
      database.description) > 0
  }

  /// How many rows a table has.
  public func rowCount(of table: Identifier) throws -> Int {
    try rows(Query(counting: table)).first?["n"] ?? 0
  }

  /// The name of the database that the option file names.
  public func name() throws -> Identifier {
    let name: String? = try first("SELECT DATABASE() AS name")?["name"]
    guard let name, let identifier = Identifier(name) else {
      throw DatabaseError(shape: "no database of a plain name", operation: "SELECT DATABASE()")
    }
    return identifier
  }
}

extension Query {
  fileprivate init(counting table: Identifier) {
    self.init()
    text = "SELECT COUNT(*) AS n FROM \(table.quoted)"
  }
}
