// /metrics: who may read it, what it says, and that it says it without the database.

import FastCGI
import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import metrics

@Suite struct MetricsTests {
  let site: Site
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    site = try Site.shared.get().with(["METRICS_DIR": folder.path])
  }

  func text(_ site: Site) throws -> String {
    let answer = try Visitor(site, client: "127.0.0.1").get(MetricsScreen.self, "/metrics")
    try #require(answer.status == 200)
    return answer.text
  }

  /// The value of a figure, its labels included.
  func figure(_ name: String, _ text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.map { String($0.dropFirst(name.count + 1)) }
  }

  func counters(_ program: String) throws -> ProgramCounters {
    try #require(ProgramCounters(site.settings, program: program))
  }

  @Test func `it is Prometheus' text form, never kept`() throws {
    let response = try Visitor(site, client: "::1").get(MetricsScreen.self, "/metrics").response
    #expect(response.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    #expect(response.header("Cache-Control") == "no-store")
  }

  @Test func `requests are counted by handler and status, failures by themselves`() throws {
    let login = try counters("login")
    for status in [303, 303, 422, 500, 503, 999] {
      login.count(DoneRequest(status: status, microseconds: 7_000), DatabaseUse.Amount())
    }
    let text = try text(site)
    #expect(figure(#"mamis_requests_total{handler="login",status="303"}"#, text) == "2")
    #expect(figure(#"mamis_requests_total{handler="login",status="422"}"#, text) == "1")
    #expect(figure(#"mamis_requests_total{handler="login",status="404"}"#, text) == nil)
    // A status that there is not stands for a failure inside.
    #expect(figure(#"mamis_requests_total{handler="login",status="500"}"#, text) == "2")
    #expect(figure(#"mamis_request_errors_total{handler="login"}"#, text) == "3")
    #expect(figure(#"mamis_program_starts_total{program="login"}"#, text) == "1")
  }

  @Test func `the times of requests are a histogram`() throws {
    let terms = try counters("terms")
    for time in [1, 5_000, 5_001, 900_000, 11_000_000] {
      terms.count(DoneRequest(status: 200, microseconds: time), DatabaseUse.Amount())
    }
    let text = try text(site)
    let name = "mamis_request_seconds"
    for (bound, count) in [
      ("0.005", "2"), ("0.01", "3"), ("0.5", "3"), ("1", "4"), ("10", "4"), ("+Inf", "5"),
    ] {
      #expect(figure(#"\#(name)_bucket{handler="terms",le="\#(bound)"}"#, text) == count)
    }
    #expect(figure(#"\#(name)_count{handler="terms"}"#, text) == "5")
    #expect(figure(#"\#(name)_sum{handler="terms"}"#, text) == "11.910002")
  }

  @Test func `what is asked of the database is counted, and how it failed`() throws {
    let database = site.place.open()
    _ = try database.count("SELECT 1 AS n")
    #expect(throws: DatabaseError.self) { try database.count("SELECT nothing AS n") }
    let used = database.use.take()
    // connect, prepare, execute; prepare
    #expect(used.statements == 4)
    #expect((used.others, used.unreachable, used.conflicts) == (1, 0, 0))
    #expect(used.microseconds > 0)
    #expect(database.use.take().statements == 0, "counted once")
    let mypage = try counters("mypage")
    mypage.count(used)
    let lost = try site.dark().services().database
    #expect(throws: DatabaseError.self) { try lost.count("SELECT 1 AS n") }
    mypage.count(lost.use.take())
    let text = try text(site)
    let name = "mamis_database_failures_total"
    #expect(figure(#"mamis_database_statements_total{program="mypage"}"#, text) == "5")
    #expect(figure(#"\#(name){program="mypage",kind="other"}"#, text) == "1")
    #expect(figure(#"\#(name){program="mypage",kind="unreachable"}"#, text) == "1")
  }

  @Test func `the outbox, pauses, sessions and stages are told`() throws {
    let site = try Site(try TestDatabase(migrated: false), [:])
    let before = try text(site)
    for (state, age) in [("waiting", 3600), ("waiting", 60), ("abandoned", 90_000), ("sent", 5)] {
      try site.change(
        """
        INSERT INTO outbox (message_id, kind, recipient, subject, body, state, next_attempt_at,
          created_at)
        VALUES (REPLACE(UUID(), '-', ''), 'test', 'a@example.jp', '', '', ?, NOW(),
          NOW() - INTERVAL ? SECOND)
        """, state, age)
    }
    for (subject, pause) in [("a", 30), ("b", -30)] {
      try site.change(
        """
        INSERT INTO login_failures (subject, failures, paused_until, updated_at)
        VALUES (?, 6, NOW(3) + INTERVAL ? SECOND, NOW())
        """, Throttle.subject("login", subject), pause)
    }
    // As if the time had come to count anew.
    try site.change("DELETE FROM office_figures")
    let told = try text(site)
    #expect(figure("mamis_database_up", told) == "1")
    #expect(Int(figure("mamis_schema_version", told) ?? "") ?? 0 >= 9)
    #expect(figure(#"mamis_mails{state="waiting"}"#, told) == "2")
    #expect(figure(#"mamis_mails{state="sending"}"#, told) == "0")
    #expect(figure(#"mamis_mails{state="abandoned"}"#, told) == "1")
    let age = Int(figure(#"mamis_mail_oldest_seconds{state="waiting"}"#, told) ?? "") ?? 0
    #expect((3600..<4000).contains(age))
    #expect(figure("mamis_login_pauses", told) == "1")

    let applicant = try site.doctor()
    _ = try site.postcardMember()
    _ = try site.signedIn(applicant.loginID)
    try site.change("DELETE FROM office_figures")
    let after = try text(site)
    for name in [
      #"mamis_sessions{stage="doctor"}"#, #"mamis_accounts{status="doctor"}"#,
      #"mamis_members_reached{stage="issued"}"#,
    ]
      + ["issued", "agreed", "confirmed", "registered"].map({
        #"mamis_registrations_last_hour{stage="\#($0)"}"#
      })
    {
      #expect(figure(name, before) == "0", "\(name)")
      #expect(figure(name, after) == "1", "\(name)")
    }
  }

  @Test func `what the group monitor is granted is enough`() throws {
    #expect(try text(GrantedSite.shared.get().site).contains("mamis_database_up 1"))
  }

  @Test func `without the database the programs' figures are there all the same`() throws {
    try counters("login").count(DoneRequest(status: 503, microseconds: 1), DatabaseUse.Amount())
    let text = try text(site.dark())
    #expect(figure("mamis_database_up", text) == "0")
    #expect(figure(#"mamis_requests_total{handler="login",status="503"}"#, text) == "1")
    #expect(!text.contains("mamis_schema_version"))
  }

  @Test func `other networks are refused, whatever they claim`() throws {
    for client in ["192.0.2.7", "", "::ffff:192.0.2.7", "128.0.0.1"] {
      let claims = ["HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"]
      let answer = try Visitor(site, client: client).get(MetricsScreen.self, "/metrics", claims)
      #expect(answer.status == 403)
      #expect(!answer.text.contains("mamis_"))
    }
    let open = try site.with(["METRICS_FROM": "192.0.2.0/24, 2001:db8::/32"])
    for (client, status) in [("192.0.2.7", 200), ("2001:db8::9", 200), ("127.0.0.1", 403)] {
      let answer = try Visitor(open, client: client).get(MetricsScreen.self, "/metrics")
      #expect(answer.status == status, "\(client)")
    }
    #expect(throws: SettingsError.self) { try site.with(["METRICS_FROM": "everybody"]) }
  }

  @Test func `a file that no program of ours wrote is no label`() throws {
    _ = try counters("login")
    let whole = try readFile(folder.path + "/login.counters")
    for name in [#"x"} 1 # .counters"#, "UPPER.counters", "login.bak", ".counters"] {
      try writeFile("\(folder.path)/\(name)", whole)
    }
    try writeFile(folder.path + "/short.counters", [1, 2, 3])
    try writeFile(folder.path + "/other.counters", [UInt8](repeating: 9, count: 4800))
    let starts = try text(site).split(separator: "\n").filter {
      $0.hasPrefix("mamis_program_starts_total{")
    }
    #expect(starts == [#"mamis_program_starts_total{program="login"} 1"#])
  }

  @Test func `without the folder nothing is counted and nothing fails`() throws {
    let bare = try site.with(["METRICS_DIR": folder.path + "/none"])
    #expect(ProgramCounters(bare.settings, program: "login") == nil)
    #expect(try text(bare).contains("mamis_database_up 1"))
  }
}
