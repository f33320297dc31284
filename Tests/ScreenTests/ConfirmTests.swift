// confirm: the registration once more, and its end.

import FastCGI
import MariaDB
import TestSupport
import Testing

@testable import Membership
@testable import confirm
@testable import login
@testable import register

@Suite struct ConfirmTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// A visitor with a draft.
  func drafted(_ applicant: Applicant, as postcard: Postcard? = nil) throws -> Visitor {
    let visitor = Visitor(site)
    if let postcard { try visitor.logIn(postcard.loginID, postcard.password) }
    try visitor.fillIn(applicant)
    return visitor
  }

  func accounts(_ applicant: Applicant) throws -> Int {
    try site.count(
      "SELECT COUNT(*) AS n FROM accounts WHERE email_key = ? OR login_key = ?",
      applicant.email, applicant.loginID.lowercased())
  }

  @Test func `everything typed is shown in its normal form, but no password`() throws {
    let applicant = Applicant {
      $0.with("postal_code", "1138621").with("birth_date", "昭和25年1月31日")
        .with("given_name_kana", "たろう").with("specialty", "02", "03")
        .with("society", "日本内科学会", "日本医史学会").with("fax", "").with("degree_date", "")
        .with("address", "<b>1-2</b> & \"3\"")
    }
    let visitor = try drafted(applicant)
    let answer = try visitor.get(Confirm.self, "/register/confirm")
    #expect(answer.status == 200)
    for shown in [
      applicant.email, applicant.loginID, applicant.registryNumber, "113-8621", "1950/01/31",
      "1975/05/01", "<slot-free>ニチイ タロウ", "日医 太郎", "男性", "01内科", "02呼吸器内科",
      "03循環器内科", "東京大学", "海外の医科大学", "1975/03", "大阪大学大学院", "日本内科学会",
      "日本医史学会", "東京都", "090-1234-5678", "（安全のため表示しません）",
      "<dt>FAX</dt><dd>（未入力）</dd>", "<dt>学位取得年月（博士号）</dt><dd>（未入力）</dd>",
      "&lt;b&gt;1-2&lt;/b&gt; &amp; ",
    ] {
      #expect(answer.text.contains(shown.replacing("<slot-free>", with: "")), "\(shown)")
    }
    #expect(!answer.text.contains(Applicant.password))
    #expect(!answer.text.contains("<b>1-2"))
    #expect(answer.response.header("Cache-Control") == "no-store")
  }

  @Test func `without a draft it begins at the terms`() throws {
    #expect(try Visitor(site).get(Confirm.self).location == "/terms")
    for action in ["register"] {
      #expect(try Visitor(site).post(Confirm.self, ["action": action]).location == "/terms")
    }
  }

  @Test func `back leads to the form, anything else to this page; neither completes`() throws {
    let applicant = Applicant()
    let visitor = try drafted(applicant)
    #expect(try visitor.post(Confirm.self, ["action": "back"]).location == "/register")
    for form in [[:], ["action": ""], ["action": "Register"]] as [FormValues] {
      #expect(try visitor.post(Confirm.self, form).location == "/register/confirm")
    }
    #expect(try accounts(applicant) == 0)
  }

  @Test func `a doctor gets an account, with everything that belongs to it`() throws {
    let applicant = Applicant { $0.with("specialty", "05", "02") }
    let visitor = try drafted(applicant)
    #expect(try visitor.complete().location == "/register/complete")
    let account = try site.account(applicant.loginID)
    let row = try site.row(
      """
      SELECT kind, login_id, number, email, first_time_until,
        registered_at IS NOT NULL AS is_registered FROM accounts WHERE id = ?
      """, account)
    #expect(try row["kind"] == "doctor")
    #expect(try row["login_id"] == applicant.loginID)
    #expect(try row["email"] == applicant.email)
    #expect(try row["is_registered"] == true)
    #expect((try row["number"] as String).wholeMatch(of: /D\d{8}/) != nil)
    let profile = try #require(try Profiles.find(account, in: site.place.open()))
    for field in RegistrationFields.profile {
      #expect(profile.all(field.name) == applicant.form.all(field.name), "\(field.name)")
    }
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM consents WHERE account_id = ? AND version = ?
        """, account, site.services().terms().version) == 1)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM audit
        WHERE action = 'registration.completed' AND actor_id = ? AND subject_id = ?
        """, account, account) == 1)
    let draft = try site.row(
      "SELECT form, password_hash FROM drafts WHERE cookie_hash = ?", visitor.draftHash)
    #expect(try draft["form"] == "")
    #expect(try draft["password_hash"] == "")
  }

  @Test func `the completion mail names the person, and hides the middle of the login ID`() throws {
    let doctor = try site.doctor { $0.with("family_name", "𠮷田").with("given_name", "葛\u{E0100}男") }
    let mail = try site.row(
      "SELECT subject, body, token FROM outbox WHERE recipient = ? AND kind = 'registered'",
      doctor.email)
    let body: String = try mail["body"]
    #expect(body.unicodeScalars.contains("\u{E0100}"))
    #expect(body.contains("𠮷田 葛\u{E0100}男 様"))
    #expect(!body.contains(doctor.loginID))
    #expect(!body.contains(Applicant.password))
    #expect(try mail["token"] as String? == nil)
    #expect(try site.mails(to: doctor.email) == ["registration", "registered"])
  }

  @Test func `a member's own account is registered, and the postcard is dead`() throws {
    let postcard = try site.postcardMember()
    let account = try site.account(postcard.loginID)
    let applicant = Applicant()
    let visitor = try drafted(applicant, as: postcard)
    let session = visitor.sessionHash
    #expect(try visitor.complete().location == "/register/complete")
    #expect(try site.account(applicant.loginID) == account)
    let row = try site.row(
      "SELECT kind, number, first_time_until FROM accounts WHERE id = ?", account)
    #expect(try row["kind"] == "member")
    #expect(try row["number"] == postcard.memberNumber)
    #expect(try row["first_time_until"] as String? == nil)
    #expect(try Visitor(site).logIn(postcard.loginID, postcard.password).status == 422)
    #expect(try Visitor(site).logIn(applicant.loginID, postcard.password).status == 422)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM sessions WHERE token_hash = ? AND ended_at IS NULL", session)
        == 0)
    #expect(
      try site.count("SELECT COUNT(*) AS n FROM consents WHERE account_id = ?", account) == 1)
  }

  @Test func `a second POST leads where the first did: one account, one mail`() throws {
    let applicant = Applicant()
    let visitor = try drafted(applicant)
    for _ in 0..<3 { #expect(try visitor.complete().location == "/register/complete") }
    #expect(try visitor.get(Confirm.self).location == "/register/complete")
    #expect(try accounts(applicant) == 1)
    #expect(try site.mails(to: applicant.email) == ["registration", "registered"])
  }

  @Test func `two POSTs at once make one account and one mail`() async throws {
    for _ in 0..<5 {
      let applicant = Applicant()
      let visitor = try drafted(applicant)
      let places = try await atOnce([visitor, visitor])
      #expect(places == [303, 303])
      #expect(try accounts(applicant) == 1)
      #expect(try site.mails(to: applicant.email) == ["registration", "registered"])
    }
  }

  /// Completes the drafts of these visitors from threads of their own; the statuses, sorted.
  func atOnce(_ visitors: [Visitor]) async throws -> [Int] {
    let (site, all) = (self.site, visitors.map(\.cookies))
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for cookies in all {
        group.addTask {
          try await onThread {
            let visitor = Visitor(site)
            visitor.cookies = cookies
            return try visitor.complete().status
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted()
    }
  }

  static let loginIDTaken = "このログインIDは、すでに使われています。別のログインIDを入力してください。"
  static let numberTaken =
    "この医籍登録番号は、すでに登録されています。お心当たりがない場合は、画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"
  static let emailTaken = "このメールアドレスは、ほかの登録で使われています。別のメールアドレスで、はじめからお手続きください。"

  /// A second draft that has one thing in common with the first.
  func rival(of first: Applicant, _ field: String) throws -> Visitor {
    guard field == "email" else {
      return try drafted(Applicant { $0.with(field, first.form.first(field) ?? "") })
    }
    // The same address cannot have two live tokens: this one's changes hands behind the scenes.
    let second = Applicant()
    let visitor = try drafted(second)
    try site.change(
      "UPDATE tokens SET email = ?, email_key = ? WHERE email_key = ?",
      first.email, first.email, second.email)
    return visitor
  }

  @Test(arguments: [
    ("login_id", loginIDTaken), ("registry_number", numberTaken), ("email", emailTaken),
  ])
  func `what somebody else took meanwhile is said, and nothing is written`(
    field: String, sentence: String
  ) throws {
    let first = Applicant()
    let winner = try drafted(first)
    let loser = try rival(of: first, field)
    let draft = loser.draftHash
    #expect(try winner.complete().location == "/register/complete")
    let before = try site.count(
      "SELECT (SELECT COUNT(*) FROM accounts WHERE email_key = ?) AS n", first.email)
    let answer = try loser.complete()
    #expect(answer.status == 422)
    #expect(answer.summary == [sentence])
    #expect(answer.markup.title.hasPrefix("エラー：登録内容の確認"))
    #expect(answer.text.contains("文京区本駒込2-28-16"), "what was typed is still there")
    #expect(!answer.text.contains("taro.nichii@example.jp"), "no sample words of the file")
    #expect(before == 1)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM drafts WHERE cookie_hash = ? AND completed_at IS NULL", draft)
        == 1)
    #expect(try loser.get(Register.self, "/register").status == 200, "to be corrected")
  }

  @Test(arguments: ["login_id", "registry_number", "email"])
  func `of two that complete at once with the same, one wins`(field: String) async throws {
    for _ in 0..<4 {
      let first = Applicant()
      let visitors = try [drafted(first), rival(of: first, field)]
      #expect(try await atOnce(visitors) == [303, 422])
    }
  }

  @Test func `a token that ran out meanwhile is gone`() throws {
    let applicant = Applicant()
    let visitor = try drafted(applicant)
    try site.change("UPDATE tokens SET expires_at = NOW() WHERE email_key = ?", applicant.email)
    #expect(try visitor.complete().status == 410)
    #expect(try accounts(applicant) == 0)
  }

  @Test func `a newer mail makes the draft void`() throws {
    let postcard = try site.postcardMember()
    let applicant = Applicant()
    let visitor = try drafted(applicant, as: postcard)
    _ = try visitor.askForURL("p\(People.next())@example.jp")
    #expect(try visitor.complete().status == 410)
    #expect(try accounts(applicant) == 0)
  }

  @Test func `a new postcard makes the draft void`() throws {
    let postcard = try site.postcardMember()
    let visitor = try drafted(Applicant(), as: postcard)
    _ = try site.services().postcards.issue(to: site.account(postcard.loginID), by: nil)
    #expect(try visitor.complete().status == 410)
  }

  @Test func `a member who was suspended meanwhile is not registered`() throws {
    let postcard = try site.postcardMember()
    let account = try site.account(postcard.loginID)
    let applicant = Applicant()
    let visitor = try drafted(applicant, as: postcard)
    try site.change("UPDATE accounts SET suspended_at = NOW() WHERE id = ?", account)
    let answer = try visitor.complete()
    #expect(answer.status == 422)
    #expect(
      answer.summary == ["この会員番号の登録は、いまは受け付けられません。画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"])
    #expect(try accounts(applicant) == 0)
    #expect(try site.mails(to: applicant.email) == ["registration"])
  }
}
