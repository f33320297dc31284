import ArgumentParser
import MariaDB
import Membership
import Platform

struct MemberCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: "One person's data: disclosed, or erased.",
    subcommands: [Export.self, Erase.self])

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write everything that is held about a person, as JSON on standard output.",
      discussion: """
        For a request for disclosure (個人情報保護法 33条). Passwords and secrets are not in it; \
        what the secretariat noted on the person's inquiries is: read it before you hand it over.
        """)

    @Argument(help: "The member number or login ID.")
    var person: String

    func run() throws {
      let disclosed = try Mamis.services().database.transaction { transaction in
        try MemberTraces.find(person, in: transaction).map {
          try MemberDisclosure($0, in: transaction).bytes
        }
      }
      guard let disclosed else { throw Failure("nobody has the number or login ID \(person)") }
      writeBytes(disclosed)
    }
  }

  struct Erase: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove everything that is held about a person.",
      discussion: """
        Account, roll, profile, history, inquiries and mails go, in one step that cannot be taken \
        back; number, address and registry number are free again. The audit trail stays, without \
        names and network addresses. Copies made before still hold the person until they are \
        deleted, and the association's next list brings a member back who is still on it.
        """)

    @Argument(help: "The member number or login ID.")
    var person: String

    @Flag(help: "Do not ask.")
    var yes = false

    func run() throws {
      let database = try Mamis.services().database
      guard let preview = try erase(in: database, keepingIt: true) else {
        say("nobody has the number or login ID \(person): nothing was erased")
        return
      }
      if !yes {
        say("\(preview.traces.number) \(preview.traces.name): this would go:")
        report(preview.erasure)
        say("Type \(preview.traces.number) to erase it for good:")
        guard readLine() == preview.traces.number else { throw Failure("nothing was erased") }
      }
      guard let done = try erase(in: database, keepingIt: false) else {
        throw Failure("somebody else was faster: nothing was erased")
      }
      report(done.erasure)
      say("erased account \(done.traces.account)")
    }

    private func report(_ erasure: MemberErasure) {
      for (table, rows) in erasure.removed { say("  \(table): \(rows)") }
    }

    /// The work in full, then taken back: so what is shown before is what is done after.
    private struct TakenBack: Error {}

    private func erase(
      in database: Database, keepingIt: Bool
    ) throws -> (traces: MemberTraces, erasure: MemberErasure)? {
      var result: (traces: MemberTraces, erasure: MemberErasure)?
      do {
        try database.transaction { transaction in
          result = nil
          guard let traces = try MemberTraces.find(person, in: transaction) else { return }
          result = (traces, try MemberErasure.run(traces, in: transaction))
          if keepingIt { throw TakenBack() }
        }
      } catch is TakenBack {}
      return result
    }
  }
}
