import MariaDB
import Platform
import Sodium

/// The numbered files of sql/, applied once each, in their order.
public struct Migrations {
  /// One file: `003_mail_and_records.sql`.
  struct File {
    let version: Int
    let name: String
    let text: String
    /// From its line `-- serves: 10`, where it takes something away: the oldest programs that still
    /// work afterwards.
    var servesFrom: Int? {
      let mark = "-- serves: "
      return text.split(separator: "\n").first { $0.hasPrefix(mark) }
        .flatMap { Int($0.dropFirst(mark.count)) }
    }
    var checksum: [UInt8] { sha256([UInt8](text.utf8)) }
  }

  /// A file that was changed after it had been applied, or is missing.
  public struct Disagreement: Error, CustomStringConvertible {
    public let description: String
  }

  private let files: [File]

  /// Reads the files of a folder.
  public init(folder: String) throws {
    var files: [File] = []
    for name in try namesInFolder(folder) where name.hasSuffix(".sql") {
      guard let version = Int(name.prefix { $0 != "_" }) else { continue }
      let text = String(decoding: try readFile("\(folder)/\(name)"), as: UTF8.self)
      files.append(File(version: version, name: name, text: text))
    }
    self.files = files.sorted { $0.version < $1.version }
  }

  /// The number of the newest file.
  public var newest: Int { files.last?.version ?? 0 }

  /// Applies what the database does not have yet, and writes what the new tables need.
  /// - Returns: the names of the files applied now.
  @discardableResult
  public func bringUpToDate(_ database: Database) throws -> [String] {
    let applied = try apply(to: database)
    // The search keys of members who were there before their tables.
    if applied.contains("006_members.sql") { _ = try Directory.rebuild(in: database) }
    return applied
  }

  /// Applies what the database does not have yet.
  /// - Returns: the names of the files applied now.
  public func apply(to database: Database) throws -> [String] {
    try database.administer("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    try database.administer(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        version INT UNSIGNED NOT NULL PRIMARY KEY,
        name VARCHAR(100) NOT NULL,
        checksum BINARY(32) NOT NULL,
        applied_at DATETIME NOT NULL
      )
      """)
    let waiting = try waiting(in: database)
    for file in waiting {
      try database.runScript(file.text)
      try database.transaction { transaction in
        try transaction.run(
          """
          INSERT INTO schema_migrations (version, name, checksum, applied_at)
          VALUES (?, ?, ?, NOW())
          """, file.version, file.name, file.checksum)
        if let oldest = file.servesFrom {
          try transaction.run(
            "UPDATE schema_migrations SET serves_from = ? WHERE version = ?", oldest, file.version)
        }
      }
    }
    return waiting.map(\.name)
  }

  /// The names of the files that the database does not have yet. Throws `Disagreement` for one
  /// that was changed since.
  public func waitingNames(in database: Database) throws -> [String] {
    try waiting(in: database).map(\.name)
  }

  private func waiting(in database: Database) throws -> [File] {
    let applied = try applied(in: database)
    for file in files {
      if let checksum = applied[file.version], checksum != file.checksum {
        throw Disagreement(description: "\(file.name) was changed after it had been applied")
      }
    }
    return files.filter { applied[$0.version] == nil }
  }

  /// The checksums of what the database has.
  private func applied(in database: Database) throws -> [Int: [UInt8]] {
    do {
      var applied: [Int: [UInt8]] = [:]
      for row in try database.rows("SELECT version, checksum FROM schema_migrations") {
        applied[try row["version"]] = try row["checksum"]
      }
      return applied
    } catch let error as DatabaseError where error.code == 1146 {
      return [:]  // no such table: nothing was applied yet
    }
  }
}
