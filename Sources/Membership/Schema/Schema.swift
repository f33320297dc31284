import FastCGI
import MariaDB
import Platform

/// The tables that these programs know. Programs of neighbouring releases work side by side on one
/// database: migrations only add; what nobody uses any more goes a release later, by a migration
/// that says which programs it still serves (sql/README.md).
public enum Schema {
  /// The number of the newest file in sql/.
  public static let number = 11

  /// Looks at a connection just opened: the database has to have at least what these programs
  /// know, and still has to serve them. Throws `UnknownSchema` otherwise.
  public static func check(_ connection: any SQLRunner) throws {
    let (newest, oldest) = try state(of: connection)
    guard newest >= number, oldest <= number else {
      throw UnknownSchema(database: newest, servesFrom: oldest)
    }
  }

  /// The number of the newest migration of a database, and the oldest programs that it serves.
  public static func state(of database: any SQLRunner) throws -> (newest: Int, servesFrom: Int) {
    do {
      guard
        let row = try database.first(
          """
          SELECT MAX(version) AS newest, MAX(serves_from) AS serves_from FROM schema_migrations
          """), let newest: Int = try row["newest"], let oldest: Int = try row["serves_from"]
      else { return (0, 0) }
      return (newest, oldest)
    } catch let error as DatabaseError where error.code == 1146 {
      return (0, 0)  // no such table: nothing was migrated yet
    } catch let error as DatabaseError where error.code == 1054 {
      // No such column: it came with number 10.
      return (try database.count("SELECT MAX(version) AS n FROM schema_migrations"), 0)
    }
  }
}

/// The database is not one that these programs can work with: they stop rather than guess.
public struct UnknownSchema: Error, CustomStringConvertible {
  let database: Int
  let servesFrom: Int

  /// What to do about it, for the operator.
  public var remedy: String {
    database < Schema.number
      ? "run mamis migrate" : "install the programs that belong to the database"
  }

  public var description: String {
    "the database has schema \(database), for programs from \(servesFrom) on; this one is "
      + "\(Schema.number): \(remedy)"
  }

  /// Writes the one line that tells of it.
  public func report(_ program: String, request: Request? = nil) {
    log(
      .error, "schema.unknown", program: program,
      [
        ("request", request?.number ?? ""), ("program_schema", "\(Schema.number)"),
        ("database_schema", "\(database)"), ("serves_from", "\(servesFrom)"), ("remedy", remedy),
      ])
  }
}

extension Services {
  /// Opens the database at start, to refuse an unknown schema before the first request. One that
  /// is not there is no reason to stop: the first connection looks again.
  func meetDatabase() throws(UnknownSchema) {
    do {
      try database.connect()
    } catch let unknown as UnknownSchema {
      throw unknown
    } catch {
      log(.warning, "database.unreachable", program: program, [("reason", "\(error)")])
    }
  }
}
