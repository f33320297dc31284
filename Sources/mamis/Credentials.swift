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
      case csv
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
      let postcards = try Mamis.services().postcards
      let accounts = try postcards.recipients(number: member)
      if let member, accounts.isEmpty {
        throw Failure("no member \(member) who has not registered")
      }
      var writer = CSVWriter(mark: false)
      writer.write([
        "member_number", "family_name", "given_name", "postal_code", "prefecture", "address",
        "login_id", "password",
      ])
      writeBytes(writer.take())
      for account in accounts {
        guard let card = try postcards.issue(to: account, by: nil) else { continue }
        writer.write([
          card.memberNumber, card.familyName, card.givenName, card.postalCode, card.prefecture,
          card.address, card.loginID, card.password,
        ])
        writeBytes(writer.take())
      }
    }
  }
}
