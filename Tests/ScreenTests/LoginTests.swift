// login: a session for a member, a doctor or the secretariat.

import FastCGI
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import login
@testable import terms

@Suite struct LoginTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static let refused =
    "ログインIDまたはパスワードが正しくありません。大文字と小文字の違いなどをお確かめのうえ、もう一度入力してください。続けて失敗すると、しばらくログインできなくなります。"

  @Test func `everybody comes to their own place`() throws {
    let postcard = try site.postcardMember()
    #expect(try Visitor(site).logIn(postcard.loginID, postcard.password).location == "/terms")
    let member = try site.registeredMember().applicant
    #expect(try Visitor(site).logIn(member.loginID, Applicant.password).location == "/mypage")
    let doctor = try site.doctor()
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).location == "/mypage")
    for isAdministrator in [false, true] {
      let id = try site.staff(isAdministrator: isAdministrator)
      #expect(try Visitor(site).logIn(id, Applicant.password).location == "/secretariat")
    }
  }

  @Test func `a good login is noted: session, times, audit`() throws {
    let doctor = try site.doctor()
    let account = try site.account(doctor.loginID)
    let visitor = try site.signedIn(doctor.loginID)
    let session = try site.row(
      "SELECT account_id, stage, client_address FROM sessions WHERE token_hash = ?",
      visitor.sessionHash)
    #expect(try session["account_id"] == account)
    #expect(try session["stage"] == "doctor")
    #expect(try session["client_address"] == visitor.client)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM accounts
        WHERE id = ? AND first_login_at IS NOT NULL AND last_login_at IS NOT NULL
          AND previous_login_at IS NULL
        """, account) == 1)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM audit
        WHERE actor_id = ? AND action = 'login' AND client_address = ?
        """, account, visitor.client) == 1)
  }

  @Test func `the cookie is for this site alone, and for no script`() throws {
    let doctor = try site.doctor()
    let answer = try Visitor(site).logIn(doctor.loginID, Applicant.password)
    let line = try #require(answer.response.header("Set-Cookie"))
    #expect(
      line.wholeMatch(
        of: /__Host-session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure/) != nil)
    let plain = try site.with(["BASE_URL": "http://localhost:8080"])
    let local = try Visitor(plain).logIn(doctor.loginID, Applicant.password)
    #expect(
      local.response.header("Set-Cookie")?.wholeMatch(
        of: /session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax/) != nil)
  }

  @Test func `logging in again ends the session before and gives a new one`() throws {
    let doctor = try site.doctor()
    let visitor = try site.signedIn(doctor.loginID)
    let first = visitor.sessionHash
    try visitor.logIn(doctor.loginID, Applicant.password)
    #expect(visitor.sessionHash != first)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM sessions WHERE token_hash = ? AND ended_at IS NOT NULL", first)
        == 1)
  }

  @Test func `a login ID is compared without regard to case, a password is not`() throws {
    let doctor = try site.doctor()
    for id in [doctor.loginID.uppercased(), doctor.loginID.lowercased(), "  \(doctor.loginID) "] {
      #expect(try Visitor(site).logIn(id, Applicant.password).status == 303)
    }
    for password in [
      Applicant.password.uppercased(), Applicant.password + " ", " " + Applicant.password,
    ] {
      #expect(try Visitor(site).logIn(doctor.loginID, password).status == 422)
    }
  }

  @Test func `a first-time password is forgiven how it is typed`() throws {
    let postcard = try site.postcardMember()
    let printed = postcard.password
    #expect(printed.wholeMatch(of: /(?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}/) != nil)
    let rows: [(typed: String, reason: Comment)] = [
      (printed, "as printed"),
      (printed.lowercased(), "lower case"),
      (printed.filter { $0 != "-" }, "without hyphens"),
      (String(printed.map { $0 == "-" ? " " : $0 }), "spaces for hyphens"),
      ("　\(printed) ", "white space around"),
    ]
    for (typed, reason) in rows {
      #expect(try Visitor(site).logIn(postcard.loginID, typed).location == "/terms", reason)
      #expect(try Visitor(site).logIn(postcard.loginID.lowercased(), typed).status == 303, reason)
    }
  }

  @Test func `every kind of refusal looks the same`() throws {
    let doctor = try site.doctor()
    let suspended = try site.doctor()
    try site.change(
      "UPDATE accounts SET suspended_at = NOW() WHERE login_key = ?",
      suspended.loginID.lowercased())
    let late = try site.postcardMember()
    try site.change(
      "UPDATE accounts SET first_time_until = NOW() - INTERVAL 1 SECOND WHERE login_key = ?",
      late.loginID.lowercased())
    let replaced = try site.postcardMember()
    let again = try site.services().postcards.issue(to: site.account(replaced.loginID), by: nil)
    let registered = try site.registeredMember().postcard
    let rows: [(Comment, String, String)] = [
      ("a wrong password", doctor.loginID, "Wrong#pass-99"),
      ("nobody's ID", "nobody-has-this", Applicant.password),
      ("an ID that cannot be", "é' OR 1=1 --", Applicant.password),
      ("a control character", "abc\u{0}def", Applicant.password),
      ("somebody suspended, with the right password", suspended.loginID, Applicant.password),
      ("a postcard whose time is over", late.loginID, late.password),
      ("a postcard that was replaced", replaced.loginID, replaced.password),
      ("the old password with the new postcard's ID", again?.loginID ?? "", replaced.password),
      ("a postcard after the registration", registered.loginID, registered.password),
    ]
    for (reason, id, password) in rows {
      let visitor = Visitor(site)
      let answer = try visitor.logIn(id, password)
      #expect(answer.status == 422, reason)
      if reason == "a control character" { continue }
      #expect(answer.error("login_id") == Self.refused, reason)
      #expect(answer.values("login_id") == [id], reason)
      #expect(answer.values("password") == [""], reason)
      #expect(!answer.text.contains(password), reason)
      #expect(visitor.cookies.isEmpty, reason)
    }
  }

  @Test(
    arguments: [
      (["login_id": "", "password": "x"], "login_id", "ログインIDを入力してください。"),
      (["login_id": " 　", "password": "x"], "login_id", "ログインIDを入力してください。"),
      (["password": "x"], "login_id", "ログインIDを入力してください。"),
      (["login_id": "hanako", "password": ""], "password", "パスワードを入力してください。"),
      (["login_id": "hanako"], "password", "パスワードを入力してください。"),
    ] as [(FormValues, String, String)])
  func `both fields are asked for`(form: FormValues, field: String, sentence: String) throws {
    let answer = try Visitor(site).post(Login.self, form)
    #expect(answer.status == 422)
    #expect(answer.error(field) == sentence)
    #expect(answer.markup.failing == [field])
    #expect(answer.markup.title.hasPrefix("エラー：ログイン"))
    #expect(answer.markup.summary.map(\.target) == [field])
  }

  @Test func `a password hashed at another cost is hashed anew`() throws {
    let doctor = try site.doctor()
    let account = try site.account(doctor.loginID)
    func hash() throws -> String {
      try site.row("SELECT password_hash FROM accounts WHERE id = ?", account)["password_hash"]
    }
    let before = try hash()
    _ = try site.signedIn(doctor.loginID)
    #expect(try hash() == before)
    let dearer = try site.with(["ARGON2_PASSES": "2"])
    _ = try dearer.signedIn(doctor.loginID)
    #expect(try hash().contains("t=2"))
    _ = try site.signedIn(doctor.loginID)
  }

  @Test func `new terms are to be agreed to first`() throws {
    let doctor = try site.doctor()
    let account = try site.account(doctor.loginID)
    try site.change("UPDATE consents SET version = '2001' WHERE account_id = ?", account)
    let visitor = Visitor(site)
    #expect(try visitor.logIn(doctor.loginID, Applicant.password).location == "/terms")
    let answer = try visitor.post(Terms.self, People.consent(site))
    #expect(answer.location == "/mypage")
    #expect(
      try site.count("SELECT COUNT(*) AS n FROM consents WHERE account_id = ?", account) == 2)
    #expect(try Visitor(site).logIn(doctor.loginID, Applicant.password).location == "/mypage")
  }

  @Test func `an unknown ID costs a hash as well: the time does not tell it`() throws {
    // Dear enough to stand out against everything else that a request does.
    let site = try self.site.with(["ARGON2_PASSES": "4", "ARGON2_MEMORY_KIB": "65536"])
    let doctor = try site.doctor()
    func quickest(_ id: () -> String) throws -> Int {
      try (0..<4).map { _ in
        let begin = monotonicMicroseconds()
        try #require(try Visitor(site).logIn(id(), "Wrong#pass-99").status == 422)
        return monotonicMicroseconds() - begin
      }.min() ?? 0
    }
    let known = try quickest { doctor.loginID }
    let unknown = try quickest { "nobody%\(People.next())" }
    #expect(unknown > known / 3, "\(unknown) µs against \(known) µs")
  }
}
