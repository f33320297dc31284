// The site as the tests have it: a real database with tables and master lists, the pages of www/.

import FastCGI
import Foundation
import MariaDB
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Membership

/// Settings, database and programs of one site. Tests share one database: each works with people
/// of its own.
final class Site: Sendable {
  static let shared = Result { try Site(try TestDatabase(migrated: false), [:]) }

  let place: TestDatabase
  let settings: Settings
  private let values: [String: String]
  private let programs = Programs()
  /// The option files of programs that have one of their own.
  private let optionFiles: [String: String]

  init(_ place: TestDatabase, _ changes: [String: String]) throws {
    self.place = place
    try Self.fill(place)
    values = try Self.usual(place.location.optionFile).merging(changes) { $1 }
    optionFiles = [:]
    settings = try Settings(values)
  }

  private init(
    _ place: TestDatabase, values: [String: String], optionFiles: [String: String]
  ) throws {
    self.place = place
    self.values = values
    self.optionFiles = optionFiles
    settings = try Settings(values)
  }

  /// The same site with other settings.
  func with(_ changes: [String: String]) throws -> Site {
    try Site(place, values: values.merging(changes) { $1 }, optionFiles: optionFiles)
  }

  /// The same site, with option files for some programs.
  func with(optionFiles: [String: String]) throws -> Site {
    try Site(place, values: values, optionFiles: optionFiles)
  }

  /// The same site, whose database nobody can reach.
  func dark() throws -> Site {
    let file = "\(place.location.optionFile).\(People.next())"
    try writeFile(file, [UInt8]("[mamis]\nsocket=/no/such/socket\nuser=root\n".utf8))
    return try with(["DB_OPTION_FILE": file, "DATABASE_PATIENCE_SECONDS": "1"])
  }

  private static func usual(_ optionFile: String) throws -> [String: String] {
    [
      "BASE_URL": "https://members.example.jp", "WWW_DIR": repositoryFolder + "/www",
      "SQL_DIR": repositoryFolder + "/sql", "DB_OPTION_FILE": optionFile,
      "MAIL_FROM": "mamis@members.example.jp", "MAIL_OFFICE": "office@members.example.jp",
      "STAFF_TWO_FACTOR": "optional",
      // As cheap as libsodium lets it be.
      "ARGON2_PASSES": "1", "ARGON2_MEMORY_KIB": "8",
    ]
  }

  /// Tables, and the master lists; of the postal codes a few only, for 124,000 take their time.
  private static func fill(_ place: TestDatabase) throws {
    let database = place.open()
    _ = try Migrations(folder: repositoryFolder + "/sql").apply(to: database)
    let folder = try TemporaryFolder()
    let lists = repositoryFolder + "/sql/masters"
    for name in try namesInFolder(lists) where name.hasSuffix(".csv") {
      try writeFile("\(folder.path)/\(name)", try readFile("\(lists)/\(name)"))
    }
    let codes = """
      postal_code,prefecture,city,town,prefecture_kana,city_kana,town_kana
      1130021,東京都,文京区,本駒込,トウキョウト,ブンキョウク,ホンコマゴメ
      4980000,愛知県,弥富市,以下に掲載がない場合,アイチケン,ヤトミシ,
      4980000,三重県,桑名郡木曽岬町,,ミエケン,クワナグンキソサキチョウ,
      """
    try writeFile("\(folder.path)/postal_codes.csv", [UInt8](codes.utf8))
    _ = try MastersImport(folder: folder.path).run(in: database)
  }

  /// One request to one screen.
  func answer<S: Screen>(
    _ screen: S.Type, _ parameters: [String: String], _ body: [UInt8] = []
  ) throws -> Response {
    var own = settings
    if let file = optionFiles[S.programName] {
      own = try Settings(values.merging(["DB_OPTION_FILE": file]) { $1 })
    }
    var program = try programs.take(S.self, own)
    defer { programs.put(program) }
    return program.respond(to: parameters, body: body)
  }

  /// What the library works with, for a test's own questions.
  func services() -> Services { Services(settings, program: "test") }

  func count(_ sql: StaticString, _ values: any Bindable...) throws -> Int {
    var count = 0
    try place.open().run(sql, values: values.map(\.bound)) { count = try $0["n"] }
    return count
  }

  /// There is no row: a test may expect that.
  struct NoRow: Error {}

  /// The first row of a query. Throws where there is none.
  func row(_ sql: StaticString, _ values: any Bindable...) throws -> Row {
    var first: Row?
    try place.open().run(sql, values: values.map(\.bound)) { if first == nil { first = $0 } }
    guard let first else { throw NoRow() }
    return first
  }

  /// Changes the database behind the programs' backs, e.g. to let time pass.
  func change(_ sql: StaticString, _ values: any Bindable...) throws {
    try place.open().transaction { try $0.run(sql, values: values.map(\.bound)) { _ in } }
  }

  /// The kinds of the mails to an address, in their order.
  func mails(to address: String) throws -> [String] {
    try place.open().rows("SELECT kind FROM outbox WHERE recipient = ? ORDER BY id", address)
      .map { try $0["kind"] }
  }

  /// The token of the newest mail to an address.
  func token(to address: String) throws -> String {
    try row(
      """
      SELECT token FROM outbox WHERE recipient = ? AND token IS NOT NULL ORDER BY id DESC LIMIT 1
      """, address)["token"]
  }
}

/// Started programs, one at work for each request: starting one takes as long as ten requests.
private final class Programs: Sendable {
  private let idle = Mutex<[String: [Resting]]>([:])

  /// Passed on by `take` and `put` alone, so never used by two at a time.
  @safe private struct Resting: @unchecked Sendable {
    let program: Any
  }

  func take<S: Screen>(_: S.Type, _ settings: Settings) throws -> ScreenResponder<S> {
    let resting = idle.withLock { $0[S.programName]?.popLast() }
    return try resting?.program as? ScreenResponder<S> ?? ScreenResponder<S>(settings: settings)
  }

  func put<S: Screen>(_ program: ScreenResponder<S>) {
    let resting = Resting(program: program)
    idle.withLock { $0[S.programName, default: []].append(resting) }
  }
}
