// What housekeeping deletes, and what it leaves.

import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership

@Suite struct MailHousekeepingTests {
  let place: TestDatabase

  init() throws { place = try TestDatabase() }

  /// Rows of one table, the old first: an INSERT whose `{age}` stands for a moment so long ago.
  private func insert(_ sql: String, ages: [String]) throws {
    for (index, age) in ages.enumerated() {
      try place.open().administer(
        sql.replacing("{age}", with: "UTC_TIMESTAMP() - INTERVAL \(age)")
          .replacing("{n}", with: "UNHEX(SHA2('\(index)', 256))")
          .replacing("{i}", with: "\(index)"))
    }
  }

  private func left(_ sql: StaticString) throws -> Int { try place.open().count(sql) }

  private func sweep() throws -> [String: Int] {
    let deleted = try Housekeeping(
      place.open(), draftKeep: 7 * 86_400, mailKeep: 90 * 86_400
    ).run()
    return Dictionary(uniqueKeysWithValues: deleted.map { ($0.name, $0.count) })
  }

  @Test func `drafts and tokens go seven days after they ran out`() throws {
    let ages = ["8 DAY", "10079 MINUTE", "-1 DAY"]
    try insert(
      """
      INSERT INTO tokens (token_hash, purpose, email, email_key, created_at, expires_at)
      VALUES ({n}, 'reset', 'a', 'a', NOW(), {age})
      """, ages: ages)
    try insert(
      """
      INSERT INTO drafts (token_id, cookie_hash, form, password_hash, created_at, expires_at)
      VALUES ({i}, {n}, '', '', NOW(), {age})
      """, ages: ages)
    #expect(try sweep() == ["drafts": 1, "tokens": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM tokens") == 2)
    #expect(try left("SELECT COUNT(*) AS n FROM drafts") == 2)
    #expect(try sweep() == [:])
  }

  @Test func `sessions go a day after their end`() throws {
    try insert(
      """
      INSERT INTO sessions (token_hash, stage, created_at, seen_at, idle_seconds, expires_at,
        client_address) VALUES ({n}, 'registering', NOW(), NOW(), 1, {age}, '')
      """, ages: ["25 HOUR", "23 HOUR", "-1 HOUR"])
    #expect(try sweep() == ["sessions": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM sessions") == 2)
  }

  @Test func `throttles go after a day, a pause that lasts stays`() throws {
    let ages = ["25 HOUR", "23 HOUR"]
    try insert("INSERT INTO throttle_events (subject, at) VALUES ({n}, {age})", ages: ages)
    try insert("INSERT INTO throttle_subjects (subject, at) VALUES ({n}, {age})", ages: ages)
    try insert(
      "INSERT INTO login_failures (subject, failures, updated_at) VALUES ({n}, 5, {age})",
      ages: ages + ["26 HOUR"])
    try place.open().administer(
      """
      UPDATE login_failures SET paused_until = UTC_TIMESTAMP() + INTERVAL 5 MINUTE,
        updated_at = updated_at WHERE updated_at < UTC_TIMESTAMP() - INTERVAL 1530 MINUTE
      """)
    let deleted = try sweep()
    #expect(deleted == ["throttle_events": 1, "throttle_subjects": 1, "login_failures": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM login_failures") == 2)
  }

  @Test func `withheld mails go after a day, all others stay`() throws {
    for state in ["withheld", "sent", "waiting", "sending"] {
      for age in ["2 DAY", "1 HOUR"] {
        try place.open().administer(
          """
          INSERT INTO outbox (message_id, kind, recipient, subject, body, token, state,
            next_attempt_at, created_at)
          VALUES (LEFT(SHA2('\(state) \(age)', 256), 32), 'reset', '', '', '', 'x', '\(state)',
            UTC_TIMESTAMP() - INTERVAL \(age), UTC_TIMESTAMP() - INTERVAL \(age))
          """)
      }
    }
    #expect(try sweep() == ["withheld mails": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM outbox WHERE state = 'withheld'") == 1)
    #expect(try left("SELECT COUNT(*) AS n FROM outbox") == 7)
  }

  /// A mail with the number {i} + 1 that came to this state so long ago.
  private func insertMails(_ state: String, ages: [String]) throws {
    try insert(
      """
      INSERT INTO outbox (id, message_id, kind, recipient, subject, body, state, next_attempt_at,
        created_at)
      VALUES ({i} + 1, LEFT(HEX({n}), 32), 'completed', '', '', '', '\(state)', {age}, {age})
      """, ages: ages)
  }

  @Test(arguments: [
    ("sent", "sent mails", "91 DAY", "89 DAY"),
    ("abandoned", "abandoned mails", "366 DAY", "364 DAY"),
  ])
  func `mails go when they were kept long enough`(
    state: String, name: String, old: String, young: String
  ) throws {
    try insertMails(state, ages: [old, young, old, "1 DAY"])
    #expect(try sweep() == [name: 2])
    #expect(try left("SELECT COUNT(*) AS n FROM outbox WHERE id IN (2, 4)") == 2)
    #expect(try sweep() == [:])
  }

  @Test func `mails that are on their way stay, however old`() throws {
    try insertMails("waiting", ages: ["400 DAY"])
    try place.open().administer("UPDATE outbox SET id = 9, message_id = REPEAT('9', 32)")
    try insertMails("sending", ages: ["400 DAY"])
    #expect(try sweep() == [:])
    #expect(try left("SELECT COUNT(*) AS n FROM outbox") == 2)
  }

