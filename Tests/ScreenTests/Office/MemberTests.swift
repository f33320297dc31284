// member: one record, and what the secretariat does about it.

import FastCGI
import MariaDB
import TestSupport
import Testing

@testable import Membership
@testable import login
@testable import member
@testable import members
@testable import mypage
@testable import register

@Suite struct MemberTests {
  let site: Site
  let office: Visitor

  init() throws {
    site = try Site.shared.get()
    office = try site.signedIn(site.staff())
  }

  func number(_ account: Int) throws -> String {
    try site.row("SELECT number FROM accounts WHERE id = ?", account)["number"]
  }

  func get(_ number: String, _ query: String = "", by visitor: Visitor? = nil) throws -> Answer {
    try (visitor ?? office).get(Member.self, "/secretariat/members/\(number)\(query)")
  }

  func post(_ number: String, _ form: FormValues, by visitor: Visitor? = nil) throws -> Answer {
    try (visitor ?? office).post(
      Member.self, form, ["REQUEST_URI": "/secretariat/members/\(number)"])
  }

  /// Lines of the audit trail of this action on an account.
  func audited(_ action: String, _ account: Int) throws -> Int {
    try site.count(
      "SELECT COUNT(*) AS n FROM audit WHERE action = ? AND subject_id = ? AND actor_id IS NOT NULL",
      action, account)
  }

  @Test func `only the secretariat gets in, and nobody else's number leads on`() throws {
    let card = try site.postcardMember()
    let person = try site.doctor()
    let visitor = try site.signedIn(person.loginID)
    for target in ["/secretariat/members", "/secretariat/members/\(card.memberNumber)"] {
      #expect(try visitor.get(Members.self, target).status == 403)
      #expect(try visitor.get(Member.self, target).status == 403)
      #expect(try Visitor(site).get(Member.self, target).location == "/login")
    }
    for action in ["suspend", "correct", "issue", "merge", "release", "resend", "reinstate"] {
      let answer = try post(
        card.memberNumber, ["action": action, "reason": "x"], by: visitor)
      #expect(answer.status == 403, "\(action)")
    }
    #expect(try get("nobody").status == 404)
    let staff: String = try site.row(
      "SELECT number FROM accounts WHERE kind = 'secretariat' LIMIT 1")["number"]
    #expect(try get(staff).status == 404)
    #expect(try post(card.memberNumber, ["action": "delete"]).status == 400)
  }

  @Test func `the record tells the state in a sentence, and that it was looked at`() throws {
    let account = try site.member()
    let first = try get(number(account))
    #expect(first.text.contains("初期IDはまだ発行していません。"))
    #expect(try audited("member.viewed", account) == 1)
    let card = try site.postcardMember()
    #expect(try get(card.memberNumber).text.contains("まで有効。まだログインしていません。"))
    try Visitor(site).logIn(card.loginID, card.password)
    #expect(try get(card.memberNumber).text.contains("に初回ログイン。利用規約にはまだ同意していません。"))
    let done = try site.registeredMember()
    #expect(try get(done.postcard.memberNumber).text.contains("に登録が完了しました。"))
  }

  @Test func `a session that ran out shows nothing stored`() throws {
    let card = try site.postcardMember()
    let other = try site.signedIn(site.staff())
    try site.change(
      "UPDATE sessions SET expires_at = NOW() - INTERVAL 1 SECOND WHERE token_hash = ?",
      other.sessionHash)
    let form = Applicant().form.with("action", "correct").with("version", "0")
      .with("address", "書きかけの町")
    let answer = try post(card.memberNumber, form, by: other)
    #expect(answer.status == 401)
    #expect(answer.values("address") == ["書きかけの町"])
    #expect(!answer.text.contains("初期ID"))
    let suspended = try post(card.memberNumber, ["action": "suspend", "reason": "x"], by: other)
    #expect(suspended.status == 401)
    #expect(!suspended.text.contains("日医"))
  }

