// An administrator's first day with what sql/grants.sql grants, on a real server.

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

  @Test func `each program's grants are enough for an administrator's first day`() throws {
    let root = granted.root
    let id = try root.staff(isAdministrator: true)
    let office = ["REQUEST_URI": "/secretariat/two-factor"]
    let site = try granted.site.with(["STAFF_TWO_FACTOR": "required"])
    let account = Visitor(site)
    try #require(
      try account.logIn(id, Applicant.password).location == "/secretariat/two-factor")
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

    let again = Visitor(site)
    try #require(try again.logIn(id, Applicant.password).location == "/login/code")
    #expect(try again.post(Code.self, ["code": typed(-1)]).status == 422)
    try #require(try again.post(Code.self, ["code": typed(0)]).location == "/secretariat")
    #expect(try again.get(InquiriesScreen.self, "/secretariat/inquiries").status == 200)
    #expect(try again.get(AuditScreen.self, "/secretariat/audit").status == 200)
    let number = People.next()
    let newcomer: FormValues = [
      "action": "add", "login_id": "Shin@\(number)", "name": "新人 花子",
      "email": "s\(number)@example.jp", "role": "secretariat",
    ]
    let here = ["REQUEST_URI": "/secretariat/staff"]
    try #require(try again.post(StaffScreen.self, newcomer, here).status == 303)
    let other = "\(try root.account(root.staff()))"
    for action in ["suspend", "reinstate", "make_administrator", "make_secretariat"] {
      let form = FormValues(dictionaryLiteral: (action, other))
      #expect(try again.post(StaffScreen.self, form, here).status == 303, "\(action)")
    }
    #expect(try again.get(StaffScreen.self, "/secretariat/staff").status == 200)
  }
}
