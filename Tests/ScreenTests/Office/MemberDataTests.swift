// One person's data, shown and erased: that no table is forgotten, and what each command answers.
// What is left in the real database after a full life: Tests/Hosting/test_member_data.py.

import Foundation
import MariaDB
import TestSupport
import Testing

@testable import Membership

@Suite struct MemberDataTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// Tables with a column that leads to a person. Staff have a command of their own.
  private func personalTables() throws -> Set<String> {
    let rows = try site.place.open().rows(
      """
      SELECT DISTINCT CONVERT(table_name USING utf8mb4) AS name FROM information_schema.columns
      WHERE table_schema = DATABASE()
        AND column_name IN ('account_id', 'email', 'recipient', 'client_address', 'inquiry_id')
      """)
    return Set(try rows.map { try $0["name"] as String }).subtracting(["staff"])
  }

  @Test func `every table that tells of a person is shown`() throws {
    let tables = try personalTables()
    #expect(tables.count > 15)
    #expect(tables.subtracting(MemberDisclosure.tables).sorted() == [])
  }

  @Test func `every table that tells of a person is emptied of them, but the audit trail`() throws {
    #expect(try personalTables().subtracting(MemberErasure.tables).sorted() == ["audit"])
  }

  private func disclose(_ name: String) throws -> [String: [[String: Any]]]? {
    let bytes = try site.place.open().transaction { transaction in
      try MemberTraces.find(name, in: transaction).map {
        try MemberDisclosure($0, in: transaction).bytes
      }
    }
    return try bytes.flatMap {
      try JSONSerialization.jsonObject(with: Data($0)) as? [String: [[String: Any]]]
    }
  }

  private func erase(_ name: String) throws -> [String: Int]? {
    let erasure = try site.place.open().transaction { transaction in
      try MemberTraces.find(name, in: transaction).map {
        try MemberErasure.run($0, in: transaction)
      }
    }
    return erasure.map { Dictionary(uniqueKeysWithValues: $0.removed) }
  }

  @Test func `a doctor is shown by login ID and by number, in any case of letters`() throws {
    let applicant = Applicant()
    try Visitor(site).register(applicant)
    let shown = try #require(try disclose(applicant.loginID.uppercased()))
    #expect(shown["profiles"]?.first?["address"] as? String == "文京区本駒込2-28-16")
    #expect(shown["accounts"]?.first?["has_password"] as? Int == 1)
    let number = try #require(shown["accounts"]?.first?["number"] as? String)
    #expect(try disclose(number)?["profiles"]?.count == 1)
    #expect(try disclose("nobody-at-all") == nil)
  }

  @Test func `an erasure counts what went, and finds nobody the next time`() throws {
    let applicant = Applicant()
    try Visitor(site).register(applicant)
    let removed = try #require(try erase(applicant.loginID))
    for (table, rows) in [
      ("accounts", 1), ("profiles", 1), ("profile_specialties", 1), ("profile_societies", 1),
      ("drafts", 1), ("tokens", 1), ("consents", 1), ("outbox", 2),
    ] {
      #expect(removed[table] == rows, "\(table)")
    }
    #expect(try erase(applicant.loginID) == nil)
    #expect(
      try site.count("SELECT COUNT(*) AS n FROM outbox WHERE recipient = ?", applicant.email) == 0)
  }

  @Test func `a later account of the same number is not the person who was erased`() throws {
    let member = try site.member()
    let number: String = try site.row("SELECT number FROM accounts WHERE id = ?", member)["number"]
    _ = try erase(number)
    let database = site.place.open()
    let done = try #require(
      try MemberErasure.done(in: database).first { $0.account == member })
    try site.change(
      """
      INSERT INTO accounts (id, number, kind, created_at)
      VALUES (?, ?, 'member', NOW() - INTERVAL 1 YEAR)
      """, member, number)
    #expect(try !database.transaction { try MemberErasure.repeat(done, in: $0) })
    #expect(try site.count("SELECT COUNT(*) AS n FROM accounts WHERE id = ?", member) == 1)
  }

  @Test func `staff are not erased`() throws {
    let login = try site.staff()
    #expect(throws: MemberTraces.Ambiguous.self) { try erase(login) }
  }
}
