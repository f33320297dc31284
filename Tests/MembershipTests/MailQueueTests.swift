// The outbox and its states, on a real database.

import Foundation
import MariaDB
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Membership

@Suite struct MailQueueTests {
  let bench: MailBench

  init() throws { bench = try MailBench() }

  @Test func `a mail is sent once, with its token, which is erased then`() throws {
    let token = Secret()
    let id = try bench.add(token: token)
    let mailer = try bench.mailer(bench.maildir)
    #expect(try mailer.sendNext())
    #expect(try !mailer.sendNext())
    let messages = try bench.delivered()
    #expect(messages.count == 1)
    let message = try ReadMessage(try #require(messages.first))
    #expect(message.body == "https://members.example.jp/register?token=\(token.forURL)\r\n")
    let row = try bench.row(id)
    #expect(try row["state"] == "sent")
    #expect(try row["token"] == String?.none)
    #expect(try row["sent_at"] as String? != nil)
    #expect(try row["claimed_until"] == String?.none)
    #expect(try row["attempts"] == 1)
    let body: String = try row["body"]
    #expect(!body.contains(token.forURL))
    let messageID: String = try row["message_id"]
    #expect(messageID.count == 32)
    #expect(message.headers["Message-ID"] == "<\(messageID)@members.example.jp>")
  }

  @Test func `the date is Japan's, in the form of RFC 5322, and now`() throws {
    try bench.add()
    #expect(try bench.mailer(bench.maildir).sendNext())
    let message = try ReadMessage(try #require(try bench.delivered().first))
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
    let text = try #require(message.headers["Date"])
    let date = try #require(format.date(from: text))
    #expect(text.hasSuffix(" +0900"))
    #expect(abs(date.timeIntervalSinceNow) < 60)
  }

  @Test func `a mail whose transaction failed does not exist`() throws {
    struct Refused: Error {}
    #expect(throws: Refused.self) {
      try bench.place.open().transaction { transaction in
        try Outbox.add(
          OutgoingMail(.registered, to: "a@example.jp", subject: "s", body: "b"), in: transaction)
        throw Refused()
      }
    }
    #expect(try bench.place.open().count("SELECT COUNT(*) AS n FROM outbox") == 0)
  }

  @Test func `a withheld mail is never sent and keeps neither address nor token`() throws {
    let mail = OutgoingMail(
      .passwordReset, to: "stranger@example.jp", subject: "s", body: "{token}", token: Secret())
    try bench.place.open().transaction { try Outbox.withhold(mail, in: $0) }
    #expect(try !bench.mailer(bench.maildir).sendNext())
    let row = try #require(
      try bench.place.open().first("SELECT state, recipient, token FROM outbox"))
    #expect(try row["state"] == "withheld")
    #expect(try row["recipient"] == "")
    #expect(try row["token"] == String?.none)
  }

