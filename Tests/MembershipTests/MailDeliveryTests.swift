// Handing over: what sendmail gets, what a Maildir holds, what counts as a failure.

import Foundation
import Platform
import TestSupport
import Testing

@testable import Membership

@Suite struct MailDeliveryTests {
  let bench: MailBench

  init() throws { bench = try MailBench() }

  private func handOver(
    _ delivery: Delivery, to recipient: String = "taro@example.jp", message: [UInt8] = [0x61],
    seconds: Int = 10
  ) throws {
    try delivery.handOver(
      message, id: "0123456789abcdef0123456789abcdef",
      from: MailAddress("noreply@members.example.jp"), to: MailAddress(recipient),
      seconds: seconds)
  }

  @Test func `sendmail gets fixed arguments and the whole message`() throws {
    let message = [UInt8]((String(repeating: "行\n.\n", count: 100) + "end").utf8)
    try handOver(bench.sendmail(), to: "-a..b@docomo.ne.jp", message: message)
    #expect(try readFile(bench.folder.path + "/message") == message)
    #expect(
      try bench.text("arguments")
        == "-i\n-f\nnoreply@members.example.jp\n--\n\"-a..b\"@docomo.ne.jp\n")
  }

  @Test func `arguments of the setting come first`() throws {
    guard case .sendmail(let path, _) = try bench.sendmail() else { return }
    try handOver(Delivery(setting: "sendmail:\(path) --account office"))
    #expect(try bench.text("arguments").hasPrefix("--account\noffice\n-i\n"))
  }

  @Test(arguments: [65_535, 65_536, 65_537, 3_000_000])
  func `a message longer than a pipe arrives whole`(bytes: Int) throws {
    let message = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try handOver(bench.sendmail(), message: message)
    #expect(try readFile(bench.folder.path + "/message") == message)
  }

  @Test func `any status but 0 is a failure, told by its number`() throws {
    let error = try #require(throws: DeliveryFailure.self) {
      try handOver(bench.sendmail("exit 67"))
    }
    #expect(error.description == "sendmail: status 67")
    #expect(!error.isFinal)
  }

  @Test func `a sendmail that takes too long is killed`() throws {
    let start = monotonicMicroseconds()
    let error = try #require(throws: DeliveryFailure.self) {
      try handOver(bench.sendmail("exec sleep 60"), seconds: 1)
    }
    #expect(error.description == "sendmail: killed after 1 s")
    #expect(monotonicMicroseconds() - start < 20_000_000)
  }

  @Test func `a sendmail that ends by a signal or does not exist is a failure`() throws {
    let error = try #require(throws: DeliveryFailure.self) {
      try handOver(bench.sendmail("kill -9 $$"))
    }
    #expect(error.description == "sendmail: signal 9")
    #expect(throws: DeliveryFailure.self) {
      try handOver(.sendmail(path: "/nowhere/sendmail", arguments: []))
    }
  }

  @Test func `a sendmail that does not read is a failure by its status alone`() throws {
    let program = Delivery.sendmail(path: "/bin/sh", arguments: ["-c", "exit 75"])
    let error = try #require(throws: DeliveryFailure.self) {
      try handOver(program, message: [UInt8](repeating: 0x61, count: 100_000))
    }
    #expect(error.description == "sendmail: status 75")
  }

  @Test func `a Maildir holds one file however often the mail is handed over`() throws {
    let mail = bench.folder.path + "/mail"
    for _ in 1...3 { try handOver(bench.maildir, message: [0x62, 0x0A]) }
    let names = try namesInFolder(mail + "/new")
    #expect(names.count == 1)
    #expect(try readFile("\(mail)/new/\(names[0])") == [0x62, 0x0A])
    #expect(try namesInFolder(mail + "/tmp").isEmpty)
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(mail)/new/\(names[0])")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `a mail that was read already does not come again`() throws {
    let mail = bench.folder.path + "/mail"
    try handOver(bench.maildir)
    let name = try #require(try namesInFolder(mail + "/new").first)
    try FileManager.default.moveItem(
      atPath: "\(mail)/new/\(name)", toPath: "\(mail)/cur/\(name):2,S")
    try handOver(bench.maildir)
    #expect(try namesInFolder(mail + "/new").isEmpty)
  }

  @Test func `what a mailer that died left in tmp is in nobody's way`() throws {
    let mail = bench.folder.path + "/mail"
    try makeFolder(mail + "/tmp")
    try writeFile(mail + "/tmp/0123456789abcdef0123456789abcdef.mamis", [0x7A])
    try handOver(bench.maildir, message: [0x62])
    let names = try namesInFolder(mail + "/new")
    #expect(try names.map { try readFile("\(mail)/new/\($0)") } == [[0x62]])
  }

  @Test(arguments: ["", "smtp:localhost", "sendmail:sendmail", "maildir:mail", "/bin/sendmail"])
  func `a setting that names no delivery is refused`(setting: String) {
    #expect(throws: SettingsError.self) { try Delivery(setting: setting) }
  }

  @Test func `the settings are read in their types`() throws {
    var values = ["BASE_URL": "https://x.example", "MAIL_FROM": "a@example.jp"]
    let usual = try MailSettings(Settings(values))
    #expect(usual.delivery == .sendmail(path: "/usr/sbin/sendmail", arguments: []))
    #expect(usual.pauses == [60, 300, 1800, 7200, 21600, 86400])
    #expect(usual.lease == 60 && usual.poll == 1000)
    values["MAIL_RETRY_SECONDS"] = "1, 2"
    #expect(try MailSettings(Settings(values)).pauses == [1, 2])
    values["MAIL_RETRY_SECONDS"] = "1,soon"
    let refused = values
    #expect(throws: SettingsError.self) { try MailSettings(Settings(refused)) }
  }
}
