// health - tell a monitor whether the system serves.
//
//   GET /health  {"database":"ok"}, or 503 {"database":"unreachable"}: after some seconds at most,
//                a database that hangs included
//
// Reads one row of the database. Needs no session, writes nothing.

import FastCGI
import MariaDB
import Membership

@main
struct Health: PageScreen {
  static let databasePatience: Int? = 2

  func get(_ request: Request, _ services: Services) throws -> Response {
    do {
      _ = try services.database.count("SELECT COUNT(*) AS n FROM schema_migrations")
      return answer(200, "ok")
    } catch let error as DatabaseError {
      services.note(.error, "health.failed", request, [("reason", "\(error)")])
      return answer(503, "unreachable").adding("Retry-After", "30")
    }
  }

  private func answer(_ status: Int, _ state: String) -> Response {
    .json([UInt8]("{\"database\":\"\(state)\"}\n".utf8), status: status)
      .adding("Cache-Control", "no-store")
  }
}
