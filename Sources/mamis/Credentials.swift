import ArgumentParser
import Membership
import Platform

struct Credentials: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "First-time IDs and passwords for the postcards.", subcommands: [Issue.self])

  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Issue new credentials, shown once, on standard output.",
      discussion: """
        Those issued before become void. The file holds passwords: print it, then delete it.
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
      case csv, html
    }

    @Option(help: "Only the member of this number.")
    var member: String?

    @Flag(help: "Every member who has not registered.")
    var unregistered = false

    @Option(help: "The form of the output.")
    var format: Format = .csv

    func validate() throws {
      guard unregistered != (member != nil) else {
        throw ValidationError("Give either --member N or --unregistered.")
      }
    }

    func run() throws {
      let services = try Mamis.services()
      let choice: PostcardChoice = member.map { .member($0) } ?? .unregistered
      let accounts = try services.postcards.recipients(choice)
      if let member, accounts.isEmpty {
        throw Failure("no member \(member) who has not registered")
      }
      guard format == .csv || accounts.count <= PostcardSheet.most else {
        throw Failure("\(accounts.count) members: a page holds \(PostcardSheet.most); use csv")
      }
      guard
        let run = try PostcardRun.start(
          Secret(), format == .csv ? .csv : .sheet, by: nil, in: services.database)
      else { return }
      try format == .csv
        ? writeFile(run, accounts, services) : writePage(run, accounts, services)
    }

    private func writeFile(_ run: PostcardRun, _ accounts: [Int], _ services: Services) throws {
      var writer = CSVWriter(mark: false)
      writer.write(Postcard.columns)
      try run.issue(to: accounts, by: nil, client: "", with: services.postcards) { cards in
        for card in cards { writer.write(card.fields) }
        writeBytes(writer.take())
      }
      writeBytes(writer.take())
    }

    private func writePage(_ run: PostcardRun, _ accounts: [Int], _ services: Services) throws {
      var cards: [Postcard] = []
      let style = try readFile(services.settings.wwwFolder + "/css/postcard.css")
      try run.issue(to: accounts, by: nil, client: "", with: services.postcards) { cards += $0 }
      writeBytes(
        try PostcardSheet(services).file(cards, style: String(decoding: style, as: UTF8.self)))
    }
  }
}
