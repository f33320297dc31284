// mailer - hand the outbox's mails to the mail system, and delete what has had its time.
//
//   mailer          runs until SIGTERM, which it obeys after the mail in hand
//   mailer --once   does what is due now, and ends: for cron, where no program may stay
//
// Reads the settings (MAIL_*, HOUSEKEEPING_SECONDS, DRAFT_KEEP_SECONDS) once, at start.
// Claims, hands over and marks rows of outbox; deletes old drafts, tokens, sessions, throttle rows,
// old mails and unbound consents. Any number may run, on any number of hosts.
// Mail goes to MAIL_DELIVERY: sendmail:/PROGRAM or maildir:/FOLDER.
// Logs one line an event to standard error, with numbers and kinds of mails, never an address.
// While the database is away it waits, up to 30 s between two tries. Ends with 78 where settings or
// the database's tables are not what it needs.

import MariaDB
import Membership
import Platform

@main
struct MailerProgram {
  static func main() {
    watchForTermination()
    do {
      let post = try Post(Settings.load())
      switch CommandLine.arguments.dropFirst() {
      case []: post.run()
      case ["--once"]: post.runOnce()
      default:
        note(.error, "not_started", [("error", "usage: mailer [--once]")])
        leave(status: 64)
      }
    } catch {
      note(.error, "not_started", [("error", "\(error)")])
      leave(status: 78)
    }
  }
}

/// The loop around mailer and housekeeping.
private struct Post {
  /// Milliseconds after a failure of the database; doubled up to the second value.
  static let pause = (first: 500, most: 30_000)
  /// How long a mail that was handed over may wait for its mark when the program is to end:
  /// supervisors kill after ten seconds.
  static let lastWords = 8_000

  let settings: MailSettings
  let mailer: Mailer
  let housekeeping: Housekeeping
  let database: Database
  let counters: ProgramCounters?

  init(_ all: Settings) throws {
    settings = try MailSettings(all)
    let database = Database(all.database, whenOpened: Schema.check)
    let counters = ProgramCounters(all, program: "mailer")
    mailer = try Mailer(
      database, Sender(all, contactLines: ""), settings.delivery, lease: settings.lease,
      pauses: settings.pauses
    ) { noteMail($0, counters) }
    self.database = database
    self.counters = counters
    housekeeping = Housekeeping(
      database, draftKeep: settings.draftKeep, mailKeep: settings.mailKeep)
  }

  func run() {
    note(.info, "started")
    var swept: Int?
    var pause = 0
    while !isTerminationAsked {
      do {
        if swept.map({ monotonicMicroseconds() - $0 > settings.housekeeping * 1_000_000 }) ?? true {
          try sweep()
          swept = monotonicMicroseconds()
        }
        let worked = try mailer.sendNext()
        count()
        if pause > 0 { note(.info, "database_answers_again") }
        pause = 0
        if !worked { sleepUnlessAsked(milliseconds: settings.poll) }
      } catch let unknown as UnknownSchema {
        // After it has worked: whoever starts programs puts the one of today in its place.
        unknown.report("mailer")
        leave(status: swept == nil ? 78 : 0)
      } catch {
        counters?.count(database.use.take())
        pause = min(max(pause * 2, Self.pause.first), Self.pause.most)
        note(.error, "failed", [("error", "\(error)"), ("next_try_ms", "\(pause)")])
        sleepUnlessAsked(milliseconds: pause)
      }
    }
    settle()
    note(.info, "ended")
  }

  /// One round. A failure is left to the next one: what was not done is still due then.
  func runOnce() {
    do {
      defer { settle() }
      try sweep()
      while try !isTerminationAsked && mailer.sendNext() {}
    } catch {
      note(.error, "failed", [("error", "\(error)")])
      leave(status: 1)
    }
  }

  private func sweep() throws {
    for (name, count) in try housekeeping.run(until: { isTerminationAsked }) {
      note(.info, "housekeeping", [("deleted", name), ("count", "\(count)")])
    }
    counters?.set(.sweptAt, to: secondsNow())
  }

  /// A turn is done: alive, and so much was asked of the database.
  private func count() {
    counters?.set(.turnedAt, to: secondsNow())
    counters?.count(database.use.take())
  }

  private func settle() {
    let end = monotonicMicroseconds() + Self.lastWords * 1_000
    while monotonicMicroseconds() < end {
      do {
        return try mailer.settle()
      } catch {
        sleepMilliseconds(Self.pause.first)
      }
    }
    note(.error, "sent_but_not_marked")
  }
}

/// One line in the log.
private func note(
  _ level: LogLevel, _ event: StaticString, _ fields: [(key: StaticString, value: String)] = []
) {
  log(level, event, program: "mailer", fields)
}

/// One line for one try of a mail.
private func noteMail(_ event: MailEvent, _ counters: ProgramCounters?) {
  var fields: [(key: StaticString, value: String)] = [
    ("mail", "\(event.id)"), ("kind", event.kind), ("try", "\(event.attempt)"),
    ("reason", event.reason),
  ]
  switch event.end {
  case .sent:
    counters?.add(1, to: .mailsSent)
    note(.info, "mail_sent", fields)
  case .refused(let again):
    fields.append(("next_try_s", "\(again)"))
    counters?.add(1, to: .mailsRefused)
    note(.warning, "mail_refused", fields)
  case .abandoned:
    counters?.add(1, to: .mailsAbandoned)
    note(.error, "mail_abandoned", fields)
  }
}
