import ArgumentParser
import Membership

struct Migrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the database's tables up to date.",
    discussion: """
      Applies the numbered files of sql/ that the database does not have yet. A file that was \
      changed after it had been applied stops it. Run it as a user who may create tables.
      """)

  func run() throws {
    let services = try Mamis.services()
    let applied = try Migrations(folder: services.settings.sqlFolder)
      .bringUpToDate(services.database)
    for name in applied { say("applied \(name)") }
    if applied.isEmpty { say("up to date") }
  }
}
