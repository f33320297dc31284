// Settings: the file, the environment, what is refused.

import Platform
import TestSupport
import Testing

@testable import Membership

@Suite struct SettingsTests {
  static let least = ["BASE_URL": "https://members.example.jp", "MAIL_FROM": "a@example.jp"]

  @Test(
    arguments: [
      ("A=1", ["A": "1"]),
      ("A=1\nB=2\n", ["A": "1", "B": "2"]),
      ("# a comment\n; another\n\n  \nA=1", ["A": "1"]),
      ("A=", ["A": ""]),
      ("A=b=c", ["A": "b=c"]),
      ("  A=1  ", ["A": "1"]),
      ("A= 1 ", ["A": "1"]),
      ("A=\"a b \"", ["A": "a b "]),
      ("A='a \\b'", ["A": "a \\b"]),
      ("A=\"a\\\"b\\\\c\"", ["A": "a\"b\\c"]),
      ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
      ("A=〇〇医師会", ["A": "〇〇医師会"]),
      ("A=1\nA=2", ["A": "2"]),
      ("A=1 # no comment", ["A": "1 # no comment"]),
      ("", [:]),
    ] as [(String, [String: String])])
  func `a file is read as systemd reads it`(text: String, values: [String: String]) throws {
    #expect(try EnvironmentFile.read(text, path: "f") == values)
  }

  @Test(arguments: [
    ("A=1\nB", "f:2: not KEY=value"), ("=1", "f:1: not KEY=value"),
    ("\n\nA=\"x", "f:3: the quote is not closed"), ("A='x\"", "f:1: the quote is not closed"),
    ("A=\"", "f:1: the quote is not closed"),
  ])
  func `a line that is not of this form is told with its number`(text: String, message: String)
    throws
  {
    let error = try #require(throws: SettingsError.self) {
      try EnvironmentFile.read(text, path: "f")
    }
    #expect(error.description == message)
  }

  @Test(arguments: [
    ("BASE_URL", "", "BASE_URL is not set"),
    ("MAIL_FROM", "", "MAIL_FROM is not set"),
    (
      "BASE_URL", "members.example.jp",
      "BASE_URL must be like https://members.example.jp, without a path"
    ),
    (
      "BASE_URL", "https://members.example.jp/",
      "BASE_URL must be like https://members.example.jp, without a path"
    ),
    (
      "BASE_URL", "ftp://members.example.jp",
      "BASE_URL must be like https://members.example.jp, without a path"
    ),
    ("PASSWORD_POLICY", "none", "PASSWORD_POLICY must be mamis8, mhlw13 or nist15"),
    ("SESSION_SECONDS", "8h", "SESSION_SECONDS must be a number"),
    ("SESSION_SECONDS", "-1", "SESSION_SECONDS must be a number"),
    ("ARGON2_PASSES", "", "ARGON2_PASSES must be a number"),
  ])
  func `a value that makes no sense is refused by its name`(
    key: String, value: String, message: String
  ) throws {
    let error = try #require(throws: SettingsError.self) {
      try Settings(Self.least.merging([key: value]) { $1 })
    }
    #expect(error.description == message)
  }

  @Test func `what is not set has its default`() throws {
    let settings = try Settings(Self.least)
    #expect(settings.resetURLSeconds == 86400)
    #expect(settings.resetURLHours == 24)
    #expect(settings.passwordPolicy == .mamis8)
    #expect(settings.passwordCost.passes == 2)
    #expect(settings.passwordCost.memoryKiB == 19456)
    #expect(settings.isSecure)
    #expect(settings.unknownKeys == [])
  }

  @Test func `the owner of the database may have an option file beside the handlers'`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/my.cnf"
    func optionFile(_ group: String) throws -> String {
      let settings = ["DB_OPTION_FILE": file, "DB_GROUP": group]
      return try Settings(Self.least.merging(settings) { $1 }).database.optionFile
    }
    #expect(try optionFile("mamis") == file)
    try writeFile(file + ".owner", [])
    #expect(try optionFile("mamis") == file + ".owner")
    #expect(try optionFile("mamis-front") == file)
  }

  @Test func `the environment wins over the file, and what is misspelt is named`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/mamis.env"
    let text = """
      BASE_URL=http://localhost:8080
      MAIL_FROM=a@example.jp
      SYSTEM_NAME="会員 情報"
      SESION_SECONDS=1
      """
    try writeFile(path, [UInt8](text.utf8))
    let environment = [
      "MAMIS_ENV_FILE": path, "BASE_URL": "https://members.example.jp", "HOME": "/root",
    ]
    let settings = try Settings.load { environment[$0] }
    #expect(settings.baseURL == "https://members.example.jp")
    #expect(settings.systemName == "会員 情報")
    #expect(settings.unknownKeys == ["SESION_SECONDS"])
    #expect(throws: SystemError.self) {
      try Settings.load { $0 == "MAMIS_ENV_FILE" ? folder.path + "/none" : nil }
    }
  }

  @Test func `a period is said in whole hours, rounded up`() throws {
    for (seconds, hours) in [("1", 1), ("3600", 1), ("3601", 2), ("86400", 24)] {
      let settings = try Settings(Self.least.merging(["RESET_URL_SECONDS": seconds]) { $1 })
      #expect(settings.resetURLHours == hours)
    }
  }

  @Test func `parameters are laid over, and only known ones`() throws {
    let settings = try Settings(Self.least)
    #expect(try settings.overlaid { _ in nil } == nil)
    let same = try settings.overlaid { $0 == "MAIL_FROM" ? "a@example.jp" : nil }
    #expect(same == nil)
    let other = try settings.overlaid { $0 == "SYSTEM_NAME" ? "別" : nil }
    #expect(other?.systemName == "別")
    #expect(throws: SettingsError.self) {
      try settings.overlaid { $0 == "PASSWORD_POLICY" ? "x" : nil }
    }
  }
}
