import ArgumentParser
import Membership
import Platform

struct MembersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "members", abstract: "The association's list of members.",
    subcommands: [Import.self, Index.self])

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a CSV file of members: UTF-8, or CP932 as Excel saves it.",
      discussion: """
        Columns: \(MembersImport.columns.joined(separator: ",")). \
        All but the first three may be empty. A file with a mistake changes nothing; the same \
        file twice changes nothing either.
        """)

    @Argument(help: "The file.")
    var file: String

    func run() throws {
      let members: MembersImport
      do {
        members = try MembersImport(file: readFile(file))
      } catch let error as CSVError {
        throw Failure("\(file): \(error.sentence)")
      }
      for mistake in members.mistakes { say("\(file):\(mistake.line): \(mistake.sentence)") }
      guard members.mistakes.isEmpty else { throw ExitCode(1) }
      let result = try members.run(in: Mamis.services().database)
      say("added \(result.added), changed \(result.changed), unchanged \(result.unchanged)")
    }
  }

  struct Index: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the keys by which members are found and sorted anew.",
      discussion: """
        The programs keep them up to date. It is needed after an update that says so; the system \
        may be in use meanwhile.
        """)

    func run() throws {
      let count = try Directory.rebuild(in: Mamis.services().database)
      say("indexed \(count)")
    }
  }
}
