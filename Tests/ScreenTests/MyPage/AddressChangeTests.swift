// /mypage/email: the password twice, the URL once, both addresses told.

import FastCGI
import MariaDB
import Testing

@testable import Membership
@testable import address
@testable import forgot
@testable import mypage
@testable import reset

@Suite struct AddressChangeTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  private func form(_ email: String) -> FormValues {
    ["email": email, "email_confirm": email, "current_password": Applicant.password]
  }

  /// Asks for a change; returns the new address and the token that went there.
  private func ask(_ visitor: Visitor) throws -> (email: String, token: String) {
    let email = "New.\(People.next())@Example.jp"
    let answer = try visitor.post(Address.self, form(email))
    try #require(answer.location == "/mypage/email")
    return (email, try site.token(to: email))
  }

  private func email(_ account: Int) throws -> String {
    try site.row("SELECT email FROM accounts WHERE id = ?", account)["email"]
  }

  @Test func `the change is made by the URL and the password, not before`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let (new, token) = try ask(visitor)
    #expect(try visitor.get(Address.self, "/mypage/email").text.contains("まだ変更は終わっていません"))
    #expect(try email(account) == person.email)

    // Another browser, which is nobody's.
    let elsewhere = Visitor(site)
    for method in ["HEAD", "GET", "GET"] {
      let page = try elsewhere.get(Address.self, "/mypage/email?token=\(token)", method: method)
      #expect(page.status == 200)
      #expect(!page.text.contains(person.email) && !page.text.contains(new))
      #expect(method == "HEAD" || page.values("token") == [token])
      #expect(page.response.allHeaders("Set-Cookie") == [])
    }
    #expect(try email(account) == person.email)

    let answer = try elsewhere.post(
      Address.self, ["token": token, "current_password": Applicant.password])
    #expect(answer.location == "/mypage")
    #expect(try email(account) == new)
    #expect(elsewhere.sessionHash == nil)
    #expect(try site.mails(to: person.email).last == "address_changed")
    #expect(try site.mails(to: new) == ["address_confirmation", "address_changed"])
    let change = try site.row(
      "SELECT old_value, new_value FROM changes WHERE account_id = ? AND field = 'email'", account)
    #expect(try change["old_value"] == person.email)
    #expect(try change["new_value"] == new)
    #expect(try site.audited("email.changed", account) == 1)
  }

  @Test func `a second click leads where the first did, the URL is used up`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let (_, token) = try ask(visitor)
    let form: FormValues = ["token": token, "current_password": Applicant.password]
    for _ in 0..<2 { #expect(try visitor.post(Address.self, form).location == "/mypage") }
    #expect(try site.audited("email.changed", account) == 1)
    let page = try visitor.get(Address.self, "/mypage/email?token=\(token)")
    #expect(page.status == 410)
    #expect(page.text.contains("メールアドレスの変更をやり直す方"))
  }

  @Test func `neither the URL nor the password is enough`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let (_, token) = try ask(visitor)
    let robot = Visitor(site)
    #expect(try robot.post(Address.self, ["token": token]).status == 422)
    let wrong = try robot.post(
      Address.self, ["token": token, "current_password": "Wrong#1234-word"])
    #expect(wrong.status == 422)
    #expect(wrong.values("token") == [token])
    let stranger = try robot.post(
      Address.self,
      ["token": Secret().forURL, "current_password": Applicant.password])
    #expect(stranger.status == 410)
    #expect(try email(account) == person.email)
    #expect(try robot.post(Address.self, form("x@example.jp")).location == "/login")
  }

  @Test func `another's password does not open it`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let (_, token) = try ask(visitor)
    let (other, second, thief) = try site.doctorAtHome()
    // The thief is signed in as somebody else, with a password of their own.
    try site.change("UPDATE accounts SET password_hash = 'x' WHERE id = ?", account)
    let answer = try thief.post(
      Address.self, ["token": token, "current_password": Applicant.password])
    #expect(answer.status == 422)
    #expect(try email(account) == person.email)
    #expect(try email(second) == other.email)
  }

  @Test func `a taken address behaves alike, and only its owner learns it`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let owner = try site.doctor()
    let free = try visitor.post(Address.self, form("free.\(People.next())@example.jp"))
    let taken = try visitor.post(Address.self, form(owner.email.uppercased()))
    #expect(taken.status == free.status)
    #expect(taken.location == free.location)
    #expect(taken.response.allHeaders("Set-Cookie") == free.response.allHeaders("Set-Cookie"))
    #expect(try site.mails(to: owner.email.uppercased()) == ["address_taken"])
    #expect(try email(account) == person.email)
  }

  @Test func `an address that was taken meanwhile is refused`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let (new, token) = try ask(visitor)
    let (_, other, _) = try site.doctorAtHome()
    try site.change(
      "UPDATE accounts SET email = ?, email_key = ? WHERE id = ?", new, new.lowercased(), other)
    let answer = try visitor.post(
      Address.self, ["token": token, "current_password": Applicant.password])
    #expect(answer.status == 422)
    #expect(answer.summary == [Address.taken.sentence])
    #expect(try email(account) == person.email)
  }

  @Test func `the newest URL counts, and only for its own address`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let (_, first) = try ask(visitor)
    let (new, second) = try ask(visitor)
    var form: FormValues = ["token": first, "current_password": Applicant.password]
    #expect(try visitor.post(Address.self, form).status == 410)
    form = form.with("token", second).with("email", "else@example.jp")
      .with("email_confirm", "else@example.jp")
    #expect(try visitor.post(Address.self, form).location == "/mypage")
    #expect(try email(account) == new)
  }

  @Test func `somebody else's wish for the same address leaves the URL valid`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let (new, token) = try ask(visitor)
    try site.change(
      "DELETE FROM throttle_events WHERE subject = ?",
      Throttle.subject("mail:address", new.lowercased()))
    let (_, _, rival) = try site.doctorAtHome()
    try #require(rival.post(Address.self, form(new)).status == 303)
    let answer = try visitor.post(
      Address.self, ["token": token, "current_password": Applicant.password])
    #expect(answer.location == "/mypage")
    #expect(try email(account) == new)
  }

  @Test func `a URL that ran out, or of a suspended person, opens nothing`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let (_, token) = try ask(visitor)
    let form: FormValues = ["token": token, "current_password": Applicant.password]
    try site.change("UPDATE accounts SET suspended_at = NOW() WHERE id = ?", account)
    #expect(try Visitor(site).post(Address.self, form).status == 410)
    try site.change("UPDATE accounts SET suspended_at = NULL WHERE id = ?", account)
    try site.change(
      "UPDATE tokens SET expires_at = NOW() - INTERVAL 1 SECOND WHERE account_id = ?", account)
    #expect(try Visitor(site).get(Address.self, "/mypage/email?token=\(token)").status == 410)
    #expect(try Visitor(site).post(Address.self, form).status == 410)
    #expect(try email(account) == person.email)
  }

  @Test func `a reset URL that went to the old address opens nothing any more`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let secret = try site.place.open().transaction { transaction in
      try site.services().tokens.issue(
        .reset, to: EmailAddress(person.email), account: account, consent: nil, seconds: 60,
        in: transaction)
    }
    let (_, token) = try ask(visitor)
    try #require(
      visitor.post(Address.self, ["token": token, "current_password": Applicant.password]).status
        == 303)
    let answer = try Visitor(site).get(Reset.self, "/password/reset?token=\(secret.forURL)")
    #expect(answer.status == 410)
  }

  @Test(
    arguments: [
      (["email": ""], "email"), (["email_confirm": ""], "email_confirm"),
      (["email_confirm": "other@example.jp"], "email_confirm"), (["email": "no address"], "email"),
      (["current_password": ""], "current_password"),
      (["current_password": "Wrong#1234-word"], "current_password"),
    ] as [([String: String], String)])
  func `a form that does not pass`(changes: [String: String], failing: String) throws {
    let (_, account, visitor) = try site.doctorAtHome()
    var form = form("new.\(People.next())@example.jp")
    for (name, value) in changes { form = form.with(name, value) }
    let answer = try visitor.post(Address.self, form)
    #expect(answer.status == 422)
    #expect(answer.error(failing)?.isEmpty == false)
    #expect(answer.values("email") == [form.first("email") ?? ""])
    #expect(try site.audited("email.asked", account) == 0)
  }

  @Test func `the address that one has is no new one`() throws {
    let (person, _, visitor) = try site.doctorAtHome()
    let answer = try visitor.post(Address.self, form(person.email))
    #expect(answer.error("email") == Address.unchanged)
    // Other letters of the same address are a change of how it is shown.
    #expect(try visitor.post(Address.self, form(person.email.uppercased())).status == 303)
  }

  @Test func `one mail a minute goes to one address, and the answer is the same`() throws {
    let (_, _, visitor) = try site.doctorAtHome()
    let (new, token) = try ask(visitor)
    #expect(try visitor.post(Address.self, form(new)).location == "/mypage/email")
    #expect(try site.mails(to: new) == ["address_confirmation"])
    #expect(try visitor.get(Address.self, "/mypage/email?token=\(token)").status == 200)
  }
}