  @Test func `what was entered on somebody's behalf becomes theirs when they register`() throws {
    let card = try site.postcardMember()
    let account = try site.account(card.loginID)
    try site.change(
      "UPDATE roll SET email = ? WHERE account_id = ?", "roll\(account)@example.jp", account)
    #expect(try get(card.memberNumber, "?edit=1").values("family_name") == ["日医"])
    let own = Applicant { $0.with("former_family_name", "=HYPERLINK()") }
    let form = own.form.with("action", "correct").with("version", "0")
    #expect(try post(card.memberNumber, form.with("sex")).error("sex")?.isEmpty == false)
    let answer = try post(card.memberNumber, form)
    try #require(answer.location == "/secretariat/members/\(card.memberNumber)?done=corrected")
    #expect(try audited("member.entered", account) == 1)
    #expect(try site.mails(to: "roll\(account)@example.jp") == ["profile_corrected"])
    #expect(try get(card.memberNumber).text.contains("事務局が代理で入力した登録内容があります。"))
    // The person then registers with the same register number.
    let visitor = Visitor(site)
    try visitor.logIn(card.loginID, card.password)
    try visitor.register(own)
    let profiles = try site.count(
      "SELECT COUNT(*) AS n FROM profiles WHERE registry_number = ?", own.registryNumber)
    #expect(profiles == 1)
  }