  @Test func `an old mail that is sent again meanwhile stays`() async throws {
    try insertMails("sent", ages: ["91 DAY"])
    let place = place
    async let clerk: Void = onThread {
      let watcher = place.open()
      try place.open().transaction { transaction in
        try transaction.run("UPDATE outbox SET state = 'waiting' WHERE id = 1")
        // Housekeeping has found the mail, and waits for its row.
        try waitUntil {
          try watcher.count(
            """
            SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST
            WHERE DB = DATABASE() AND INFO LIKE 'DELETE o FROM outbox%'
            """) == 1
        }
      }
    }
    let database = place.open()
    while try !database.rows("SELECT id FROM outbox WHERE id = 1 FOR UPDATE SKIP LOCKED").isEmpty {
      // The clerk needs a thread to begin on: other tests may have taken all but this one.
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(try sweep() == [:])
    try await clerk
    #expect(try left("SELECT COUNT(*) AS n FROM outbox") == 1)
  }

  @Test func `an abandoned mail loses its token with the days`() throws {
    try insert(
      """
      INSERT INTO outbox (message_id, kind, recipient, subject, body, token, state,
        next_attempt_at, created_at)
      VALUES (LEFT(HEX({n}), 32), 'reset', '', '', '', 'x', 'abandoned', {age}, {age})
      """, ages: ["8 DAY", "6 DAY"])
    #expect(try sweep() == ["tokens of abandoned mails": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM outbox WHERE token IS NOT NULL") == 1)
  }

  @Test func `the sign-in history reaches back a year`() throws {
    try place.open().administer(
      "INSERT INTO accounts (id, number, kind) VALUES (1, 'M1', 'member')")
    try insert(
      """
      INSERT INTO logins (account_id, at, outcome, client_address) VALUES (1, {age}, 'opened', '')
      """, ages: ["366 DAY", "364 DAY", "1 DAY"])
    #expect(try sweep() == ["logins": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM logins") == 2)
  }

  @Test func `uploaded lists go after a day, and their lines with them`() throws {
    try insert(
      "INSERT INTO imports (id, state, created_at) VALUES ({i} + 1, 'staged', {age})",
      ages: ["25 HOUR", "23 HOUR"])
    try insert(
      """
      INSERT INTO import_lines (import_id, line, number, family_name, given_name,
        family_name_kana, given_name_kana, postal_code, prefecture, address, email)
      VALUES ({i} + 1, 2, '{i}', '日医', '太郎', '', '', '', '', '', '')
      """, ages: ["", ""])
    #expect(try sweep() == ["imports": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM import_lines") == 1)
    #expect(try left("SELECT COUNT(*) AS n FROM imports WHERE id = 2") == 1)
  }

  @Test func `consents go after 30 days unless an account has them`() throws {
    try insert(
      """
      INSERT INTO consents (version, text_hash, agreed_at, client_address)
      VALUES ('1', {n}, {age}, '')
      """, ages: ["31 DAY", "29 DAY", "400 DAY"])
    try place.open().administer(
      "INSERT INTO accounts (id, number, kind) VALUES (1, 'M1', 'member')")
    try place.open().administer(
      "UPDATE consents SET account_id = 1 WHERE agreed_at < NOW() - INTERVAL 1 YEAR")
    #expect(try sweep() == ["consents": 1])
    #expect(try left("SELECT COUNT(*) AS n FROM consents") == 2)
  }

  @Test func `thousands go in portions, and a stop is obeyed between two`() throws {
    let old = "UTC_TIMESTAMP() - INTERVAL 2 DAY"
    let rows = Array(repeating: "(REPEAT('x', 32), \(old))", count: 1_250).joined(separator: ",")
    try place.open().administer("INSERT INTO throttle_events (subject, at) VALUES \(rows)")
    // Each task asks once before each portion; drafts, tokens and sessions come first.
    var questions = 0
    let housekeeping = Housekeeping(place.open(), draftKeep: 1, mailKeep: 1)
    let part = try housekeeping.run {
      questions += 1
      return questions > 5
    }
    #expect(part.map(\.count) == [1_000])
    #expect(try left("SELECT COUNT(*) AS n FROM throttle_events") == 250)
    #expect(try sweep() == ["throttle_events": 250])
  }

  @Test func `a row that somebody has locked holds nothing up for long`() throws {
    try insert(
      "INSERT INTO throttle_subjects (subject, at) VALUES ({n}, {age})", ages: ["2 DAY", "1 HOUR"])
    let database = place.open()
    try database.transaction { transaction in
      // A request counts its mails: its row is younger than a day, and not waited for.
      _ = try transaction.rows(
        """
        SELECT subject FROM throttle_subjects WHERE subject = UNHEX(SHA2('1', 256)) FOR UPDATE
        """)
      #expect(try sweep() == ["throttle_subjects": 1])
    }
  }
}

/// Waits until something holds, at most 20 s.
private func waitUntil(_ condition: () throws -> Bool) throws {
  let deadline = monotonicMicroseconds() + 20_000_000
  while try !condition() {
    try #require(monotonicMicroseconds() < deadline)
    sleepMilliseconds(20)
  }
}
