// Who may touch the audit trail, the second factors and the staff, on a real server.

import MariaDB
import Testing

@testable import Membership

@Suite struct StaffGrantsTests {
  let granted: GrantedSite

  init() throws { granted = try GrantedSite.shared.get() }

  @Test(
    arguments: ["front", "member", "account", "office", "admin", "mailer"],
    [
      "UPDATE audit SET action = 'x' LIMIT 1", "DELETE FROM audit LIMIT 1", "TRUNCATE audit",
    ])
  func `no program can change or delete a line of the audit trail`(group: String, sql: String) {
    #expect(throws: DatabaseError.self) { try granted.open(group).administer(sql) }
  }

  @Test(arguments: ["front", "member", "account", "office", "mailer"])
  func `only the administrators' programs can read the audit trail`(group: String) throws {
    #expect(throws: DatabaseError.self) {
      try granted.open(group).administer("SELECT id FROM audit LIMIT 1")
    }
    try granted.open("admin").administer("SELECT id FROM audit LIMIT 1")
  }

  @Test(
    arguments: ["member", "office", "admin", "mailer"],
    ["SELECT secret FROM second_factors", "SELECT code_hash FROM recovery_codes"])
  func `secrets of second factors are read only where codes are checked`(
    group: String, sql: String
  ) {
    #expect(throws: DatabaseError.self) { try granted.open(group).administer(sql) }
  }

  @Test(arguments: [
    "UPDATE second_factors SET secret = 'x'", "DELETE FROM second_factors",
    "INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES (1, 'x', NOW())",
  ])
  func `the front door can use a second factor up and no more`(sql: String) {
    #expect(throws: DatabaseError.self) { try granted.open("front").administer(sql) }
  }

  @Test(arguments: ["front", "member", "account", "office", "mailer"])
  func `only the administrators' programs can make staff`(group: String) {
    #expect(throws: DatabaseError.self) {
      try granted.open(group).administer("INSERT INTO staff (account_id, name) VALUES (1, 'x')")
    }
  }

  @Test func `nobody can rewrite what a person asked or what a clerk answered`() {
    for sql in ["UPDATE inquiries SET body = 'x'", "UPDATE inquiry_entries SET body = 'x'"] {
      #expect(throws: DatabaseError.self) { try granted.open("office").administer(sql) }
    }
  }
}