  @Test func `of two who correct at once the second is told, and decides`() throws {
    let person = try site.registeredMember()
    let number = person.postcard.memberNumber
    let account = try site.account(person.applicant.loginID)
    let second = try site.signedIn(site.staff())
    let form = person.applicant.form.with("action", "correct").with("version", "1")
    #expect(try post(number, form.with("address", "一の町1")).status == 303)
    let told = try post(number, form.with("address", "二の町2"), by: second)
    #expect(told.status == 422)
    #expect(told.error("address") == "いまの登録内容は「一の町1」です。")
    #expect(told.values("address") == ["二の町2"])
    #expect(told.values("version") == ["2"])
    let stored: String = try site.row(
      "SELECT address FROM profiles WHERE account_id = ?", account)["address"]
    #expect(stored == "一の町1")
    #expect(try post(number, form.with("address", "二の町2").with("version", "2")).status == 303)
    let row = try site.row(
      "SELECT old_value, new_value FROM changes WHERE account_id = ? ORDER BY id DESC", account)
    #expect(try row["old_value"] == "一の町1")
    #expect(try row["new_value"] == "二の町2")
    #expect(try audited("member.corrected", account) == 2)
    // The same again changes nothing and tells nobody.
    let same = try post(number, form.with("address", "二の町2").with("version", "3"))
    #expect(same.location?.hasSuffix("done=unchanged") == true)
    #expect(
      try site.mails(to: person.applicant.email).filter { $0 == "profile_corrected" }.count == 2)
  }

  @Test func `a new name is found, and so is the former one`() throws {
    let person = try site.registeredMember()
    let number = person.postcard.memberNumber
    let form = person.applicant.form.with("action", "correct").with("version", "1")
      .with("family_name", "葛󠄀城\(number.suffix(2))").with("former_family_name", "旧\(number)")
    #expect(try post(number, form).status == 303)
    for words in ["葛城", "旧\(number)太郎", "旧"] {
      let query: FormValues = ["q": words]
      let list = try office.get(Members.self, "/secretariat/members?\(query.urlencoded)")
      #expect(list.text.contains("/secretariat/members/\(number)\""), "\(words)")
    }
  }

  @Test func `a suspended person is out at once, and back when reinstated`() throws {
    let person = try site.registeredMember()
    let number = person.postcard.memberNumber
    let account = try site.account(person.applicant.loginID)
    let visitor = try site.signedIn(person.applicant.loginID)
    #expect(try post(number, ["action": "suspend", "reason": " "]).error("reason") != nil)
    #expect(try visitor.get(Mypage.self, "/mypage").status == 200)
    #expect(try post(number, ["action": "suspend", "reason": "<b>退会</b>"]).status == 303)
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
    #expect(try Visitor(site).logIn(person.applicant.loginID, Applicant.password).status == 422)
    #expect(try get(number).text.contains("理由：&lt;b&gt;退会&lt;/b&gt;"))
    #expect(try post(number, ["action": "suspend", "reason": "x"]).status == 422)
    #expect(try post(number, ["action": "reinstate"]).status == 303)
    #expect(try Visitor(site).logIn(person.applicant.loginID, Applicant.password).status == 303)
    #expect(try audited("member.suspended", account) == 1)
    #expect(try audited("member.reinstated", account) == 1)
  }

  @Test func `a pause is seen and ended`() throws {
    let person = try site.registeredMember()
    let number = person.postcard.memberNumber
    for _ in 0..<6 { _ = try Visitor(site).logIn(person.applicant.loginID, "wrong#Pass-1") }
    #expect(try Visitor(site).logIn(person.applicant.loginID, Applicant.password).status == 429)
    #expect(try get(number).text.contains("一時停止中です"))
    #expect(try post(number, ["action": "release"]).status == 303)
    #expect(try Visitor(site).logIn(person.applicant.loginID, Applicant.password).status == 303)
  }

  @Test func `credentials are issued once, shown once, and void the earlier ones`() throws {
    let card = try site.postcardMember()
    let newest: Int = try site.row(
      "SELECT MAX(id) AS id FROM postcards WHERE login_id = ?", card.loginID)["id"]
    let form: FormValues = ["action": "issue", "postcard": "\(newest)"]
    let answer = try post(card.memberNumber, form)
    let shown = answer.text.matches(of: /class="first-time">([^<]+)</).map { String($0.1) }
    try #require(shown.count == 2)
    #expect(answer.response.header("Cache-Control") == "no-store")
    #expect(try post(card.memberNumber, form).location?.hasSuffix("done=stale") == true)
    #expect(try Visitor(site).logIn(card.loginID, card.password).status == 422)
    #expect(try Visitor(site).logIn(shown[0], shown[1]).location == "/terms")
    let registered = try site.registeredMember()
    #expect(try post(registered.postcard.memberNumber, form).status == 422)
  }

  @Test func `a mail goes again, with a new token where it had one`() throws {
    let card = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(card.loginID, card.password)
    try visitor.agree()
    let email = "p\(People.next())@example.jp"
    let old = try visitor.askForURL(email)
    let mail: Int = try site.row("SELECT id FROM outbox WHERE recipient = ?", email)["id"]
    let stranger = try site.postcardMember()
    let form: FormValues = ["action": "resend", "mail": "\(mail)"]
    #expect(try post(stranger.memberNumber, form).status == 404)
    #expect(try post(card.memberNumber, form).status == 303)
    let new = try site.token(to: email)
    #expect(new != old)
    #expect(try Visitor(site).get(Register.self, "/register?token=\(old)").status == 410)
    #expect(try Visitor(site).get(Register.self, "/register?token=\(new)").status == 200)
    #expect(try get(card.memberNumber).text.contains("新しいメールに置き換えました"))
    let done = try site.registeredMember()
    let sent = try site.row(
      "SELECT id, message_id FROM outbox WHERE recipient = ? AND kind = 'registered'",
      done.applicant.email)
    try site.change("UPDATE outbox SET state = 'sent' WHERE id = ?", try sent["id"] as Int)
    let again: FormValues = ["action": "resend", "mail": "\(try sent["id"] as Int)"]
    #expect(try post(done.postcard.memberNumber, again).status == 303)
    let row = try site.row(
      "SELECT state, message_id FROM outbox WHERE id = ?", try sent["id"] as Int)
    #expect(try row["state"] == "waiting")
    #expect(try row["message_id"] as String != sent["message_id"])
    // The mail with the URL of a registration that is done opens nothing any more.
    let url: Int = try site.row(
      "SELECT id FROM outbox WHERE recipient = ? AND kind = 'registration'",
      done.applicant.email)["id"]
    let pointless: FormValues = ["action": "resend", "mail": "\(url)"]
    #expect(try post(done.postcard.memberNumber, pointless).status == 422)
  }

  @Test func `a doctor's registration and the member's record become one account`() throws {
    let doctor = try site.doctor()
    let account = try site.account(doctor.loginID)
    let stranger = try site.member(
      registryNumber: doctor.registryNumber, birthDate: "1950-02-01")
    #expect(try !get(number(stranger)).text.contains("同じ方と思われる登録があります"))
    try site.change("UPDATE roll SET birth_date = '1950-01-31' WHERE account_id = ?", stranger)
    let (member, other) = (try number(stranger), try number(account))
    #expect(try get(member).text.contains("同じ方と思われる登録があります"))
    #expect(try get(other).text.contains("同じ方と思われる登録があります"))
    #expect(try post(member, ["action": "merge", "other": "D99999999"]).status == 422)
    let visitor = try site.signedIn(doctor.loginID)
    let answer = try post(other, ["action": "merge", "other": member])
    #expect(answer.location == "/secretariat/members/\(member)?done=merged")
    #expect(try number(account) == member)
    #expect(try site.count("SELECT COUNT(*) AS n FROM accounts WHERE id = ?", stranger) == 0)
    #expect(try site.count("SELECT COUNT(*) AS n FROM roll WHERE account_id = ?", account) == 1)
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).location == "/mypage")
    #expect(try site.mails(to: doctor.email).last == "accounts_merged")
    #expect(try audited("members.merged", account) == 1)
    #expect(try get(other).status == 404)
    #expect(try post(member, ["action": "merge", "other": other]).status == 422)
  }
}
