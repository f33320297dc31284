// The program itself: started, stopped, killed, and without its database.

import Foundation
import MariaDB
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Membership

@Suite struct MailerProgramTests {
  let bench: MailBench
  let log: String
  private let started = Started()

  init() throws {
    bench = try MailBench()
    log = bench.folder.path + "/log"
    try writeFile(log, [])
  }

  /// Starts the mailer with short periods.
  private func start(_ delivery: String, optionFile: String? = nil) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: productsFolder + "/mailer")
    process.environment = [
      "MAMIS_ENV_FILE": "/dev/null", "BASE_URL": "https://members.example.jp",
      "MAIL_FROM": "noreply@members.example.jp", "MAIL_DELIVERY": delivery,
      "DB_OPTION_FILE": optionFile ?? bench.place.location.optionFile,
      "MAIL_LEASE_SECONDS": "2", "MAIL_POLL_MILLISECONDS": "50", "MAIL_RETRY_SECONDS": "1,1,1,1",
      "PATH": "/usr/bin:/bin",
    ]
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    _ = try (process.standardError as? FileHandle)?.seekToEnd()
    try process.run()
    started.add(process)
    return process
  }

  private func setting(_ delivery: Delivery) -> String {
    if case .sendmail(let path, _) = delivery { "sendmail:\(path)" } else { "" }
  }

  /// Ends the program as an operator does, and waits for its last line.
  private func stop(_ process: Process) throws {
    // Before it watches for the signal, that ends it as it ends every program.
    try bench.wait { try catchesTermination(process) }
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
  }

  private func catchesTermination(_ process: Process) throws -> Bool {
    let status = try readFile("/proc/\(process.processIdentifier)/status")
    let mask = String(decoding: status, as: UTF8.self).firstMatch(of: /SigCgt:\s*([0-9a-f]+)/)
    return (mask.flatMap { UInt64($0.1, radix: 16) } ?? 0) & 1 << (SIGTERM - 1) != 0
  }

  @Test func `it sends what comes, and its log holds no address and no token`() throws {
    let token = Secret()
    let process = try start("maildir:\(bench.folder.path)/mail")
    let id = try bench.add(to: "hanako@example.jp", token: token)
    try bench.wait { try bench.state(id) == "sent" }
    try stop(process)
    let lines = try bench.text("log")
    #expect(lines.contains("event=started") && lines.contains("event=ended"))
    #expect(lines.contains("event=mail_sent mail=\(id) kind=registration try=1"))
    #expect(!lines.contains("hanako") && !lines.contains(token.forURL))
    #expect(try bench.delivered().count == 1)
  }

  @Test func `a refused mail comes again by the table`() throws {
    let id = try bench.add()
    let process = try start(
      setting(bench.sendmail("test $(wc -l <\"$D/calls\") -ge 3 || exit 75")))
    try bench.wait { try bench.state(id) == "sent" }
    try stop(process)
    #expect(bench.calls() == 3)
    #expect(try bench.row(id)["attempts"] == 3)
    #expect(try bench.text("log").contains("event=mail_refused"))
  }

  @Test func `SIGTERM ends it after the mail in hand, which is marked`() throws {
    let id = try bench.add()
    let other = try bench.add()
    let process = try start(setting(bench.sendmail("sleep 0.7")))
    try bench.wait { bench.calls() == 1 }
    try stop(process)
    #expect(try bench.state(id) == "sent")
    #expect(try bench.state(other) == "waiting")
    #expect(bench.calls() == 1)
  }

  @Test func `killed while it hands over, the next one sends the mail, whole`() throws {
    let id = try bench.add()
    // Longer than it takes to notice; Foundation waits for all who have its pipe.
    let slow = try bench.sendmail("sleep 3")
    let process = try start(setting(slow))
    try bench.wait { bench.calls() == 1 }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try bench.state(id) == "sending")
    #expect(try bench.text("message").contains("\n\n"))
    let next = try start("maildir:\(bench.folder.path)/mail")
    try bench.wait { try bench.state(id) == "sent" }
    try stop(next)
    #expect(try bench.delivered().count == 1)
    #expect(try bench.row(id)["attempts"] == 2)
  }

  @Test func `killed again and again, each mail arrives once in a Maildir`() throws {
    let ids = try (1...200).map { try bench.add(subject: "mail \($0)") }
    let delivery = "maildir:\(bench.folder.path)/mail"
    for round in 1...8 {
      let process = try start(delivery)
      sleepMilliseconds(20 + 15 * round)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let pair = [try start(delivery), try start(delivery)]
    try bench.wait {
      try bench.place.open().count("SELECT COUNT(*) AS n FROM outbox WHERE state <> 'sent'") == 0
    }
    for process in pair { try stop(process) }
    let messages = try bench.delivered().map { try ReadMessage($0) }
    #expect(messages.count == ids.count)
    #expect(Set(messages.map { $0.headers["Message-ID"] }).count == ids.count)
  }

  @Test func `without its database it waits, and goes on when it is back`() throws {
    let id = try bench.add()
    let optionFile = bench.folder.path + "/late.cnf"
    let right = try String(decoding: readFile(bench.place.location.optionFile), as: UTF8.self)
    try writeFile(optionFile, [UInt8](right.replacing("/socket", with: "/none").utf8))
    let process = try start("maildir:\(bench.folder.path)/mail", optionFile: optionFile)
    try bench.wait { try bench.text("log").contains("event=failed") }
    #expect(process.isRunning)
    try writeFile(optionFile, [UInt8](right.utf8))
    try bench.wait { try bench.state(id) == "sent" }
    try stop(process)
    #expect(try bench.text("log").contains("event=database_answers_again"))
  }

  @Test func `its connection lost, it opens another`() throws {
    let process = try start("maildir:\(bench.folder.path)/mail")
    try bench.wait { try bench.text("log").contains("event=started") }
    var killed = 0
    try bench.wait {
      let rows = try bench.place.open().rows(
        """
        SELECT ID AS id FROM information_schema.PROCESSLIST
        WHERE DB = ? AND ID <> CONNECTION_ID()
        """, bench.place.name)
      for row in rows {
        try? bench.place.open().administer("KILL \(try row["id"] as Int)")
        killed += 1
      }
      return killed > 0
    }
    let id = try bench.add()
    try bench.wait { try bench.state(id) == "sent" }
    try stop(process)
  }

  @Test func `housekeeping is done at start`() throws {
    try bench.place.open().administer(
      """
      INSERT INTO throttle_events (subject, at)
      VALUES (REPEAT('x', 32), UTC_TIMESTAMP() - INTERVAL 2 DAY)
      """)
    let process = try start("maildir:\(bench.folder.path)/mail")
    try bench.wait {
      try bench.place.open().count("SELECT COUNT(*) AS n FROM throttle_events") == 0
    }
    try stop(process)
    #expect(try bench.text("log").contains("event=housekeeping deleted=throttle_events count=1"))
  }

  @Test func `a setting that makes no sense ends it at once, with a line`() throws {
    let process = try start("smtp:localhost")
    process.waitUntilExit()
    #expect(process.terminationStatus == 78)
    #expect(try bench.text("log").contains("MAIL_DELIVERY"))
  }
}

/// The programs of one test: none outlives it, even where it failed halfway.
private final class Started: Sendable {
  private let processes = Mutex<[Process]>([])

  func add(_ process: Process) { processes.withLock { $0.append(process) } }

  deinit {
    for process in processes.withLock({ $0 }) where process.isRunning {
      kill(process.processIdentifier, SIGKILL)
    }
  }
}
