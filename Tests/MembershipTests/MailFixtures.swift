// What the mail tests share: an outbox of their own, a sendmail that notes what it gets.

import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership

/// An outbox on a real database, and a folder for what is sent.
final class MailBench: Sendable {
  let place: TestDatabase
  let folder: TemporaryFolder

  init() throws {
    place = try TestDatabase()
    folder = try TemporaryFolder()
  }

  var maildir: Delivery { .maildir(path: folder.path + "/mail") }

  /// A mail with a token, as screens write it.
  @discardableResult
  func add(
    to address: String = "taro@example.jp", subject: String = "題名", token: Secret? = Secret(),
    body: String = "https://members.example.jp/register?token={token}\n"
  ) throws -> Int {
    let mail = OutgoingMail(.registration, to: address, subject: subject, body: body, token: token)
    return try place.open().transaction { try Outbox.add(mail, in: $0) }
  }

  func mailer(
    _ delivery: Delivery, lease: Int = 60, pauses: [Int] = [60, 300, 1800, 7200, 21600, 86400],
    report: @escaping (MailEvent) -> Void = { _ in }
  ) throws -> Mailer {
    try Mailer(
      place.open(), testSender, delivery, lease: lease, pauses: pauses, report: report)
  }

  /// The row of a mail, with `pause`: seconds until it is due.
  func row(_ id: Int) throws -> Row {
    try #require(
      try place.open().first(
        """
        SELECT state, attempts, token, body, recipient, last_error, message_id, sent_at,
          claimed_until, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), next_attempt_at) AS pause
        FROM outbox WHERE id = ?
        """, id))
  }

  func state(_ id: Int) throws -> String { try row(id)["state"] }

  /// Lets time pass for one mail: it is due, and a claim on it has run out.
  func makeDue(_ id: Int) throws {
    try place.open().administer(
      """
      UPDATE outbox SET next_attempt_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND,
        claimed_until = IF(claimed_until IS NULL, NULL, next_attempt_at) WHERE id = \(id)
      """)
  }

  /// The messages in the Maildir, read or not.
  func delivered() throws -> [[UInt8]] {
    try ["new", "cur"].flatMap { part -> [[UInt8]] in
      let path = "\(folder.path)/mail/\(part)"
      guard FileManager.default.fileExists(atPath: path) else { return [] }
      return try namesInFolder(path).map { try readFile("\(path)/\($0)") }
    }
  }

  /// A sendmail that appends a line to `calls`, keeps arguments and message, and then does `more`
  /// in the shell; `$D` is the folder.
  func sendmail(_ more: String = "") throws -> Delivery {
    let path = folder.path + "/sendmail"
    let script = """
      #!/bin/sh
      D=\(folder.path)
      cat >"$D/message.$$"
      printf '%s\\n' "$@" >"$D/arguments"
      mv "$D/message.$$" "$D/message"
      echo x >>"$D/calls"
      \(more)

      """
    try writeFile(path, [UInt8](script.utf8), mode: 0o700)
    return .sendmail(path: path, arguments: [])
  }

  func text(_ name: String) throws -> String {
    String(decoding: try readFile("\(folder.path)/\(name)"), as: UTF8.self)
  }

  /// How often sendmail was called.
  func calls() -> Int {
    ((try? text("calls")) ?? "").count { $0 == "x" }
  }

  /// Waits until `condition` holds, at most 20 s.
  func wait(until condition: () throws -> Bool, _ location: SourceLocation = #_sourceLocation)
    throws
  {
    let deadline = monotonicMicroseconds() + 20_000_000
    while try !condition() {
      try #require(monotonicMicroseconds() < deadline, sourceLocation: location)
      sleepMilliseconds(20)
    }
  }
}
