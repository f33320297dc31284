import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@testable import FastCGI
@testable import Membership
@testable import audit
@testable import inquiries

@Suite struct AuditTests {
  let site: Site

  init() throws {
    site = try Site.shared.get()
  }

  private func administrator() throws -> Visitor {
    try site.signedIn(try site.staff(isAdministrator: true))
  }

  private func show(_ visitor: Visitor, _ query: String) throws -> Answer {
    try visitor.get(AuditScreen.self, "/secretariat/audit" + query)
  }

  @Test func `it is filtered by action, person and day`() throws {
    let id = try site.staff()
    let clerk = try site.signedIn(id)
    #expect(try clerk.get(AuditScreen.self, "/secretariat/audit").status == 403)
    let visitor = try administrator()
    let person = "?person=" + id.replacing("%", with: "%25")
    let all = try show(visitor, person)
    #expect(all.text.contains("<td>ログイン（パスワード）</td>"))
    #expect(all.text.contains("<td>権限のない画面へのアクセス</td>"))
    let some = try show(visitor, person + "&action=access.refused")
    #expect(!some.text.contains("<td>ログイン（パスワード）</td>"))
    #expect(some.text.contains("GET /secretariat/audit"))
    #expect(try show(visitor, person + "&until=2020/01/01").text.contains("あてはまる記録はありません"))
    #expect(try show(visitor, person + "&from=2020/01/01").text.contains("権限のない"))
  }

  @Test func `a filter that makes no sense is told`() throws {
    let visitor = try administrator()
    let day = try show(visitor, "?from=abc")
    #expect(day.status == 422)
    #expect(day.error("from") != nil)
    #expect(day.values("from") == ["abc"])
    #expect(try show(visitor, "?person=nobody%25").error("person") == AuditScreen.nobody)
  }

  @Test func `reading it is recorded without names`() throws {
    let id = try site.staff(isAdministrator: true)
    let visitor = try site.signedIn(id)
    let account = try site.account(id)
    _ = try show(visitor, "?action=login")
    let person = id.replacing("%", with: "%25")
    _ = try visitor.get(AuditScreen.self, "/secretariat/audit.csv?person=\(person)")
    let rows = try site.place.open().rows(
      "SELECT action, details FROM audit WHERE actor_id = ? ORDER BY id DESC LIMIT 2", account)
    #expect(try rows.map { try $0["action"] as String } == ["audit.exported", "audit.viewed"])
    #expect(
      try rows.map { try $0["details"] as String } == ["account=\(account)", "action=login"])
  }

  @Test(arguments: [
    ("fields=phone,birth_date,email", "固定電話 生年月日 メールアドレス"), ("phone sex", "固定電話 性別"),
    ("added=20 changed=0", "追加：20人 変更：0人"), ("administrator", "管理者"),
    ("encoding=utf8 filtered", "文字コード：utf8 絞り込みあり"), ("inquiry 12", "受付番号 12"),
    ("action=login account=7", "できごと：ログイン（パスワード） account=7"),
    ("GET /secretariat/staff", "GET /secretariat/staff"), ("", ""), ("=1+1", "=1+1"),
  ])
  func `the page says in words what the trail keeps in names`(kept: String, words: String) {
    #expect(AuditAction.words(of: kept) == words)
  }

  @Test func `pages follow each other without gap or repetition`() throws {
    let id = try site.staff()
    let account = try site.account(id)
    try site.place.open().transaction { transaction in
      for index in 1...250 {
        try Audit.record(
          "test.page", actor: account, details: "line-\(index)-", in: transaction)
      }
    }
    let visitor = try administrator()
    var seen: [String] = []
    var query: String? = "?action=test.page"
    while let next = query {
      let page = try show(visitor, next)
      let found = page.text.matches(of: /line-(\d+)-/).map { String($0.output.1) }
      seen += found
      query = page.text.firstMatch(of: /href="\/secretariat\/audit(\?[^"]*before=[^"]*)"/)
        .map { String($0.output.1).replacing("&amp;", with: "&") }
    }
    #expect(seen == (1...250).reversed().map(String.init))
  }

  @Test func `a day begins and ends at midnight in Japan`() throws {
    let site = try Site(try TestDatabase(migrated: false), [:])
    try site.change(
      """
      INSERT INTO audit (at, action) VALUES ('2025-12-01 00:00:00.000', 'earlier'),
        ('2026-01-09 14:59:59.999', 'before'),
        ('2026-01-09 15:00:00.000', 'first'), ('2026-01-10 14:59:59.999', 'last'),
        ('2026-01-10 15:00:00.000', 'after'), ('2026-03-01 00:00:00.000', 'later')
      """)
    var filter = AuditTrail.Filter()
    filter.from = try CivilDate("2026-01-10")
    filter.until = filter.from
    let lines = try AuditTrail(site.place.open()).lines(filter, most: 10)
    #expect(lines.map(\.action) == ["last", "first"])
  }

  @Test func `the file holds no formulas`() throws {
    let account = try site.account(try site.staff())
    try site.place.open().transaction { transaction in
      try Audit.record("test.csv", actor: account, details: "=1+1", in: transaction)
    }
    let file = try administrator().get(
      AuditScreen.self, "/secretariat/audit.csv?action=test.csv")
    #expect(file.response.header("Content-Type") == "text/csv; charset=UTF-8")
    #expect(file.response.header("Cache-Control") == "no-store")
    var bytes: [UInt8] = []
    let writer = BodyWriter(head: []) { head, body, _ in
      bytes += head + body
      return true
    }
    let stream = try #require(file.response.stream)
    try stream(writer)
    try writer.flush()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.split(separator: "\r\n").count == 2, "\(text)")
    #expect(text.contains(",'=1+1"))
  }

  @Test func `every action that a program records has its words`() throws {
    let labelled = Set(AuditAction.labels.map(\.key))
    var found: Set<String> = []
    let sources = repositoryFolder + "/Sources"
    for name in try #require(FileManager.default.enumerator(atPath: sources)) {
      guard let name = name as? String, name.hasSuffix(".swift") else { continue }
      let text = String(decoding: try readFile("\(sources)/\(name)"), as: UTF8.self)
      for match in text.matches(of: /[Aa]udit(?:\.record)?\(\s*"([a-z_.]+)"/) {
        found.insert(String(match.output.1))
      }
    }
    #expect(found.count > 20)
    #expect(found.subtracting(labelled).sorted() == [])
  }

  @Test func `pruning deletes what is old and says so`() throws {
    let place = try Site(try TestDatabase(migrated: false), [:])
    let services = place.services()
    try services.database.transaction { transaction in
      try transaction.run(
        "INSERT INTO audit (at, action) VALUES (NOW(3) - INTERVAL 10 DAY, 'old')")
      try transaction.run("INSERT INTO audit (at, action) VALUES (NOW(3), 'new')")
    }
    #expect(try AuditTrail(services.database).prune(keepSeconds: 86_400) == 1)
    let left = try services.database.rows("SELECT action FROM audit ORDER BY id")
    #expect(try left.map { try $0["action"] as String } == ["new", "audit.pruned"])
  }
}