  @Test func `text that looks like the token's place stays as it was typed`() throws {
    try bench.add(token: nil, body: "質問：{token}とは\n")
    #expect(try bench.mailer(bench.maildir).sendNext())
    #expect(
      try ReadMessage(try #require(try bench.delivered().first)).body == "質問：{token}とは\r\n")
  }

  @Test func `the oldest goes first`() throws {
    for number in 1...5 {
      let id = try bench.add(subject: "mail \(number)")
      try bench.place.open().administer(
        "UPDATE outbox SET next_attempt_at = '2026-01-0\(6 - number)' WHERE id = \(id)")
    }
    var ids: [Int] = []
    let mailer = try bench.mailer(bench.maildir) { ids.append($0.id) }
    while try mailer.sendNext() {}
    #expect(ids == ids.sorted(by: >) && ids.count == 5)
  }

  @Test func `a refused mail waits longer each time and is abandoned after the last`() throws {
    let id = try bench.add()
    var ends: [MailEvent.End] = []
    let mailer = try bench.mailer(bench.sendmail("exit 75")) { ends.append($0.end) }
    let pauses = [60, 300, 1800, 7200, 21600, 86400]
    for (index, pause) in pauses.enumerated() {
      #expect(try mailer.sendNext())
      #expect(try !mailer.sendNext())
      let row = try bench.row(id)
      #expect(try row["state"] == "waiting")
      #expect(try row["attempts"] == index + 1)
      #expect(try row["last_error"] == "sendmail: status 75")
      #expect(try ((pause - 5)...pause).contains(row["pause"]))
      try bench.makeDue(id)
    }
    #expect(try mailer.sendNext())
    #expect(try bench.state(id) == "abandoned")
    try bench.makeDue(id)
    #expect(try !mailer.sendNext())
    #expect(ends == pauses.map { .refused(again: $0) } + [.abandoned])
    #expect(bench.calls() == 7)
  }

  @Test func `an abandoned mail is sent when it is asked for again`() throws {
    let id = try bench.add()
    #expect(try bench.mailer(bench.sendmail("exit 1"), pauses: []).sendNext())
    #expect(try bench.state(id) == "abandoned")
    let database = bench.place.open()
    #expect(try database.transaction { try Outbox.retry(id + 1, in: $0) } == 0)
    #expect(try database.transaction { try Outbox.retry(in: $0) } == 1)
    #expect(try bench.mailer(bench.maildir).sendNext())
    #expect(try bench.state(id) == "sent")
    #expect(try database.transaction { try Outbox.retry(id, in: $0) } == 0)
  }

  @Test func `an abandoned mail whose token is gone stays abandoned`() throws {
    let id = try bench.add()
    let database = bench.place.open()
    try database.administer("UPDATE outbox SET state = 'abandoned', token = NULL")
    #expect(try database.transaction { try Outbox.retry(id, in: $0) } == 0)
  }

  @Test(arguments: ["nobody", "", "a@example.jp\nBcc: b@example.jp"])
  func `a recipient that is no address is abandoned at once`(recipient: String) throws {
    let id = try bench.add(to: recipient)
    #expect(try bench.mailer(bench.sendmail()).sendNext())
    let row = try bench.row(id)
    #expect(try row["state"] == "abandoned")
    #expect(try row["last_error"] == "recipient: not an address")
    #expect(bench.calls() == 0)
  }

  @Test func `a claim that ran out is due again, one that holds is not`() throws {
    let id = try bench.add()
    let queue = MailQueue(database: bench.place.open(), pauses: [60, 60])
    let first = try #require(try queue.claim(seconds: 60).mail)
    let mailer = try bench.mailer(bench.maildir)
    #expect(try !mailer.sendNext())
    #expect(try bench.state(id) == "sending")
    try bench.makeDue(id)
    #expect(try mailer.sendNext())
    #expect(try bench.row(id)["attempts"] == 2)
    // The one that was slow has nothing to say any more.
    _ = try queue.giveBack(first, DeliveryFailure(description: "late"))
    #expect(try bench.state(id) == "sent")
  }

  @Test func `a slow failure does not take the mail from its new holder`() throws {
    let id = try bench.add()
    let queue = MailQueue(database: bench.place.open(), pauses: [60, 60])
    let first = try #require(try queue.claim(seconds: 60).mail)
    try bench.makeDue(id)
    _ = try #require(try queue.claim(seconds: 60).mail)
    _ = try queue.giveBack(first, DeliveryFailure(description: "late"))
    #expect(try bench.state(id) == "sending")
  }

  @Test func `a mail at which every mailer dies is abandoned in the end`() throws {
    let id = try bench.add()
    let queue = MailQueue(database: bench.place.open(), pauses: [60])
    for _ in 1...2 {
      _ = try #require(try queue.claim(seconds: 60).mail)
      try bench.makeDue(id)
    }
    var ends: [MailEvent.End] = []
    #expect(try bench.mailer(bench.maildir, pauses: [60]) { ends.append($0.end) }.sendNext())
    #expect(ends == [.abandoned])
    #expect(try bench.state(id) == "abandoned")
    #expect(try bench.delivered().isEmpty)
  }

  @Test func `what the database could not mark is marked later and not sent again`() throws {
    let id = try bench.add()
    let option = try String(decoding: readFile(bench.place.location.optionFile), as: UTF8.self)
    let file = bench.folder.path + "/client.cnf"
    try writeFile(file, [UInt8](option.replacing("[mamis]", with: "[client]").utf8))
    // The table is away when the mail has been taken.
    let mailer = try bench.mailer(
      bench.sendmail(
        "mariadb --defaults-file=\(file) \(bench.place.name) -e 'RENAME TABLE outbox TO away'"))
    #expect(throws: DatabaseError.self) { try mailer.sendNext() }
    #expect(throws: DatabaseError.self) { try mailer.sendNext() }
    try bench.place.open().administer("RENAME TABLE away TO outbox")
    #expect(try bench.state(id) == "sending")
    #expect(try !mailer.sendNext())
    #expect(try bench.state(id) == "sent")
    #expect(bench.calls() == 1)
  }

  @Test func `two mailers at once send each mail once`() async throws {
    let bench = self.bench
    let ids = try (1...60).map { try bench.add(subject: "mail \($0)") }
    let sent = SentMails()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...3 {
        group.addTask {
          try await onThread {
            let mailer = try bench.mailer(bench.sendmailOnce) { event in
              if event.end == .sent { sent.add(event.id) }
            }
            while try mailer.sendNext() {}
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(sent.ids == ids)
    #expect(try bench.text("subjects").split(separator: "\n").count == 60)
    #expect(try Set(bench.text("subjects").split(separator: "\n")).count == 60)
  }
}

extension MailBench {
  /// A sendmail that only notes the Message-ID: an appended line is whole.
  fileprivate var sendmailOnce: Delivery {
    .sendmail(
      path: "/bin/sh",
      arguments: ["-c", "grep ^Message-ID: >>\(folder.path)/subjects", "sendmail"])
  }
}

extension Claim {
  /// The mail that was claimed, if one was.
  fileprivate var mail: ClaimedMail? {
    if case .mail(let mail) = self { mail } else { nil }
  }
}

/// Numbers of mails, noted by several threads.
private final class SentMails: Sendable {
  private let list = Mutex<[Int]>([])
  var ids: [Int] { list.withLock { $0.sorted() } }
  func add(_ id: Int) { list.withLock { $0.append(id) } }
}
