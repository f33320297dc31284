import FastCGI
import Testing

@testable import Membership
@testable import audit
@testable import reset
@testable import secretariat
@testable import staff

@Suite struct StaffTests {
  let site: Site

  init() throws {
    site = try Site.shared.get()
  }

  private let here = ["REQUEST_URI": "/secretariat/staff"]

  private func administrator() throws -> Visitor {
    try site.signedIn(try site.staff(isAdministrator: true))
  }

  private func newcomer() -> (id: String, email: String, form: FormValues) {
    let number = People.next()
    let (id, email) = ("Shin@\(number)", "s\(number)@example.jp")
    return (
      id, email,
      ["action": "add", "login_id": id, "name": "新人 花子", "email": email, "role": "secretariat"]
    )
  }

  @Test func `a new clerk sets the password with a mailed URL`() throws {
    let (id, email, form) = newcomer()
    #expect(try administrator().post(StaffScreen.self, form, here).status == 303)
    #expect(try site.mails(to: email) == ["staff_invitation"])
    #expect(try Visitor(site).logIn(id, "").status == 422)
    let answer = try Visitor(site).post(
      Reset.self,
      [
        "token": try site.token(to: email), "password": Applicant.password,
        "password_confirm": Applicant.password,
      ])
    #expect(answer.location == "/password/complete", "\(answer.summary)")
    #expect(try Visitor(site).logIn(id, Applicant.password).location == "/secretariat")
  }

  @Test(arguments: ["login_id", "name", "email", "role"])
  func `every field of a new clerk is needed`(field: String) throws {
    let (_, email, form) = newcomer()
    let answer = try administrator().post(StaffScreen.self, form.with(field, ""), here)
    #expect(answer.status == 422)
    #expect(answer.error(field) != nil)
    #expect(try site.mails(to: email).isEmpty)
  }

  @Test func `a login ID or address in use is told`() throws {
    let visitor = try administrator()
    let (id, email, form) = newcomer()
    _ = try visitor.post(StaffScreen.self, form, here)
    let other = newcomer()
    let sameID = try visitor.post(
      StaffScreen.self, other.form.with("login_id", id.lowercased()), here)
    #expect(sameID.error("login_id") != nil)
    let sameAddress = try visitor.post(
      StaffScreen.self, other.form.with("email", email.uppercased()), here)
    #expect(sameAddress.error("email") == StaffScreen.emailTaken.sentence)
  }

  @Test func `a suspended clerk is out at once and can come back`() throws {
    let id = try site.staff()
    let clerk = try site.signedIn(id)
    let account = "\(try site.account(id))"
    let visitor = try administrator()
    #expect(try visitor.post(StaffScreen.self, ["suspend": account], here).status == 303)
    #expect(try clerk.get(Secretariat.self, "/secretariat").location == "/login")
    #expect(try Visitor(site).logIn(id, Applicant.password).status == 422)
    _ = try visitor.post(StaffScreen.self, ["reinstate": account], here)
    #expect(try Visitor(site).logIn(id, Applicant.password).status == 303)
  }

  @Test func `a role holds from the next login and the old session ends`() throws {
    let id = try site.staff()
    let clerk = try site.signedIn(id)
    #expect(try clerk.get(StaffScreen.self, "/secretariat/staff").status == 403)
    let form: FormValues = ["make_administrator": "\(try site.account(id))"]
    _ = try administrator().post(StaffScreen.self, form, here)
    #expect(try clerk.get(StaffScreen.self, "/secretariat/staff").location == "/login")
    #expect(try site.signedIn(id).get(StaffScreen.self, "/secretariat/staff").status == 200)
  }

  @Test func `nobody locks themselves out and members are no staff`() throws {
    let id = try site.staff(isAdministrator: true)
    let visitor = try site.signedIn(id)
    let doctor = try site.doctor()
    for account in [try site.account(id), try site.account(doctor.loginID), 0] {
      for action in Staff.Action.allCases {
        let answer = try visitor.post(
          StaffScreen.self, FormValues(dictionaryLiteral: (action.rawValue, "\(account)")), here)
        #expect(answer.status == 422, "\(action)")
      }
    }
    #expect(try visitor.get(StaffScreen.self, "/secretariat/staff").status == 200)
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).location == "/mypage")
  }

  @Test func `only administrators add and see`() throws {
    let clerk = try site.signedIn(try site.staff())
    let doctor = try site.signedIn(try site.doctor().loginID)
    for visitor in [clerk, doctor] {
      let (id, _, form) = newcomer()
      #expect(try visitor.post(StaffScreen.self, form, here).status == 403)
      let made = try site.count(
        "SELECT COUNT(*) AS n FROM accounts WHERE login_key = ?", id.lowercased())
      #expect(made == 0)
      #expect(try visitor.get(StaffScreen.self, "/secretariat/staff").status == 403)
      #expect(try visitor.get(AuditScreen.self, "/secretariat/audit").status == 403)
      #expect(try visitor.get(AuditScreen.self, "/secretariat/audit.csv").status == 403)
    }
  }
}
