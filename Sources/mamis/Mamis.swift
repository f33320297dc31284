// mamis - the command line of those who run the system.
//
//   mamis migrate | check | masters | staff | members | credentials | mail | audit
//         backup | restore | member | bench
//
// Reads the same settings as the handlers (MAMIS_ENV_FILE, else /etc/mamis/mamis.env). One file a
// subject. Ends with 0, with 1 where something is not in order, 64 for a wrong call.

import ArgumentParser
import MariaDB
import Membership
import Platform

@main
struct Mamis: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the member information system.",
    version: version,
    subcommands: [
      Migrate.self, Check.self, MastersCommand.self, StaffCommand.self, MembersCommand.self,
      Credentials.self, MailCommand.self, AuditCommand.self,
      Backup.self, Restore.self, MemberCommand.self, BenchCommand.self,
    ])

  /// Settings and database, as the programs have them.
  static func services(takingAnySchema: Bool = false) throws -> Services {
    Services(try Settings.load(), program: "mamis", takesAnySchema: takingAnySchema)
  }
}

/// Something that is not in order; the message says what, for the operator.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Writes a line to standard output.
func say(_ line: String) {
  writeOutput(line + "\n")
}
