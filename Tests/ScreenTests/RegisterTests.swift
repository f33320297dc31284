// register: the form that a mailed URL opens. What single fields say: RegisterFieldTests.

import FastCGI
import MariaDB
import Testing

@testable import Membership
@testable import confirm
@testable import register

@Suite struct RegisterTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// A doctor's token, mailed to a new address.
  func token() throws -> String {
    let visitor = Visitor(site)
    try visitor.agree()
    return try visitor.askForURL("p\(People.next())@example.jp")
  }

  /// The token's row, as text.
  func tokenRow(_ token: String) throws -> String {
    let row = try site.row(
      """
      SELECT CONCAT_WS(' ', created_at, expires_at, COALESCE(ended_at, '-'),
        COALESCE(ended_by, '-')) AS row, id FROM tokens WHERE token_hash = ?
      """, Secret(token)?.hash)
    return try row["row"]
  }

  func drafts(_ token: String) throws -> Int {
    try site.count(
      """
      SELECT COUNT(*) AS n FROM drafts d JOIN tokens t ON t.id = d.token_id
      WHERE t.token_hash = ?
      """, Secret(token)?.hash)
  }

  @Test func `the URL opens the empty form, any number of times, and writes nothing`() throws {
    let token = try token()
    let before = try tokenRow(token)
    for method in ["HEAD", "GET", "GET", "GET"] {
      let visitor = Visitor(site)
      let answer = try visitor.get(Register.self, "/register?token=\(token)", method: method)
      #expect(answer.status == 200)
      #expect(answer.values("token") == [token])
      #expect(visitor.cookies.isEmpty)
      #expect(answer.markup.failing == [])
      #expect(answer.markup.summary.isEmpty)
      #expect(!answer.text.contains("@example.jp\""))
      #expect(answer.response.header("Cache-Control") == "no-store")
      for field in RegistrationFields.profile where field.name != "specialty" {
        #expect(answer.values(field.name).allSatisfy { $0.isEmpty }, "\(field.name)")
      }
    }
    #expect(try tokenRow(token) == before)
    #expect(try drafts(token) == 0)
  }

  @Test func `the form shows the lists: specialties, prefectures, the password rule`() throws {
    let answer = try Visitor(site).get(Register.self, "/register?token=\(token())")
    #expect(answer.text.contains("<option value=\"01\">01内科</option>"))
    #expect(answer.markup.controls("specialty").count > 30)
    for name in Prefecture.names { #expect(answer.text.contains(">\(name)</option>"), "\(name)") }
    #expect(answer.text.contains("半角の英字、数字、記号をそれぞれ1文字以上使い、8文字以上128文字以内で設定してください。"))
    #expect(answer.markup.element(id: "password-policy")?["data-min"] == "8")
  }

  @Test func `a robot's POST of the empty form uses nothing up`() throws {
    let token = try token()
    for form in [["token": token], ["token": token, "login_id": "robot1234"]] as [FormValues] {
      let visitor = Visitor(site)
      let answer = try visitor.post(Register.self, form)
      #expect(answer.status == 422)
      #expect(answer.values("token") == [token])
      #expect(visitor.cookies.isEmpty)
    }
    #expect(try drafts(token) == 0)
    let visitor = Visitor(site)
    let applicant = Applicant()
    #expect(
      try visitor.post(Register.self, applicant.form.with("token", token)).location
        == "/register/confirm")
  }

  @Test func `a form that passes becomes a draft in its normal form, without the password`() throws
  {
    let token = try token()
    let applicant = Applicant {
      $0.with("postal_code", "〒１１３８６２１").with("registry_date", "昭和50年5月1日")
        .with("family_name_kana", "にちい").with("mobile_phone", "０９０ー１２３４ー５６７８")
        .with("specialty", "03", "02", "03").with("society", "", "日本内科学会", " ")
        .with("phone", "").with("graduation_date", "S50.3")
    }
    let visitor = Visitor(site)
    let answer = try visitor.post(Register.self, applicant.form.with("token", token))
    #expect(answer.status == 303)
    let cookie = try #require(answer.response.header("Set-Cookie"))
    let match = try #require(
      cookie.wholeMatch(
        of:
          /__Host-draft=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=([0-9]+)/))
    #expect((86_000...86_400).contains(Int(match.1) ?? 0), "as long as the token lives")
    let row = try site.row(
      "SELECT form, password_hash FROM drafts WHERE cookie_hash = ?", visitor.draftHash)
    let form: String = try row["form"]
    let draft = try FormValues(urlencoded: Array(form.utf8))
    #expect(draft.first("postal_code") == "113-8621")
    #expect(draft.first("registry_date") == "1975/05/01")
    #expect(draft.first("family_name_kana") == "ニチイ")
    #expect(draft.first("mobile_phone") == "090-1234-5678")
    #expect(draft.all("specialty") == ["03", "02"])
    #expect(draft.all("society") == ["日本内科学会"])
    #expect(draft.first("phone") == nil)
    #expect(draft.first("graduation_date") == "1975/03")
    #expect(draft.first("login_id") == applicant.loginID)
    #expect(draft.first("password") == nil)
    #expect(draft.first("password_confirm") == nil)
    #expect((try row["password_hash"] as String).hasPrefix("$argon2id$"))
    #expect(!form.contains("Kawa"))
  }

  @Test func `the draft's own browser gets it back to correct; others do not`() throws {
    let visitor = Visitor(site)
    let applicant = Applicant { $0.with("specialty", "02", "05") }
    try visitor.fillIn(applicant)
    let answer = try visitor.get(Register.self, "/register")
    #expect(answer.status == 200)
    for field in RegistrationFields.profile {
      let typed = applicant.form.all(field.name)
      #expect(answer.values(field.name).filter { !$0.isEmpty } == typed, "\(field.name)")
    }
    #expect(answer.values("login_id") == [applicant.loginID])
    #expect(answer.values("password") == [""])
    #expect(answer.values("token") == [""])
    #expect(try Visitor(site).get(Register.self, "/register").location == "/terms")
    let thief = Visitor(site)
    thief.cookies["__Host-draft"] = Secret().forCookie
    let nothing = try thief.get(Register.self, "/register")
    #expect(nothing.status == 410)
    #expect(!nothing.text.contains(applicant.registryNumber))
  }

  @Test func `the mailed URL shows an empty form even to the draft's own browser`() throws {
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.fillIn(applicant)
    let token = try site.token(to: applicant.email)
    let answer = try Visitor(site).get(Register.self, "/register?token=\(token)")
    #expect(answer.status == 200)
    #expect(!answer.text.contains(applicant.registryNumber))
  }

  @Test func `a corrected form replaces the draft, and the cookie before it opens nothing`() throws
  {
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.fillIn(applicant)
    let before = visitor.cookies
    let again = try visitor.post(Register.self, applicant.form.with("address", "別の町1-1"))
    #expect(again.location == "/register/confirm")
    #expect(try visitor.get(Confirm.self).text.contains("別の町1-1"))
    let old = Visitor(site)
    old.cookies = before
    #expect(try old.get(Register.self, "/register").status == 410)
  }

  @Test func `a correction that does not pass keeps what was typed, and the draft as it was`()
    throws
  {
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.fillIn(applicant)
    let form = applicant.form.with("address", "別の町1-1").with("sex", "")
    let answer = try visitor.post(Register.self, form)
    #expect(answer.status == 422)
    #expect(answer.values("address") == ["別の町1-1"])
    #expect(try visitor.get(Confirm.self).text.contains("文京区本駒込2-28-16"))
  }

  @Test func `without token and draft it begins at the terms`() throws {
    #expect(try Visitor(site).get(Register.self, "/register").location == "/terms")
    let applicant = Applicant()
    #expect(try Visitor(site).post(Register.self, applicant.form).location == "/terms")
    #expect(
      try Visitor(site).post(Register.self, applicant.form.with("token", "")).location == "/terms")
  }

  static let again = "利用登録をやり直す方"
  static let used = "利用登録はすでに終わっています"

  /// The page of a token that opens nothing says which, and offers the next step.
  func expectGone(_ token: String, _ says: String, _ reason: Comment) throws {
    let form = Applicant().form.with("token", token)
    for answer in [
      try Visitor(site).get(Register.self, "/register?token=\(token)"),
      try Visitor(site).post(Register.self, form),
    ] {
      #expect(answer.status == 410, reason)
      #expect(answer.text.contains("<h1>このURLは使えません</h1>"), reason)
      for other in [Self.again, Self.used, "パスワードの再設定をやり直す方"] {
        #expect(answer.text.contains(other) == (other == says), "\(other): \(reason)")
      }
      #expect(answer.text.contains("href=\"/login\""), reason)
    }
  }

  @Test func `a token that opens nothing has a page that says so and leads on`() throws {
    try expectGone("x", Self.again, "no token at all")
    try expectGone(Secret().forURL, Self.again, "nobody's token")
    try expectGone(try token().uppercased(), Self.again, "another spelling")
    let late = try token()
    try site.change("UPDATE tokens SET expires_at = NOW() WHERE token_hash = ?", Secret(late)?.hash)
    try expectGone(late, Self.again, "run out")
    let doctor = try site.doctor()
    let used = try site.row(
      "SELECT token FROM outbox WHERE recipient = ? AND kind = 'registration'", doctor.email)
    try expectGone(try used["token"], Self.used, "used up")
  }

  @Test func `a token of the other purpose opens nothing`() throws {
    let doctor = try site.doctor()
    let reset = try site.place.open().transaction { transaction in
      try site.services().tokens.issue(
        .reset, to: try EmailAddress(doctor.email), account: site.account(doctor.loginID),
        consent: nil, seconds: 60, in: transaction)
    }
    try expectGone(reset.forURL, Self.again, "a reset's token")
  }

  @Test func `the draft ends with its token`() throws {
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.fillIn(applicant)
    let token = try site.token(to: applicant.email)
    try site.change(
      "UPDATE tokens SET expires_at = NOW() WHERE token_hash = ?", Secret(token)?.hash)
    for answer in [
      try visitor.get(Register.self, "/register"), try visitor.post(Register.self, applicant.form),
      try visitor.get(Confirm.self), try visitor.complete(),
    ] {
      #expect(answer.status == 410)
      #expect(answer.text.contains(Self.again))
    }
  }

  @Test func `when it is complete, sending the old form again leads to its end`() throws {
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.register(applicant)
    #expect(try visitor.post(Register.self, applicant.form).location == "/register/complete")
  }

  @Test(arguments: [("mhlw13", "13文字以上", "13"), ("nist15", "15文字以上", "15")])
  func `the page's wording follows the policy`(policy: String, words: String, minimum: String)
    throws
  {
    let site = try self.site.with(["PASSWORD_POLICY": policy])
    let answer = try Visitor(site).get(Register.self, "/register?token=\(token())")
    #expect(answer.text.contains(words))
    #expect(answer.markup.element(id: "password-policy")?["data-min"] == minimum)
  }
}
