// reset: a new password.

import FastCGI
import TestSupport
import Testing

@testable import Membership
@testable import forgot
@testable import login
@testable import mypage
@testable import reset

@Suite struct ResetTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static let new = "Sora$2moyou"

  func token(of person: Applicant) throws -> String {
    try site.change(
      "DELETE FROM throttle_events WHERE subject = ?",
      Throttle.subject("mail:reset", person.email))
    _ = try Visitor(site).post(
      Forgot.self, ["email": person.email, "login_id": person.loginID])
    return try site.token(to: person.email)
  }

  func form(_ token: String, _ password: String = new, _ again: String? = nil) -> FormValues {
    ["token": token, "password": password, "password_confirm": again ?? password]
  }

  @Test func `the URL opens the form, any number of times, and writes nothing`() throws {
    let doctor = try site.doctor()
    let token = try token(of: doctor)
    for method in ["HEAD", "GET", "GET"] {
      let visitor = Visitor(site)
      let answer = try visitor.get(Reset.self, "/password/reset?token=\(token)", method: method)
      #expect(answer.status == 200)
      #expect(answer.values("token") == [token])
      #expect(visitor.cookies.isEmpty)
      #expect(!answer.text.contains(doctor.loginID))
      #expect(!answer.text.contains(doctor.email))
    }
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM tokens WHERE token_hash = ? AND ended_at IS NULL",
        Secret(token)?.hash) == 1)
  }

  @Test func `the new password counts, the old one and its sessions are over`() throws {
    let doctor = try site.doctor()
    let (before, token) = (try site.signedIn(doctor.loginID), try token(of: doctor))
    let visitor = Visitor(site)
    let answer = try visitor.post(Reset.self, form(token))
    #expect(answer.location == "/password/complete")
    #expect(visitor.cookies.isEmpty, "it signs nobody in")
    #expect(try before.get(Mypage.self, "/mypage").location == "/login")
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).status == 422)
    #expect(try Visitor(site).logIn(doctor.loginID, Self.new).location == "/mypage")
    #expect(try site.mails(to: doctor.email).last == "password_changed")
    let account = try site.account(doctor.loginID)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM audit WHERE action = 'password.reset' AND subject_id = ?
        """, account) == 1)
    let notice = try site.row(
      "SELECT body FROM outbox WHERE recipient = ? AND kind = 'password_changed'", doctor.email)
    #expect(!(try notice["body"] as String).contains(Self.new))
  }

  @Test func `it ends a pause`() throws {
    let doctor = try site.doctor()
    for _ in 0..<5 { try Visitor(site).logIn(doctor.loginID, "Wrong#pass-99") }
    try #require(try Visitor(site).logIn(doctor.loginID, Applicant.password).status == 429)
    _ = try Visitor(site).post(Reset.self, form(token(of: doctor)))
    #expect(try Visitor(site).logIn(doctor.loginID, Self.new).status == 303)
  }

  /// The page of a token that opens nothing.
  func expectGone(_ token: String, _ reason: Comment) throws {
    for answer in [
      try Visitor(site).get(Reset.self, "/password/reset?token=\(token)"),
      try Visitor(site).post(Reset.self, form(token)),
    ] {
      #expect(answer.status == 410, reason)
      #expect(answer.text.contains("パスワードの再設定をやり直す方"), reason)
      #expect(answer.text.contains("href=\"/password/forgot\""), reason)
      #expect(!answer.text.contains("利用登録をやり直す方"), reason)
    }
  }

  @Test func `a token that opens nothing has a page that leads on`() throws {
    let doctor = try site.doctor()
    try expectGone("", "none")
    try expectGone(Secret().forURL, "nobody's")
    let used = try token(of: doctor)
    _ = try Visitor(site).post(Reset.self, form(used))
    try expectGone(used, "used")
    let late = try token(of: doctor)
    try site.change("UPDATE tokens SET expires_at = NOW() WHERE token_hash = ?", Secret(late)?.hash)
    try expectGone(late, "run out")
    let stranger = try site.place.open().transaction { transaction in
      try site.services().tokens.issue(
        .reset, to: try EmailAddress("nobody@example.jp"), account: nil, consent: nil,
        seconds: 60, in: transaction)
    }
    try expectGone(stranger.forURL, "a stranger's")
    let other = try site.place.open().transaction { transaction in
      try site.services().tokens.issue(
        .registration, to: try EmailAddress("nobody@example.jp"), account: nil, consent: nil,
        seconds: 60, in: transaction)
    }
    try expectGone(other.forURL, "a registration's")
  }

  @Test func `somebody suspended meanwhile still cannot sign in`() throws {
    let doctor = try site.doctor()
    let token = try token(of: doctor)
    try site.change("UPDATE accounts SET suspended_at = NOW() WHERE email_key = ?", doctor.email)
    _ = try Visitor(site).post(Reset.self, form(token))
    #expect(try Visitor(site).logIn(doctor.loginID, Self.new).status == 422)
  }

  @Test func `a robot's POST without a password uses nothing up`() throws {
    let doctor = try site.doctor()
    let token = try token(of: doctor)
    for robot in [["token": token], ["token": token, "password": ""]] as [FormValues] {
      #expect(try Visitor(site).post(Reset.self, robot).status == 422)
    }
    #expect(try Visitor(site).post(Reset.self, form(token)).location == "/password/complete")
  }

  @Test func `of two at once one sets the password`() async throws {
    let doctor = try site.doctor()
    let (site, token) = (self.site, try token(of: doctor))
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for password in [Self.new, "Yuki%3ga-furu"] {
        let form = form(token, password)
        group.addTask {
          try await onThread { try Visitor(site).post(Reset.self, form).status }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted()
    }
    #expect(statuses == [303, 410])
    #expect(try site.mails(to: doctor.email).count { $0 == "password_changed" } == 1)
  }

  static let rows: [(String, String?, String, String)] = [
    ("", "", "password", "パスワードを入力してください。"),
    (new, "", "password_confirm", "パスワードを、確認のためもう一度入力してください。"),
    (new, new + "x", "password_confirm", "2つのパスワードが違っています。同じものをもう一度入力してください。"),
    ("Ab1!", nil, "password", "パスワードは、8文字以上にしてください。"),
    ("gmzqwvhk!", nil, "password", "パスワードは、半角の数字を1文字以上入れてください。"),
    (
      "Nichii#1950", nil, "password",
      "パスワードは、ログインID、氏名、メールアドレスや、このシステムに関わる言葉を使わない、推測されにくいものにしてください。"
    ),
    ("Dragon#1", nil, "password", "パスワードは、よく使われていて推測されやすいため、別のものにしてください。"),
  ]

  @Test(arguments: rows)
  func `a password is held against the policy and its owner`(
    password: String, again: String?, field: String, sentence: String
  ) throws {
    let doctor = try site.doctor()
    let token = try token(of: doctor)
    let answer = try Visitor(site).post(Reset.self, form(token, password, again))
    #expect(answer.status == 422)
    #expect(answer.error(field) == sentence)
    #expect(answer.values("token") == [token])
    #expect(answer.values("password") == [""])
    if !password.isEmpty { #expect(!answer.text.contains(password)) }
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).status == 303)
  }
}
