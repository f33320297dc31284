import FastCGI
import OneTimeCodes
import Platform
import Testing

@testable import Membership
@testable import code
@testable import secretariat
@testable import terms
@testable import twofactor

@Suite struct SecondFactorTests {
  let site: Site

  init() throws {
    site = try Site.shared.get()
  }

  private let office = ["REQUEST_URI": "/secretariat/two-factor"]

  private func begin(_ visitor: Visitor, password: String = Applicant.password) throws -> Answer {
    try visitor.post(TwoFactor.self, ["action": "begin", "password": password], office)
  }

  private func pendingSecret(_ loginID: String) throws -> [UInt8] {
    try site.row(
      "SELECT pending_secret AS secret FROM second_factors WHERE account_id = ?",
      try site.account(loginID))["secret"]
  }

  private func typed(_ secret: [UInt8], ahead: Int = 0) -> String {
    String(
      decoding: oneTimeCode(secret, step: secondsNow() / codePeriod + ahead), as: UTF8.self)
  }

  /// Sets the second factor up. Returns its secret and the recovery codes.
  private func enrol(
    _ visitor: Visitor, _ loginID: String
  ) throws -> (secret: [UInt8], codes: [String]) {
    try #require(try begin(visitor).status == 303)
    let secret = try pendingSecret(loginID)
    let answer = try visitor.post(
      TwoFactor.self, ["action": "confirm", "code": typed(secret, ahead: -1)], office)
    try #require(answer.status == 303, "\(answer.summary)")
    let codes = (visitor.cookies["__Host-recovery-codes"] ?? "").split(separator: ".")
    return (secret, codes.map(String.init))
  }

  @Test func `after the password only the code opens anything`() throws {
    let id = try site.staff()
    let (secret, _) = try enrol(try site.signedIn(id), id)
    let visitor = Visitor(site)
    #expect(try visitor.logIn(id, Applicant.password).location == "/login/code")
    #expect(try visitor.get(Secretariat.self, "/secretariat").location == "/login/code")
    let half = visitor.sessionHash
    let answer = try visitor.post(Code.self, ["code": typed(secret)])
    #expect(answer.location == "/secretariat")
    #expect(visitor.sessionHash != half, "a new secret at every change of privilege")
    #expect(try visitor.get(Secretariat.self, "/secretariat").status == 200)
  }

  @Test func `a code is good once`() throws {
    let id = try site.staff()
    let (secret, _) = try enrol(try site.signedIn(id), id)
    let code = typed(secret)
    let first = Visitor(site)
    try first.logIn(id, Applicant.password)
    #expect(try first.post(Code.self, ["code": code]).status == 303)
    let second = Visitor(site)
    try second.logIn(id, Applicant.password)
    let answer = try second.post(Code.self, ["code": code])
    #expect(answer.status == 422)
    #expect(answer.error("code") == Code.refused)
  }

  @Test func `ten recovery codes open one login each however they are typed`() throws {
    let id = try site.staff()
    let (_, codes) = try enrol(try site.signedIn(id), id)
    #expect(Set(codes).count == 10)
    for code in codes.prefix(2) {
      let visitor = Visitor(site)
      try visitor.logIn(id, Applicant.password)
      let sloppy = code.lowercased().replacing("-", with: "　")
      #expect(try visitor.post(Code.self, ["recovery_code": sloppy]).location == "/secretariat")
    }
    let visitor = Visitor(site)
    try visitor.logIn(id, Applicant.password)
    let answer = try visitor.post(Code.self, ["recovery_code": codes[0]])
    #expect(answer.error("recovery_code") == Code.refusedRecovery)
  }

