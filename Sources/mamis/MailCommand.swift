import ArgumentParser
import Membership

struct MailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mail", abstract: "The outbox.", subcommands: [List.self, Retry.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List mails that are not sent yet, the newest first.")

    @Flag(help: "Those that were sent, too.")
    var all = false

    func run() throws {
      let mails = try Outbox.list(all: all, in: Mamis.services().database)
      say("number\tkind\tstate\tattempts\tcreated (UTC)\tlast error")
      for mail in mails {
        say(
          "\(mail.number)\t\(mail.kind)\t\(mail.state)\t\(mail.attempts)\t\(mail.createdAt)\t"
            + mail.lastError)
      }
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send abandoned mails again.")

    @Argument(help: "The mail's number; all abandoned ones without it.")
    var number: Int?

    func run() throws {
      let database = try Mamis.services().database
      let count = try database.transaction { try Outbox.retry(number, in: $0) }
      say("\(count) will be sent again")
    }
  }
}
