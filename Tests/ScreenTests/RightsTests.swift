// What each group of programs may do in the database, held against Tests/Data/rights.txt by signing
// in as its user and trying everything: each table, each column, each verb.

import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership

/// The table in Tests/Data/rights.txt.
struct Rights {
  enum Verb: Character, CaseIterable {
    case select = "S"
    case insert = "I"
    case update = "U"
    case delete = "D"
  }

  /// One cell: all columns, or those of the list.
  private var whole: Set<String> = []
  private var columns: [String: Set<String>] = [:]
  private(set) var groups: [String] = []
  private(set) var tables: [String] = []

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0.hasPrefix("#") || $0.isEmpty }
    groups = lines.first!.split(separator: " ").dropFirst().map(String.init)
    for line in lines.dropFirst().prefix(while: { !$0.isEmpty }) {
      let cells = line.split(separator: " ").map(String.init)
      tables.append(cells[0])
      for (group, letters) in zip(groups, cells.dropFirst()) {
        for letter in letters where letter.isUppercase {
          whole.insert(Self.key(group, cells[0], Verb(rawValue: letter)!))
        }
      }
    }
    let lists = lines.drop { !$0.isEmpty }.joined(separator: "\n").replacing("\n  ", with: " ")
    for line in lists.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let verb = Verb(rawValue: words[2].uppercased().first!)!
      columns[Self.key(words[1], words[0], verb)] = Set(words.dropFirst(3))
    }
    self.letters = lines.dropFirst().prefix { !$0.isEmpty }.map(String.init)
  }

  /// The lines of the table.
  let letters: [String]

  private static func key(_ group: String, _ table: String, _ verb: Verb) -> String {
    "\(group) \(table) \(verb)"
  }

  func allow(_ group: String, _ verb: Verb, _ table: String, _ column: String) -> Bool {
    let key = Self.key(group, table, verb)
    return whole.contains(key) || columns[key]?.contains(column) == true
  }

  /// The groups that may do this with the column.
  func groups(_ verb: Verb, _ table: String, _ column: String) -> [String] {
    groups.filter { allow($0, verb, table, column) }
  }

  /// The groups with a letter in the table whose columns are not listed, or the other way round.
  var gaps: [String] {
    letters.flatMap { line -> [String] in
      let cells = line.split(separator: " ").map(String.init)
      return zip(groups, cells.dropFirst()).flatMap { group, letters in
        Verb.allCases.compactMap { verb in
          let key = Self.key(group, cells[0], verb)
          let isPart = letters.contains(Character(verb.rawValue.lowercased()))
          return isPart == (columns[key] != nil) ? nil : key
        }
      }
    }
  }
}

@Suite struct RightsTests {
  let granted: GrantedSite
  let rights: Rights

  static let everybody = [
    "front", "entry", "member", "account", "office", "records", "admin", "mailer", "monitor",
  ]

  init() throws {
    granted = try GrantedSite.shared.get()
    rights = Rights(
      String(decoding: try readFile(repositoryFolder + "/Tests/Data/rights.txt"), as: UTF8.self))
  }

  /// The real columns of the real tables, those that the database fills itself apart.
  func columns() throws -> [String: [(name: String, isComputed: Bool)]] {
    var columns: [String: [(name: String, isComputed: Bool)]] = [:]
    let rows = try granted.root.place.open().rows(
      """
      SELECT table_name AS t, column_name AS c, extra LIKE '%GENERATED%' AS computed
      FROM information_schema.columns WHERE table_schema = DATABASE()
      """)
    for row in rows {
      columns[try row["t"], default: []].append((try row["c"], try row["computed"]))
    }
    return columns
  }

  /// Whether the server lets a statement through that does nothing. It looks at rights before it
  /// misses columns that a new row must have (1364); any other failure is one of this test.
  func isAllowed(_ sql: String, _ database: Database) throws -> Bool {
    do {
      try database.administer(sql)
      return true
    } catch let error as DatabaseError where error.code == 1364 {
      return true
    } catch let error as DatabaseError where [1142, 1143].contains(error.code) {
      return false
    }
  }

  @Test func `the table names every group and every table, and lists what it says it lists`()
    throws
  {
    #expect(rights.groups == Self.everybody)
    #expect(rights.groups.sorted() == granted.groups)
    #expect(rights.tables.sorted() == (try columns()).keys.sorted())
    #expect(rights.gaps == [])
  }

