// The database library against a real MariaDB: what goes in comes out, and what breaks is told.

import MariaDB
import Platform
import TestSupport
import Testing

/// A database with one table `things`, for one test.
private func things() throws -> Database {
  let database = try TestDatabase(migrated: false).open()
  try database.administer(
    """
    CREATE TABLE things (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NULL, text MEDIUMTEXT,
      hash BINARY(32), flag TINYINT, day DATE, moment DATETIME, moment3 DATETIME(3), big BIGINT,
      UNIQUE KEY thing_name (name))
    """)
  return database
}

@Suite struct Rows {
  @Test func `a row comes back as the types that went in`() throws {
    let database = try things()
    let hash = (0..<32).map { UInt8($0 * 8) }
    let id = try database.insert(
      """
      INSERT INTO things (name, text, hash, flag, day, moment, moment3, big)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, "髙橋", "", hash, 1, "1975-04-01", "2026-11-22 01:02:03", "2026-11-22 01:02:03.456",
      Int.min)
    let row = try #require(try database.first("SELECT * FROM things WHERE id = ?", id))
    #expect(try row["name"] == "髙橋")
    #expect(try row["text"] == "")
    #expect(try row["hash"] == hash)
    #expect(try row["flag"] == true)
    #expect(try row["day"] == "1975-04-01")
    #expect(try row["moment"] == "2026-11-22 01:02:03")
    #expect(try row["moment3"] == "2026-11-22 01:02:03.456")
    #expect(try row["big"] == Int.min)
  }

  @Test func `NULL is nil where the type allows it and an error where not`() throws {
    let database = try things()
    try database.run("INSERT INTO things (name, big) VALUES (?, ?)", String?.none, Int?.none)
    let row = try #require(try database.first("SELECT name, big, hash FROM things"))
    #expect(try row["name"] == String?.none)
    #expect(try row["big"] == Int?.none)
    #expect(try row["hash"] == [UInt8]?.none)
    #expect(throws: DatabaseError.self) { let _: String = try row["name"] }
    #expect(throws: DatabaseError.self) { let _: Int = try row["nobody"] }
  }

  @Test(arguments: [511, 512, 513, 4096, 1_000_000])
  func `a long text of 4-byte characters comes back whole`(bytes: Int) throws {
    let database = try things()
    let long = String(repeating: "𠮷", count: bytes / 4) + String(repeating: "x", count: bytes % 4)
    #expect(long.utf8.count == bytes)
    try database.run("INSERT INTO things (text, name) VALUES (?, ?)", long, "after")
    try database.run("INSERT INTO things (text, name) VALUES (?, ?)", "short", "葛\u{E0100}")
    let rows = try database.rows("SELECT text, name FROM things ORDER BY id")
    #expect(try rows.map { try $0["text"] as String } == [long, "short"])
    // Compared by scalars: == on String would take canonically equal kanji for the same.
    let name: String = try rows[1]["name"]
    #expect(Array(name.unicodeScalars) == Array("葛\u{E0100}".unicodeScalars))
  }

  @Test func `kanji that normalisation would change stay as they are`() throws {
    let database = try things()
    let name = "神\u{FA19}\u{FA10}か\u{3099}"
    try database.run("INSERT INTO things (name) VALUES (?)", name)
    let found: String = try #require(try database.first("SELECT name FROM things"))["name"]
    #expect(Array(found.unicodeScalars) == Array(name.unicodeScalars))
  }

  @Test func `a statement may run others while its rows are handed over`() throws {
    let database = try things()
    for name in ["a", "b", "c"] { try database.run("INSERT INTO things (name) VALUES (?)", name) }
    var counts: [Int] = []
    _ = try database.run("SELECT id FROM things", values: []) { row in
      counts.append(
        try database.count("SELECT COUNT(*) AS n FROM things WHERE id <= ?", try row["id"] as Int))
    }
    #expect(counts.sorted() == [1, 2, 3])
  }

  @Test func `streamed rows come one by one and the connection goes on afterwards`() throws {
    let database = try things()
    for index in 0..<100 {
      try database.run("INSERT INTO things (name) VALUES (?)", "name \(index)")
    }
    var seen = 0
    try database.stream("SELECT name FROM things") { _ in seen += 1 }
    #expect(seen == 100)
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try database.stream("SELECT name FROM things") { _ in throw Enough() }
    }
    #expect(try database.count("SELECT COUNT(*) AS n FROM things") == 100)
  }

  @Test func `an UPDATE counts the rows it found, changed or not`() throws {
    let database = try things()
    try database.run("INSERT INTO things (name) VALUES ('same')")
    #expect(try database.run("UPDATE things SET name = 'same' WHERE name = ?", "same") == 1)
    #expect(try database.run("UPDATE things SET name = 'same' WHERE name = ?", "other") == 0)
  }

  @Test func `what does not fit is refused, not cut`() throws {
    let database = try things()
    let long = String(repeating: "名", count: 101)
    #expect(throws: DatabaseError.self) {
      try database.run("INSERT INTO things (name) VALUES (?)", long)
    }
    #expect(try database.count("SELECT COUNT(*) AS n FROM things") == 0)
  }

  @Test func `typed text is never SQL`() throws {
    let database = try things()
    let name = "'; DROP TABLE things; -- \\' \0 %_"
    try database.run("INSERT INTO things (name) VALUES (?)", name)
    #expect(try database.count("SELECT COUNT(*) AS n FROM things WHERE name = ?", name) == 1)
  }
}

@Suite struct Errors {
  @Test func `a duplicate tells the key and never the value`() throws {
    let database = try things()
    let name = "taro@example.jp' for key 'forged"
    try database.run("INSERT INTO things (name) VALUES (?)", name)
    let error = try #require(throws: DatabaseError.self) {
      try database.run("INSERT INTO things (name) VALUES (?)", name)
    }
    #expect(error.kind == .duplicate(key: "thing_name"))
    #expect(!error.description.contains("taro"))
    #expect(!error.description.contains("forged"))
  }

  @Test func `a value that is refused is not in the error`() throws {
    let database = try things()
    let error = try #require(throws: DatabaseError.self) {
      try database.run("INSERT INTO things (day) VALUES (?)", "secret")
    }
    #expect(!error.description.contains("secret"))
    #expect(error.kind == .other)
  }

  @Test func `a wrong statement is told with the server's words`() throws {
    let database = try things()
    let error = try #require(throws: DatabaseError.self) {
      try database.run("SELECT nothing FROM things")
    }
    #expect(error.detail.contains("nothing"))
  }

  @Test func `a server that is not there is unreachable`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/my.cnf"
    try writeFile(file, [UInt8]("[mamis]\nsocket=\(folder.path)/none\n".utf8))
    let error = try #require(throws: DatabaseError.self) {
      _ = try Database(DatabaseLocation(optionFile: file)).count("SELECT 1 AS n")
    }
    #expect(error.kind == .unreachable)
  }

  @Test func `a database that is not there is unreachable`() throws {
    let server = try TestDatabase(migrated: false)
    var option = String(decoding: try readFile(server.location.optionFile), as: UTF8.self)
    option.replace("database=\(server.name)", with: "database=nobody")
    let folder = try TemporaryFolder()
    try writeFile(folder.path + "/my.cnf", [UInt8](option.utf8))
    let error = try #require(throws: DatabaseError.self) {
      let location = DatabaseLocation(optionFile: folder.path + "/my.cnf")
      _ = try Database(location).count("SELECT 1 AS n")
    }
    #expect(error.kind == .unreachable)
  }
}
