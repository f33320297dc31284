import FastCGI
import MariaDB
import Platform

/// What `/metrics` answers: what the programs of this host counted, and what the database holds.
public struct Metrics {
  private let services: Services

  public init(_ services: Services) {
    self.services = services
  }

  /// All figures. Without the database, those of the programs are told all the same.
  public func text(_ request: Request) -> String {
    var text = MetricsText()
    let programs = ProgramFigures.all(in: services.settings.metricsFolder)
    Self.addRequests(programs, to: &text)
    Self.addDatabase(programs, to: &text)
    if let mailer = programs.first(where: { $0.program == "mailer" }) {
      Self.addMailer(mailer, to: &text)
    }
    do {
      Self.add(try SystemFigures(services), to: &text)
    } catch {
      services.note(.error, "metrics.incomplete", request, [("reason", "\(error)")])
      text.add("mamis_database_up", .gauge, "Whether this host reaches the database.", 0)
    }
    return text.text
  }

  private static func addRequests(_ programs: [ProgramFigures], to text: inout MetricsText) {
    let handlers = programs.filter { $0.program != "mailer" }
    text.add(
      "mamis_requests_total", .counter, "Answers by handler and status.",
      handlers.flatMap { handler in
        handler.answers.map { answer in
          .init(
            labels: ["handler": handler.program, "status": "\(answer.status)"],
            value: "\(answer.count)")
        }
      })
    text.add(
      "mamis_request_errors_total", .counter, "Answers with a status of 500 or more.",
      by: "handler",
      handlers.map { handler in
        (
          handler.program,
          handler.answers.reduce(0) { $0 + ($1.status >= 500 ? $1.count : 0) }
        )
      })
    text.add(
      "mamis_request_seconds", .histogram, "From a request's arrival to its answer.",
      handlers.flatMap(times))
    text.add(
      "mamis_program_starts_total", .counter, "Processes started.", by: "program",
      programs.map { ($0.program, $0[.starts]) })
    text.add(
      "mamis_program_start_timestamp_seconds", .gauge, "When the newest process started.",
      by: "program", programs.map { ($0.program, $0[.startedAt]) })
  }

  /// The histogram of one handler.
  private static func times(_ handler: ProgramFigures) -> [MetricsText.Sample] {
    let times = handler.times
    let name = handler.program
    let buckets = zip(ProgramCounters.bounds, times.within).map { bound, count in
      MetricsText.Sample(
        suffix: "_bucket", labels: ["handler": name, "le": seconds(bound)], value: "\(count)")
    }
    return buckets + [
      .init(
        suffix: "_bucket", labels: ["handler": name, "le": "+Inf"], value: "\(times.count)"),
      .init(suffix: "_sum", labels: ["handler": name], value: seconds(handler[.microseconds])),
      .init(suffix: "_count", labels: ["handler": name], value: "\(times.count)"),
    ]
  }

  private static func addDatabase(_ programs: [ProgramFigures], to text: inout MetricsText) {
    text.add(
      "mamis_database_statements_total", .counter, "Statements sent to the database.",
      by: "program", programs.map { ($0.program, $0[.statements]) })
    text.add(
      "mamis_database_seconds_total", .counter, "Time spent waiting for the database.",
      programs.map {
        .init(labels: ["program": $0.program], value: seconds($0[.databaseMicroseconds]))
      })
    text.add(
      "mamis_database_failures_total", .counter, "Statements that the database did not carry out.",
      programs.flatMap { program in
        let kinds = [
          ("unreachable", program[.unreachable]), ("conflict", program[.conflicts]),
          ("other", program[.otherFailures]),
        ]
        return kinds.map { kind, count in
          MetricsText.Sample(
            labels: ["program": program.program, "kind": kind], value: "\(count)")
        }
      })
  }

  private static func addMailer(_ mailer: ProgramFigures, to text: inout MetricsText) {
    text.add(
      "mamis_mailer_turn_timestamp_seconds", .gauge, "When mailer last looked for mails.",
      mailer[.turnedAt])
    text.add(
      "mamis_housekeeping_timestamp_seconds", .gauge, "When mailer last cleared up.",
      mailer[.sweptAt])
    text.add(
      "mamis_mail_tries_total", .counter, "Mails handed to the mail system, by its answer.",
      by: "outcome",
      [
        ("sent", mailer[.mailsSent]), ("refused", mailer[.mailsRefused]),
        ("abandoned", mailer[.mailsAbandoned]),
      ])
  }

  private static func add(_ system: SystemFigures, to text: inout MetricsText) {
    text.add("mamis_database_up", .gauge, "Whether this host reaches the database.", 1)
    text.add("mamis_schema_version", .gauge, "The newest migration applied.", system.schema)
    text.add(
      "mamis_mails", .gauge, "Mails in the outbox that are not sent.", by: "state",
      system.mails.map { ($0.state, $0.count) })
    text.add(
      "mamis_mail_oldest_seconds", .gauge, "The age of the oldest mail of a state.", by: "state",
      system.mails.map { ($0.state, $0.oldest) })
    text.add(
      "mamis_login_pauses", .gauge, "Login IDs that have to wait after failures.", system.pauses)
    text.add(
      "mamis_sessions", .gauge, "Open sessions.", by: "stage",
      system.sessions.map { ($0.stage, $0.count) })
    text.add(
      "mamis_accounts", .gauge, "Accounts that are not on the way to registration.", by: "status",
      system.accounts.map { ($0.status, $0.count) })
    text.add(
      "mamis_members_reached", .gauge, "Members who came to this step or beyond.", by: "stage",
      system.reached.map { ($0.stage, $0.count) })
    text.add(
      "mamis_registrations_last_hour", .gauge, "People who took this step within the last hour.",
      by: "stage", system.lastHour.map { ($0.stage, $0.count) })
  }

  /// Microseconds as seconds: `2.5`, `0.000012`.
  private static func seconds(_ microseconds: Int) -> String {
    var fraction = padded(microseconds % 1_000_000, 6)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(microseconds / 1_000_000)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
