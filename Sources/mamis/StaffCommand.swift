import ArgumentParser
import Membership
import Platform

struct StaffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "staff", abstract: "Accounts of the secretariat.",
    subcommands: [Add.self, ResetTOTP.self])

  struct ResetTOTP: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset-totp",
      abstract: "Take the second factor of a staff account away.",
      discussion: """
        For somebody who lost the telephone and the recovery codes. The password stays; the next \
        login asks to set up a second factor where STAFF_TWO_FACTOR is required.
        """)

    @Argument(help: "What the person signs in with.")
    var loginID: String

    func run() throws {
      guard try Mamis.services().staff.resetSecondFactor(loginID) else {
        throw Failure("no staff account \(loginID) with a second factor")
      }
      say("\(loginID) signs in with the password alone")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make an account of the secretariat. The password comes on standard input.")

    @Argument(help: "What the person signs in with: 8–32 letters, digits and ! @ % & #.")
    var loginID: String

    @Option(help: "The person's name, as it stands on the secretariat's pages.")
    var name: String

    @Flag(help: "May add staff and see the audit trail.")
    var administrator = false

    func run() throws {
      var typed = readStandardInput(atMost: 4096)
      while let last = typed.last, last == 0x0A || last == 0x0D { typed.removeLast() }
      let id: LoginID
      do {
        id = try LoginID(loginID)
      } catch {
        throw ValidationError("ログインIDは、\(error.advice)")
      }
      do {
        try Mamis.services().staff.add(
          id, name: name, isAdministrator: administrator,
          password: Password(String(decoding: typed, as: UTF8.self)))
      } catch let refused as FormRefused {
        throw Failure(refused.problems.map(\.sentence).joined(separator: "\n"))
      }
      say("added \(id.text)")
    }
  }
}
