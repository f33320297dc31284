// The outbox as `mailer` sees it: who moves a mail from one state to the next.
//
//   waiting ──claim──► sending ──markSent──► sent
//      ▲                 │  │
//      │                 │  └──claim, once its time ran out──► sending, with one more attempt
//      └────giveBack─────┘──giveBack or claim, after the last try──► abandoned
//
// A claimed mail's `next_attempt_at` is the end of its claim: what the mailer that died had in hand
// is found by the same index as what waits.

import MariaDB

/// A mail that is this mailer's to hand over, until its claim runs out.
struct ClaimedMail: Sendable {
  let id: Int
  let messageID: String
  let kind: String
  let recipient: String
  let subject: String
  /// With the token in its place.
  let body: String
  /// 1 at the first try.
  let attempt: Int
  /// Now, in the form of RFC 5322 and Japan's time.
  let date: String
}

/// What a look into the queue found.
enum Claim: Sendable {
  case nothing
  case mail(ClaimedMail)
  /// A mail given up, since every try ended without a word.
  case abandoned(id: Int, kind: String)
}

struct MailQueue {
  let database: Database
  /// Seconds to wait after the first failure, the second, …; after one more try it is over.
  let pauses: [Int]

  /// Takes one due mail for so many seconds. Two mailers never take the same one, since the row is
  /// locked while it changes hands; a row that another one has locked is passed over.
  func claim(seconds: Int) throws -> Claim {
    try database.transaction { transaction in
      // Read without locks first, then each by its key: no gap is locked in which a screen wants
      // to write its mail.
      let due = try transaction.rows(
        """
        (SELECT id FROM outbox WHERE state = 'sending' AND next_attempt_at <= UTC_TIMESTAMP()
          ORDER BY next_attempt_at, id LIMIT 8)
        UNION ALL
        (SELECT id FROM outbox WHERE state = 'waiting' AND next_attempt_at <= UTC_TIMESTAMP()
          ORDER BY next_attempt_at, id LIMIT 8)
        """)
      for row in due {
        if let claim = try take(row["id"], seconds, transaction) { return claim }
      }
      return .nothing
    }
  }

  private func take(_ id: Int, _ seconds: Int, _ transaction: Transaction) throws -> Claim? {
    let found = try transaction.first(
      """
      SELECT message_id, kind, recipient, subject, body, token, attempts,
        DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 9 HOUR, '%a, %d %b %Y %H:%i:%s +0900', 'en_US')
          AS date
      FROM outbox
      WHERE id = ? AND state IN ('waiting', 'sending') AND next_attempt_at <= UTC_TIMESTAMP()
      FOR UPDATE SKIP LOCKED
      """, id)
    guard let found else { return nil }
    let attempts: Int = try found["attempts"]
    let kind: String = try found["kind"]
    guard attempts <= pauses.count else {
      try transaction.run(
        """
        UPDATE outbox SET state = 'abandoned', claimed_until = NULL,
          last_error = 'the mailer ended during every try' WHERE id = ?
        """, id)
      return .abandoned(id: id, kind: kind)
    }
    try transaction.run(
      """
      UPDATE outbox SET state = 'sending', attempts = attempts + 1,
        claimed_until = UTC_TIMESTAMP() + INTERVAL ? SECOND, next_attempt_at = claimed_until
      WHERE id = ?
      """, seconds, id)
    let token: String? = try found["token"]
    let body: String = try found["body"]
    return .mail(
      ClaimedMail(
        id: id, messageID: try found["message_id"], kind: kind,
        recipient: try found["recipient"], subject: try found["subject"],
        body: token.map { body.replacing(OutgoingMail.tokenMark, with: $0) } ?? body,
        attempt: attempts + 1, date: try found["date"]))
  }

  /// The mail was handed over: that is so whoever has the claim by now. The token is erased; the
  /// body never held it.
  func markSent(_ id: Int) throws {
    _ = try database.transaction { transaction in
      try transaction.run(
        """
        UPDATE outbox SET state = 'sent', sent_at = UTC_TIMESTAMP(), token = NULL,
          claimed_until = NULL, last_error = NULL
        WHERE id = ? AND state <> 'sent'
        """, id)
    }
  }

  /// The mail could not be handed over: it waits for its next try, or is abandoned after the last
  /// one, or at once where no try can succeed. Does nothing where the claim ran out and another
  /// mailer has the mail now.
  /// - Returns: the seconds until the next try; nil for none.
  func giveBack(_ mail: ClaimedMail, _ failure: DeliveryFailure) throws -> Int? {
    let reason = String(failure.description.prefix(200))
    let pause = mail.attempt <= pauses.count ? pauses[mail.attempt - 1] : nil
    guard let pause, !failure.isFinal else {
      _ = try database.transaction { transaction in
        try transaction.run(
          """
          UPDATE outbox SET state = 'abandoned', claimed_until = NULL, last_error = ?
          WHERE id = ? AND state = 'sending' AND attempts = ?
          """, reason, mail.id, mail.attempt)
      }
      return nil
    }
    _ = try database.transaction { transaction in
      try transaction.run(
        """
        UPDATE outbox SET state = 'waiting', claimed_until = NULL, last_error = ?,
          next_attempt_at = UTC_TIMESTAMP() + INTERVAL ? SECOND
        WHERE id = ? AND state = 'sending' AND attempts = ?
        """, reason, pause, mail.id, mail.attempt)
    }
    return pause
  }
}