  @Test func `recovery codes are shown once and kept as hashes`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    let (_, codes) = try enrol(visitor, id)
    let page = try visitor.get(TwoFactor.self, "/secretariat/two-factor")
    for code in codes { #expect(page.text.contains(code)) }
    let again = try visitor.get(TwoFactor.self, "/secretariat/two-factor")
    for code in codes { #expect(!again.text.contains(code)) }
    let known = try site.count(
      "SELECT COUNT(*) AS n FROM recovery_codes WHERE account_id = ? AND code_hash = ?",
      try site.account(id), try #require(RecoveryCode(codes[0])).hash)
    #expect(known == 1)
  }

  @Test func `new recovery codes make the old ones void`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    let (_, codes) = try enrol(visitor, id)
    let answer = try visitor.post(
      TwoFactor.self, ["action": "codes", "password": Applicant.password], office)
    #expect(answer.status == 303)
    let later = Visitor(site)
    try later.logIn(id, Applicant.password)
    #expect(try later.post(Code.self, ["recovery_code": codes[0]]).status == 422)
  }

  @Test func `wrong codes meet a pause that a good password does not end`() throws {
    let id = try site.staff()
    let (secret, _) = try enrol(try site.signedIn(id), id)
    let visitor = Visitor(site)
    try visitor.logIn(id, Applicant.password)
    let wrong = typed(secret, ahead: 5)
    for _ in 1...5 { #expect(try visitor.post(Code.self, ["code": wrong]).status == 422) }
    let other = Visitor(site)
    #expect(try other.logIn(id, Applicant.password).location == "/login/code")
    let answer = try other.post(Code.self, ["code": typed(secret)])
    #expect(answer.status == 429)
    #expect(answer.response.header("Retry-After") != nil)
    #expect(!answer.text.contains("再設定すると"), "a new password is no help here")
  }

  @Test(arguments: ["", "12345", "abcdef"])
  func `what is no code is told and not counted`(typed: String) throws {
    let id = try site.staff()
    let (secret, _) = try enrol(try site.signedIn(id), id)
    let visitor = Visitor(site)
    try visitor.logIn(id, Applicant.password)
    for _ in 1...6 { #expect(try visitor.post(Code.self, ["code": typed]).status == 422) }
    #expect(try visitor.post(Code.self, ["code": self.typed(secret)]).status == 303)
  }

  @Test func `a password reset leaves the second factor`() throws {
    let id = try site.staff()
    _ = try enrol(try site.signedIn(id), id)
    let services = site.services()
    let account = try site.account(id)
    try services.database.transaction { transaction in
      try services.accounts.setPassword(Password("Umi#4sora-77"), of: account, in: transaction)
    }
    #expect(try Visitor(site).logIn(id, "Umi#4sora-77").location == "/login/code")
  }

  @Test func `staff without a second factor are sent to set it up first`() throws {
    let strict = try site.with(["STAFF_TWO_FACTOR": "required"])
    let id = try site.staff()
    let visitor = Visitor(strict)
    #expect(
      try visitor.logIn(id, Applicant.password).location == "/secretariat/two-factor")
    #expect(try visitor.get(Secretariat.self, "/secretariat").location == "/secretariat/two-factor")
    #expect(try visitor.get(TwoFactor.self, "/secretariat/two-factor").status == 200)
    _ = try enrol(visitor, id)
    #expect(try visitor.get(Secretariat.self, "/secretariat").status == 200)
    let end = try visitor.post(
      TwoFactor.self, ["action": "end", "password": Applicant.password], office)
    #expect(end.status == 422, "staff cannot do without")
    #expect(try Visitor(strict).logIn(id, Applicant.password).location == "/login/code")
  }

  @Test func `half a login agrees to nothing`() throws {
    let id = try site.staff()
    _ = try enrol(try site.signedIn(id), id)
    let visitor = Visitor(site)
    try visitor.logIn(id, Applicant.password)
    #expect(try visitor.post(Terms.self, People.consent(site)).location == "/login/code")
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM consents WHERE client_address = ?", visitor.client) == 0)
  }

  @Test func `every change asks for the password`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    #expect(try begin(visitor, password: "wrong").error("password") != nil)
    #expect(try begin(visitor, password: "").error("password") != nil)
    _ = try enrol(visitor, id)
    for action in ["codes", "end", "begin"] {
      let answer = try visitor.post(
        TwoFactor.self, ["action": action, "password": "wrong"], office)
      #expect(answer.status == 422, "\(action)")
    }
  }

  @Test func `a new telephone takes over only with its first code`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    let (old, _) = try enrol(visitor, id)
    #expect(try begin(visitor).status == 303)
    let login = Visitor(site)
    try login.logIn(id, Applicant.password)
    #expect(try login.post(Code.self, ["code": typed(old)]).status == 303)
  }

  @Test func `setting it up ends other sessions and keeps this one`() throws {
    let id = try site.staff()
    let other = try site.signedIn(id)
    let visitor = try site.signedIn(id)
    _ = try enrol(visitor, id)
    #expect(try other.get(Secretariat.self, "/secretariat").location == "/login")
    #expect(try visitor.get(Secretariat.self, "/secretariat").status == 200)
  }

  @Test func `a secret not confirmed in time is over`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    _ = try begin(visitor)
    let secret = try pendingSecret(id)
    try site.change(
      "UPDATE second_factors SET pending_until = NOW() - INTERVAL 1 SECOND WHERE account_id = ?",
      try site.account(id))
    let answer = try visitor.post(
      TwoFactor.self, ["action": "confirm", "code": typed(secret)], office)
    #expect(answer.summary == [TwoFactor.over.sentence])
  }

  @Test func `members have it on my page and staff at the secretariat`() throws {
    let doctor = try site.doctor()
    let member = try site.signedIn(doctor.loginID)
    #expect(try member.get(TwoFactor.self, "/secretariat/two-factor").status == 403)
    #expect(try member.get(TwoFactor.self, "/mypage/two-factor").status == 200)
    let staff = try site.signedIn(try site.staff())
    #expect(try staff.get(TwoFactor.self, "/mypage/two-factor").status == 403)
    #expect(try Visitor(site).get(TwoFactor.self, "/mypage/two-factor").location == "/login")
    #expect(try Visitor(site).get(Code.self, "/login/code").location == "/login")
  }

  @Test func `it is reset on the command line`() throws {
    let id = try site.staff()
    let visitor = try site.signedIn(id)
    _ = try enrol(visitor, id)
    #expect(try site.services().staff.resetSecondFactor(id))
    #expect(try !site.services().staff.resetSecondFactor(id))
    #expect(try visitor.get(Secretariat.self, "/secretariat").location == "/login")
    #expect(try Visitor(site).logIn(id, Applicant.password).location == "/secretariat")
  }
}
