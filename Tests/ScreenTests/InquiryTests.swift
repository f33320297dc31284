// inquiry: a question to the secretariat.

import FastCGI
import Testing

@testable import Membership
@testable import inquiry

@Suite struct InquiryTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  func form(_ email: String) -> FormValues {
    [
      "name": "日医 太郎", "email": email, "phone": "０３ー３９４６ー２１２１", "category": "postcard",
      "body": "ハガキが\r\n見当たりません。𠮷田",
    ]
  }

  func address() -> String { "q\(People.next())@example.jp" }

  @Test func `it is kept, and mailed to the sender and to the office`() throws {
    let email = address()
    let visitor = Visitor(site)
    #expect(try visitor.post(Inquiry.self, form(email)).location == "/inquiry/sent")
    let row = try site.row(
      """
      SELECT id, account_id, name, phone, category, body, state, client_address
      FROM inquiries WHERE email = ?
      """, email)
    #expect(try row["name"] == "日医 太郎")
    #expect(try row["phone"] == "03-3946-2121")
    #expect(try row["category"] == "postcard")
    #expect(try row["body"] == "ハガキが\n見当たりません。𠮷田")
    #expect(try row["state"] == "open")
    #expect(try row["account_id"] as Int? == nil)
    #expect(try row["client_address"] == visitor.client)
    #expect(try site.mails(to: email) == ["inquiry_received"])
    let office = try site.row(
      """
      SELECT body FROM outbox WHERE recipient = 'office@members.example.jp'
        AND kind = 'inquiry_for_office' AND body LIKE CONCAT('%', ?, '%')
      """, email)
    let body: String = try office["body"]
    #expect(body.contains("見当たりません。𠮷田"))
    #expect(body.contains("ハガキが見当たらない"))
  }

  @Test func `somebody who is signed in is noted as the sender`() throws {
    let doctor = try site.doctor()
    let email = address()
    _ = try site.signedIn(doctor.loginID).post(Inquiry.self, form(email))
    let row = try site.row("SELECT account_id FROM inquiries WHERE email = ?", email)
    #expect(try row["account_id"] == site.account(doctor.loginID))
  }

  @Test func `over the limit on mails it is still kept for the office`() throws {
    let email = address()
    for _ in 0..<3 {
      #expect(try Visitor(site).post(Inquiry.self, form(email)).location == "/inquiry/sent")
    }
    #expect(try site.count("SELECT COUNT(*) AS n FROM inquiries WHERE email = ?", email) == 3)
    #expect(try site.mails(to: email) == ["inquiry_received"])
  }

  @Test func `a phone number may be left out`() throws {
    let email = address()
    #expect(try Visitor(site).post(Inquiry.self, form(email).with("phone")).status == 303)
    #expect(try site.row("SELECT phone FROM inquiries WHERE email = ?", email)["phone"] == "")
  }

  static let wrong: [(String, String, String)] = [
    ("name", "", "お名前を入力してください。"),
    ("email", "", "メールアドレスを入力してください。"),
    ("category", "", "お問い合わせの種類を選んでください。"),
    ("body", "", "お問い合わせの内容を入力してください。"),
    ("body", "\r\n 　", "お問い合わせの内容を入力してください。"),
    ("name", String(repeating: "名", count: 65), "お名前は、64文字以内で入力してください。"),
    ("email", "a@@b", "メールアドレスは、「name@example.jp」のような形で、半角で入力してください。"),
    ("phone", "電話", "電話番号は、市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。"),
    ("category", "bomb", "お問い合わせの種類は、一覧から選択してください。"),
    ("body", String(repeating: "あ", count: 2001), "お問い合わせの内容は、2000文字以内で入力してください。"),
    ("body", "a\u{0}b", "お問い合わせの内容は、特殊な文字（制御文字など、画面に表示できない文字）を除いて入力してください。"),
  ]

  @Test(arguments: wrong)
  func `what is wrong is asked for, the rest is kept, nothing is sent`(
    field: String, value: String, sentence: String
  ) throws {
    let email = address()
    let typed = form(email).with(field, value)
    let answer = try Visitor(site).post(Inquiry.self, typed)
    #expect(answer.status == 422)
    #expect(answer.error(field) == sentence)
    #expect(answer.markup.failing == [field])
    #expect(answer.markup.title.hasPrefix("エラー："))
    for pair in typed.pairs where pair.name != field {
      let shown = answer.values(pair.name).first?.replacing("\r\n", with: "\n")
      #expect(shown == pair.value.replacing("\r\n", with: "\n"))
    }
    #expect(try site.count("SELECT COUNT(*) AS n FROM inquiries WHERE email = ?", email) == 0)
    #expect(try site.mails(to: email) == [])
  }

  @Test func `an inquiry of the longest kind is taken`() throws {
    let email = address()
    let longest = String(repeating: "𠮷", count: 2000)
    #expect(try Visitor(site).post(Inquiry.self, form(email).with("body", longest)).status == 303)
  }

  @Test func `words that look like headers or markup stay words`() throws {
    let email = address()
    let name = "x\r\nBcc: a@example.jp"
    let answer = try Visitor(site).post(Inquiry.self, form(email).with("name", name))
    #expect(answer.status == 422)
    #expect(answer.error("name")?.contains("改行や特殊な文字") == true)
    let markup = try Visitor(site).post(
      Inquiry.self, form(email).with("name", "<script>&\"'").with("body", ""))
    #expect(markup.values("name") == ["<script>&\"'"])
    #expect(!markup.text.contains("<script>&"))
  }
}
