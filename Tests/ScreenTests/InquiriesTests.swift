import FastCGI
import Testing

@testable import Membership
@testable import inquiries

@Suite struct InquiriesTests {
  let site: Site

  init() throws {
    site = try Site.shared.get()
  }

  /// An inquiry that has come in. Returns its number and the sender's address.
  private func inquiry() throws -> (number: Int, email: String) {
    let email = "q\(People.next())@example.jp"
    let number = try site.services().database.transaction { transaction in
      try transaction.insert(
        """
        INSERT INTO inquiries (name, email, category, body, client_address, created_at)
        VALUES ('日医 <b>𠮷</b>', ?, 'login', '=HYPERLINK("x")', '', NOW())
        """, email)
    }
    return (number, email)
  }

  private func place(_ number: Int) -> [String: String] {
    ["REQUEST_URI": "/secretariat/inquiries/\(number)"]
  }

  private func answerForm(_ text: String, version: Int = 1) -> FormValues {
    ["action": "answer", "version": "\(version)", "answer": text]
  }

  @Test func `an answer goes out by mail once and is kept`() throws {
    let (number, email) = try inquiry()
    let clerk = try site.signedIn(try site.staff())
    let answer = try clerk.post(
      InquiriesScreen.self, answerForm("お送りします。"), place(number))
    #expect(answer.location == "/secretariat/inquiries/\(number)")
    #expect(try site.mails(to: email) == ["inquiry_answer"])
    let again = try clerk.post(
      InquiriesScreen.self, answerForm("お送りします。"), place(number))
    #expect(again.status == 422)
    #expect(try site.mails(to: email) == ["inquiry_answer"], "a double click sends one mail")
    let page = try clerk.get(InquiriesScreen.self, "/secretariat/inquiries/\(number)")
    #expect(page.text.contains("メールで回答"))
    #expect(page.text.contains("日医 &lt;b&gt;𠮷&lt;/b&gt;"))
  }

  @Test func `an answer outlives its mail`() throws {
    let (number, email) = try inquiry()
    let clerk = try site.signedIn(try site.staff())
    _ = try clerk.post(InquiriesScreen.self, answerForm("お送りします。"), place(number))
    func page() throws -> String {
      try clerk.get(InquiriesScreen.self, "/secretariat/inquiries/\(number)").text
    }
    #expect(try page().contains("メール：送信待ち"))
    // As housekeeping does after MAIL_KEEP_SECONDS.
    try site.change("DELETE FROM outbox WHERE recipient = ?", email)
    #expect(try page().contains("お送りします。"))
    #expect(try page().contains("メール：送信の記録は保存期間を過ぎました"))
  }

  @Test func `the second of two clerks is told and shown what is there now`() throws {
    let (number, email) = try inquiry()
    let first = try site.signedIn(try site.staff())
    let second = try site.signedIn(try site.staff())
    let note: FormValues = [
      "action": "keep", "version": "1", "new_state": "closed", "new_category": "login",
      "seen_state": "open", "seen_category": "login", "note": "電話で済み",
    ]
    #expect(try first.post(InquiriesScreen.self, note, place(number)).status == 303)
    let answer = try second.post(InquiriesScreen.self, answerForm("回答です"), place(number))
    #expect(answer.status == 422)
    #expect(answer.summary == [InquiriesScreen.overtaken.sentence])
    #expect(answer.text.contains("電話で済み"))
    #expect(answer.values("answer") == ["回答です"])
    #expect(try site.mails(to: email).isEmpty)

    // Only a note was written: the choices follow the other clerk's.
    let late = try second.post(
      InquiriesScreen.self,
      note.with("new_state", "open").with("note", "メモ"), place(number))
    #expect(late.status == 422)
    #expect(late.values("new_state") == ["closed"])
    #expect(late.values("note") == ["メモ"])
  }

  @Test func `an empty answer is not sent`() throws {
    let (number, email) = try inquiry()
    let clerk = try site.signedIn(try site.staff())
    let answer = try clerk.post(InquiriesScreen.self, answerForm(" "), place(number))
    #expect(answer.error("answer") == InquiriesScreen.missingAnswer)
    #expect(try site.mails(to: email).isEmpty)
  }

  @Test func `what was done is in the audit trail without words`() throws {
    let (number, _) = try inquiry()
    let id = try site.staff()
    let clerk = try site.signedIn(id)
    _ = try clerk.post(InquiriesScreen.self, answerForm("秘密の回答"), place(number))
    let row = try site.row(
      "SELECT action, details FROM audit WHERE actor_id = ? ORDER BY id DESC LIMIT 1",
      try site.account(id))
    #expect(try row["action"] == "inquiry.answered")
    #expect(try row["details"] == "inquiry \(number)")
  }

  @Test func `the list is filtered and paged`() throws {
    let (number, _) = try inquiry()
    let clerk = try site.signedIn(try site.staff())
    let link = "href=\"/secretariat/inquiries/\(number)\""
    let found = try clerk.get(
      InquiriesScreen.self, "/secretariat/inquiries?state=open&category=login")
    #expect(found.text.contains(link))
    for query in ["?state=closed", "?category=postcard", "?before=\(number)"] {
      let page = try clerk.get(InquiriesScreen.self, "/secretariat/inquiries" + query)
      #expect(page.status == 200)
      #expect(!page.text.contains(link), "\(query)")
    }
  }

  @Test func `members and strangers see nothing`() throws {
    let (number, _) = try inquiry()
    let doctor = try site.signedIn(try site.doctor().loginID)
    let address = "/secretariat/inquiries/\(number)"
    #expect(try doctor.get(InquiriesScreen.self, address).status == 403)
    #expect(
      try doctor.post(InquiriesScreen.self, answerForm("x"), place(number)).status == 403)
    #expect(try Visitor(site).get(InquiriesScreen.self, address).location == "/login")
    let clerk = try site.signedIn(try site.staff())
    #expect(try clerk.get(InquiriesScreen.self, "/secretariat/inquiries/999999999").status == 404)
  }

  @Test func `what was typed survives the end of the session and the inquiry is hidden`() throws {
    let (number, _) = try inquiry()
    let clerk = try site.signedIn(try site.staff())
    try site.change(
      "UPDATE sessions SET ended_at = NOW() WHERE token_hash = ?",
      try #require(clerk.sessionHash))
    let answer = try clerk.post(InquiriesScreen.self, answerForm("長い回答"), place(number))
    #expect(answer.status == 401)
    #expect(answer.values("answer") == ["長い回答"])
    #expect(!answer.text.contains("HYPERLINK"))
  }
}
