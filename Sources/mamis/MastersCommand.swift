import ArgumentParser
import Membership

struct MastersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "masters", abstract: "Universities, societies, postal codes and other lists.",
    subcommands: [Import.self])

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace the master lists by the files of a folder.",
      discussion: "Handlers read the lists when they start: restart register, lookup and the like.")

    @Argument(help: "The folder: universities.csv, societies.csv, postal_codes.csv.gz, …")
    var folder: String

    func run() throws {
      let tables = try MastersImport(folder: folder).run(in: Mamis.services().database)
      for (table, rows) in tables { say("\(table): \(rows) rows") }
    }
  }
}
