import MariaDB
import Platform
import Synchronization

/// An empty database with our tables on a real MariaDB that belongs to this test process.
///
/// One for each suite: `static let database = Result { try TestDatabase() }`, or one for each test
/// that needs the tables to itself (it takes about a fifth of a second).
public final class TestDatabase: Sendable {
  public let name: String
  /// An option file whose user may do everything.
  public let location: DatabaseLocation

  private static let count = Atomic(0)

  /// Starts the server if none runs yet.
  /// - Parameter migrated: false for a database without any table.
  public init(migrated: Bool = true) throws {
    let server = try TestServer.shared.get()
    name = "test_\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    let database = Database(server.location)
    try database.administer("CREATE DATABASE \(name) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    let optionFile = "\(server.folder)/\(name).cnf"
    let option = "[mamis]\nsocket=\(server.folder)/socket\nuser=root\ndatabase=\(name)\n"
    try writeFile(optionFile, [UInt8](option.utf8), mode: 0o600)
    location = DatabaseLocation(optionFile: optionFile)
    if migrated { try migrate() }
  }

  /// A connection of the caller's own: `Database` is not for several threads.
  public func open() -> Database {
    Database(location)
  }

  private func migrate() throws {
    let folder = repositoryFolder + "/sql"
    let database = open()
    for file in try namesInFolder(folder) where file.hasSuffix(".sql") && file.first!.isNumber {
      let text = String(decoding: try readFile("\(folder)/\(file)"), as: UTF8.self)
      for statement in statements(in: text) { try database.administer(statement) }
    }
  }
}

/// The repository that the tests were built from.
public let repositoryFolder: String = {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/")
}()

/// The statements of one of our SQL files: each ends with a line that ends with a semicolon,
/// comments apart.
public func statements(in text: String) -> [String] {
  var statements: [String] = []
  var lines: [Substring] = []
  for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("--") {
    lines.append(line)
    if line.hasSuffix(";") {
      statements.append(String(lines.joined(separator: "\n").dropLast()))
      lines = []
    }
  }
  return statements
}
