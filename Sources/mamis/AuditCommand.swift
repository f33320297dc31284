import ArgumentParser
import Membership

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "The audit trail.", subcommands: [Prune.self])

  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete what is older than AUDIT_KEEP_SECONDS (five years).",
      discussion: """
        No program of the site may change or delete a line of the trail; this command can, as it \
        works as the owner of the database. Run it from time to time, once a month say.
        """)

    func run() throws {
      let services = try Mamis.services()
      let count = try AuditTrail(services.database)
        .prune(keepSeconds: services.settings.auditKeepSeconds)
      say("deleted \(count) lines")
    }
  }
}
