import MariaDB
import Membership
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
    _ = try Migrations(folder: repositoryFolder + "/sql").apply(to: open())
  }
}

/// The repository that the tests were built from.
public let repositoryFolder: String = {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/")
}()
