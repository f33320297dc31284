// Who may touch the audit trail, the second factors and the staff, on a real server.

import FastCGI
import MariaDB
import OneTimeCodes
import Platform
import Testing

@testable import Membership
@testable import audit
@testable import code
@testable import inquiries
@testable import secretariat
@testable import staff
@testable import twofactor

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

  /// The same browser at the programs of another group.
  private func visitor(_ other: Visitor, _ group: String) throws -> Visitor {
    let site = try granted.group(group).with(["STAFF_TWO_FACTOR": "required"])
    let visitor = Visitor(site, client: other.client)
    visitor.cookies = other.cookies
    return visitor
  }

  @Test func `each program's grants are enough for an administrator's first day`() throws {
    let root = granted.root
    let id = try root.staff(isAdministrator: true)
    let office = ["REQUEST_URI": "/secretariat/two-factor"]
    let front = try visitor(Visitor(root), "front")
    try #require(
      try front.logIn(id, Applicant.password).location == "/secretariat/two-factor")
    let account = try visitor(front, "account")
    #expect(try account.get(TwoFactor.self, "/secretariat/two-factor").status == 200)
    let begin: FormValues = ["action": "begin", "password": Applicant.password]
    try #require(try account.post(TwoFactor.self, begin, office).status == 303)
    let secret: [UInt8] = try root.row(
      "SELECT pending_secret AS secret FROM second_factors WHERE account_id = ?",
      try root.account(id))["secret"]
    func typed(_ ahead: Int) -> String {
      String(
        decoding: oneTimeCode(secret, step: secondsNow() / codePeriod + ahead), as: UTF8.self)
    }
    let confirm: FormValues = ["action": "confirm", "code": typed(-1)]
    try #require(try account.post(TwoFactor.self, confirm, office).status == 303)
    #expect(try account.get(TwoFactor.self, "/secretariat/two-factor").status == 200)

    let again = try visitor(Visitor(root), "front")
    try #require(try again.logIn(id, Applicant.password).location == "/login/code")
    #expect(try again.post(Code.self, ["code": typed(-1)]).status == 422)
    try #require(try again.post(Code.self, ["code": typed(0)]).location == "/secretariat")
    let clerk = try visitor(again, "office")
    #expect(try clerk.get(InquiriesScreen.self, "/secretariat/inquiries").status == 200)
    let admin = try visitor(again, "admin")
    #expect(try admin.get(AuditScreen.self, "/secretariat/audit").status == 200)
    let number = People.next()
    let newcomer: FormValues = [
      "action": "add", "login_id": "Shin@\(number)", "name": "新人 花子",
      "email": "s\(number)@example.jp", "role": "secretariat",
    ]
    let here = ["REQUEST_URI": "/secretariat/staff"]
    try #require(try admin.post(StaffScreen.self, newcomer, here).status == 303)
    let other = "\(try root.account(root.staff()))"
    for action in ["suspend", "reinstate", "make_administrator", "make_secretariat"] {
      let form = FormValues(dictionaryLiteral: (action, other))
      #expect(try admin.post(StaffScreen.self, form, here).status == 303, "\(action)")
    }
    #expect(try admin.get(StaffScreen.self, "/secretariat/staff").status == 200)
  }
}