  @Test(arguments: Self.everybody)
  func `a group can do what the table says and nothing else`(group: String) throws {
    let database = granted.open(group)
    var wrong: [String] = []
    var tried = 0
    for (table, columns) in try columns() {
      func expect(_ verb: Rights.Verb, _ column: String, _ sql: String) throws {
        tried += 1
        let allowed = try isAllowed(sql, database)
        guard allowed != rights.allow(group, verb, table, column) else { return }
        wrong.append("\(group) \(allowed ? "can" : "cannot") \(sql)")
      }
      for (name, isComputed) in columns {
        try expect(.select, name, "SELECT `\(name)` FROM `\(table)` LIMIT 0")
        guard !isComputed else { continue }
        try expect(
          .insert, name, "INSERT INTO `\(table)` (`\(name)`) SELECT NULL FROM DUAL WHERE FALSE")
        try expect(.update, name, "UPDATE `\(table)` SET `\(name)` = NULL WHERE FALSE")
      }
      try expect(.delete, columns[0].name, "DELETE FROM `\(table)` WHERE FALSE")
    }
    #expect(wrong == [])
    #expect(tried > 700)
  }

  // What the table must never come to say, whoever edits it.

  @Test func `password hashes are read where passwords are checked, and nowhere else`() {
    #expect(rights.groups(.select, "accounts", "password_hash") == ["entry", "account"])
    #expect(rights.groups(.select, "drafts", "password_hash") == ["entry"])
    #expect(rights.groups(.select, "second_factors", "secret") == ["entry", "account"])
    #expect(rights.groups(.select, "recovery_codes", "code_hash") == ["entry", "account"])
  }

  @Test func `the audit trail grows, and only administrators read it`() {
    #expect(rights.groups(.select, "audit", "details") == ["admin"])
    #expect(rights.groups(.update, "audit", "details") == [])
    #expect(rights.groups(.delete, "audit", "id") == [])
  }

  @Test func `texts of mails are for the mailer, what people wrote stays as it is`() {
    #expect(rights.groups(.select, "outbox", "body") == ["mailer"])
    #expect(rights.groups(.select, "outbox", "token") == ["mailer"])
    #expect(rights.groups(.select, "inquiries", "body") == ["office"])
    #expect(rights.groups(.update, "inquiries", "body") == [])
    #expect(rights.groups(.update, "inquiry_entries", "body") == [])
    #expect(rights.groups(.update, "consents", "version") == [])
  }

  @Test func `nobody raises a session, and only administrators make staff`() {
    #expect(rights.groups(.update, "sessions", "stage") == [])
    #expect(rights.groups(.insert, "staff", "name") == ["admin"])
    #expect(rights.groups(.update, "accounts", "kind") == ["records", "admin"])
    #expect(rights.groups(.delete, "accounts", "id") == ["records"])
  }

  // Beyond tables.

  @Test(
    arguments: Self.everybody,
    [
      "DROP TABLE audit", "TRUNCATE TABLE audit", "ALTER TABLE accounts ADD COLUMN x INT",
      "CREATE TABLE own (id INT PRIMARY KEY)", "CREATE TEMPORARY TABLE own (id INT PRIMARY KEY)",
      "CREATE INDEX own ON audit (id)", "CREATE VIEW own AS SELECT 1",
      "CREATE TRIGGER own BEFORE INSERT ON audit FOR EACH ROW SET @x = 1",
      "CREATE PROCEDURE own () SET @x = 1",
      "CREATE EVENT own ON SCHEDULE EVERY 1 DAY DO SET @x = 1",
      "LOCK TABLES audit READ", "CREATE DATABASE own", "DROP DATABASE mysql",
      "SELECT 1 INTO OUTFILE '/tmp/mamis-rights-test'", "SELECT * FROM mysql.global_priv",
      "SELECT * FROM mysql.user", "CREATE USER own@localhost", "DROP USER root@localhost",
      "GRANT SELECT ON audit TO mamis_front@localhost", "SET GLOBAL read_only = 1",
      "SET PASSWORD FOR root@localhost = ''", "FLUSH TABLES", "SHUTDOWN",
      "SHOW MASTER STATUS", "SET SESSION sql_log_bin = 0",
    ])
  func `no group manages the server or the database`(group: String, sql: String) throws {
    let error = try #require(throws: DatabaseError.self) {
      try granted.open(group).administer(sql)
    }
    // Access denied: to a database, table, account, privilege or thread.
    #expect([1044, 1045, 1095, 1142, 1143, 1227, 1410].contains(error.code), "\(error)")
  }

  @Test func `no group sees other databases, others' statements or the host's files`() throws {
    let other = try TestDatabase()
    for group in granted.groups {
      let database = granted.open(group)
      #expect(try !isAllowed("SELECT id FROM \(other.name).accounts LIMIT 0", database), "\(group)")
      let seen = try database.first(
        """
        SELECT (SELECT COUNT(*) FROM information_schema.processlist
            WHERE user <> SUBSTRING_INDEX(CURRENT_USER(), '@', 1)) AS others,
          (SELECT COUNT(*) FROM information_schema.schemata
            WHERE schema_name NOT IN (DATABASE(), 'information_schema')) AS elsewhere,
          LOAD_FILE('/etc/hostname') IS NULL AS is_blind
        """)
      #expect(try seen?["others"] == 0, "\(group)")
      #expect(try seen?["elsewhere"] == 0, "\(group)")
      #expect(try seen?["is_blind"] == true, "\(group)")
    }
  }
}
