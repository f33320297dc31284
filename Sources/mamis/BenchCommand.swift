import ArgumentParser
import Membership

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Made-up people for load tests.", subcommands: [Seed.self])

  struct Seed: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fill a database with made-up accounts and open sessions.",
      discussion: """
        The same numbers make the same people. Run again with a larger number it adds those that \
        are missing. Never in a database of real people: passwords and sessions are known. It \
        refuses one that holds anybody else, unless BASE_URL is plain http, as only a stack for \
        playing has.
        """)

    @Option(help: "How many accounts there are afterwards, up to \(BenchSeed.mostAccounts).")
    var accounts: Int

    @Option(help: "How many of them are signed in; all by default.")
    var sessions: Int?

    func validate() throws {
      guard (1...BenchSeed.mostAccounts).contains(accounts) else {
        throw ValidationError("--accounts takes 1 to \(BenchSeed.mostAccounts)")
      }
      guard (0...accounts).contains(sessions ?? 0) else {
        throw ValidationError("--sessions takes 0 to the number of accounts")
      }
    }

    func run() throws {
      let services = try Mamis.services()
      let seed = BenchSeed(
        database: services.database, cost: services.settings.passwordCost,
        terms: try services.terms())
      if services.settings.isSecure, try seed.hasOthers() {
        throw Failure("there are people in this database that are not made up: nothing was done")
      }
      let made = try seed.fill(accounts: accounts, sessions: sessions ?? accounts)
      say(
        """
        accounts \(made.accounts), sessions \(made.sessions)
        registered   ID bench0000001 …   password \(BenchSeed.password)
        postcard     ID bench0000014 …   password \(BenchSeed.firstTimePassword)
        secretariat  ID benchoffice      password \(BenchSeed.password)
        """)
    }
  }
}
