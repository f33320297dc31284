// /mypage/password: the current one is asked for and throttled, the others sign in again.

import FastCGI
import MariaDB
import Testing

@testable import Membership
@testable import login
@testable import mypage
@testable import password
@testable import reset

@Suite struct PasswordChangeTests {
  private typealias Screen = password.Password

  let site: Site

  init() throws { site = try Site.shared.get() }

  @Test func `the new one counts, other sessions end, this one gets a new secret`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let elsewhere = try site.signedIn(person.loginID)
    let before = visitor.sessionHash
    let answer = try visitor.post(Screen.self, NewPasswords.form)
    #expect(answer.status == 303)
    #expect(answer.location == "/mypage")
    #expect(visitor.sessionHash != before)
    #expect(try visitor.isSignedIn)
    #expect(try !elsewhere.isSignedIn)
    let old = try site.row("SELECT ended_at FROM sessions WHERE token_hash = ?", before)
    #expect(try (old["ended_at"] as String?) != nil)

    #expect(try Visitor(site).logIn(person.loginID, Applicant.password).status == 422)
    #expect(try Visitor(site).logIn(person.loginID, NewPasswords.good).status == 303)
    #expect(try site.mails(to: person.email).last == "password_changed")
    #expect(try site.audited("password.changed", account) == 1)
  }

  @Test func `a reset URL that is on the way opens nothing any more`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let secret = try site.place.open().transaction { transaction in
      try site.services().tokens.issue(
        .reset, to: EmailAddress(person.email), account: account, consent: nil, seconds: 60,
        in: transaction)
    }
    try #require(visitor.post(Screen.self, NewPasswords.form).status == 303)
    let answer = try Visitor(site).get(Reset.self, "/password/reset?token=\(secret.forURL)")
    #expect(answer.status == 410)
  }

  @Test(
    arguments: [
      ("current_password", "", "current_password"), ("password", "", "password"),
      ("password_confirm", "", "password_confirm"),
      ("password_confirm", "Sazanami#58-kumO", "password_confirm"),
      ("password", "short#1", "password"), ("password", "password1!", "password"),
    ])
  func `a form that does not pass`(field: String, value: String, failing: String) throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let answer = try visitor.post(Screen.self, NewPasswords.form.with(field, value))
    #expect(answer.status == 422)
    #expect(answer.error(failing)?.isEmpty == false)
    for name in ["current_password", "password", "password_confirm"] {
      #expect(answer.values(name).allSatisfy { $0.isEmpty })
    }
    #expect(try site.audited("password.changed", account) == 0)
    #expect(try visitor.isSignedIn)
  }

  @Test func `a password of one's own name or login ID, or the same again, is refused`() throws {
    let (person, _, visitor) = try site.doctorAtHome()
    for word in [person.loginID + "-1", Applicant.password] {
      let answer = try visitor.post(
        Screen.self, NewPasswords.form.with("password", word).with("password_confirm", word))
      #expect(answer.status == 422)
      #expect(answer.error("password")?.isEmpty == false, "\(word)")
    }
  }

  @Test func `guessing meets the login's pause, and the pause is the login's too`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let wrong = NewPasswords.form.with("current_password", "Wrong#1234-word")
    for _ in 0..<5 {
      let answer = try visitor.post(Screen.self, wrong)
      #expect(answer.status == 422)
      #expect(answer.error("current_password")?.contains("正しくありません") == true)
    }
    let paused = try visitor.post(Screen.self, NewPasswords.form)
    #expect(paused.status == 429)
    #expect(Int(paused.response.header("Retry-After") ?? "") ?? 0 > 0)
    #expect(try Visitor(site).logIn(person.loginID, Applicant.password).status == 429)
    #expect(try site.audited("password.refused", account) == 5)
    #expect(try site.audited("password.changed", account) == 0)
  }

  @Test func `a right password clears the count`() throws {
    let (_, _, visitor) = try site.doctorAtHome()
    let wrong = NewPasswords.form.with("current_password", "Wrong#1234-word")
    for _ in 0..<4 { _ = try visitor.post(Screen.self, wrong) }
    #expect(try visitor.post(Screen.self, NewPasswords.form).status == 303)
    let back = NewPasswords.form.with("current_password", "Wrong#1234-word")
    for _ in 0..<4 { #expect(try visitor.post(Screen.self, back).status == 422) }
  }

  @Test func `a change that was overtaken by a reset does nothing`() throws {
    let (person, account, _) = try site.doctorAtHome()
    let services = site.services()
    let owner = try #require(
      try services.database.first("SELECT password_hash FROM accounts WHERE id = ?", account))
    let confirmed = ConfirmedPerson(
      account: account, loginKey: person.loginID.lowercased(), email: nil,
      passwordHash: try owner["password_hash"])
    try site.change("UPDATE accounts SET password_hash = 'other' WHERE id = ?", account)
    let isDone = try services.database.transaction { transaction in
      try services.accounts.changePassword(
        to: Membership.Password(NewPasswords.good), of: confirmed, in: transaction)
    }
    #expect(!isDone)
    let row = try site.row("SELECT password_hash FROM accounts WHERE id = ?", account)
    #expect(try row["password_hash"] == "other")
  }
}
