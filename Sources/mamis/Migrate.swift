import ArgumentParser
import MariaDB
import Membership

struct Migrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the database's tables up to date.",
    discussion: """
      Applies the numbered files of sql/ that the database does not have yet. A file that was \
      changed after it had been applied stops it. Run it as a user who may create tables, and \
      before the programs that belong to it: those at work go on.
      """)

  @Flag(help: "Change nothing; tell where the database stands.")
  var status = false

  func run() throws {
    let settings = try Settings.load()
    // Not the programs' own: those refuse tables that they do not know.
    let database = Database(settings.database)
    let migrations = try Migrations(folder: settings.sqlFolder)
    if status { return try tell(migrations, database) }
    let applied = try migrations.bringUpToDate(database)
    for name in applied { say("applied \(name)") }
    if applied.isEmpty { say("up to date") }
  }

  private func tell(_ migrations: Migrations, _ database: Database) throws {
    let (newest, servesFrom) = try Schema.state(of: database)
    say("database: schema \(newest), for programs from \(servesFrom) on")
    say("programs: schema \(Schema.number)")
    for name in try migrations.waitingNames(in: database) { say("not applied: \(name)") }
  }
}
