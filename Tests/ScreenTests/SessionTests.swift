// Sessions: who may see what, and when a session is over.

import FastCGI
import Platform
import Testing

@testable import Membership
@testable import email
@testable import login
@testable import logout
@testable import mypage
@testable import secretariat
@testable import terms

@Suite struct SessionTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// Somebody who is signed in, or on the way, at each stage.
  func visitor(_ stage: Stage) throws -> Visitor {
    let visitor = Visitor(site)
    switch stage {
    case .registering: try visitor.agree()
    case .firstLogin:
      let postcard = try site.postcardMember()
      try visitor.logIn(postcard.loginID, postcard.password)
    case .consentDue:
      let doctor = try site.doctor()
      try site.change(
        "UPDATE consents SET version = '2001' WHERE account_id = ?", site.account(doctor.loginID))
      try visitor.logIn(doctor.loginID, Applicant.password)
    case .member:
      try visitor.logIn(site.registeredMember().applicant.loginID, Applicant.password)
    case .doctor: try visitor.logIn(site.doctor().loginID, Applicant.password)
    case .secretariat: try visitor.logIn(site.staff(), Applicant.password)
    case .administrator: try visitor.logIn(site.staff(isAdministrator: true), Applicant.password)
    case .secondFactor:
      let id = try site.staff()
      try site.change(
        "INSERT INTO second_factors (account_id, secret) VALUES (?, 'x')", site.account(id))
      try visitor.logIn(id, Applicant.password)
    case .enrolment:
      let strict = Visitor(try site.with(["STAFF_TWO_FACTOR": "required"]))
      try strict.logIn(site.staff(), Applicant.password)
      visitor.cookies = strict.cookies
    }
    let row = try site.row(
      "SELECT stage FROM sessions WHERE token_hash = ?", visitor.sessionHash)
    try #require(try row["stage"] == stage.rawValue)
    return visitor
  }

  @Test(
    arguments: [
      (.registering, "/email", "/email"), (.firstLogin, "/terms", "/terms"),
      (.consentDue, "/terms", "/terms"), (.member, nil, "403"), (.doctor, nil, "403"),
      (.secondFactor, "/login/code", "/login/code"),
      (.enrolment, "/secretariat/two-factor", "/secretariat/two-factor"),
      (.secretariat, "403", nil), (.administrator, "403", nil),
      (.secondFactor, "/login/code", "/login/code"),
      (.enrolment, "/secretariat/two-factor", "/secretariat/two-factor"),
    ] as [(Stage, String?, String?)])
  func `each stage sees its own pages, and is sent to them from others`(
    stage: Stage, mypage: String?, secretariat: String?
  ) throws {
    let visitor = try visitor(stage)
    for (expected, answer) in [
      (mypage, try visitor.get(Mypage.self, "/mypage")),
      (secretariat, try visitor.get(Secretariat.self, "/secretariat")),
    ] {
      switch expected {
      case nil: #expect(answer.status == 200)
      case "403":
        #expect(answer.status == 403)
        #expect(!answer.text.contains("日医 太郎"))
      case let place:
        #expect(answer.status == 303)
        #expect(answer.location == place)
      }
    }
  }

  @Test func `a stranger is sent to log in`() throws {
    #expect(try Visitor(site).get(Mypage.self, "/mypage").location == "/login")
    #expect(try Visitor(site).get(Secretariat.self, "/secretariat").location == "/login")
  }

  @Test(arguments: [
    "", "x", "0", String(repeating: "0", count: 64), String(repeating: "g", count: 64),
    String(repeating: "a", count: 65), "' OR 1=1 --",
  ])
  func `a cookie that is nobody's opens nothing`(cookie: String) throws {
    let visitor = Visitor(site)
    visitor.cookies["__Host-session"] = cookie
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
  }

  @Test func `a cookie of the other name opens nothing`() throws {
    let visitor = try visitor(.doctor)
    visitor.cookies["session"] = visitor.cookies.removeValue(forKey: "__Host-session")
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
  }

  @Test func `the database holds only the hash of the cookie`() throws {
    let visitor = try visitor(.doctor)
    let cookie = try #require(visitor.cookies["__Host-session"])
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM sessions WHERE token_hash = ? OR token_hash = ?",
        cookie, [UInt8](cookie.utf8)) == 0)
    #expect(visitor.sessionHash?.count == 32)
  }

  @Test(
    arguments: [
      (.member, 1800, 28800), (.doctor, 1800, 28800), (.consentDue, 1800, 28800),
      (.firstLogin, 1800, 28800), (.secretariat, 900, 28800), (.administrator, 900, 28800),
      (.registering, 86400, 86400),
    ] as [(Stage, Int, Int)])
  func `idle and absolute time-outs are those of the stage`(stage: Stage, idle: Int, life: Int)
    throws
  {
    let row = try site.row(
      """
      SELECT idle_seconds, TIMESTAMPDIFF(SECOND, created_at, expires_at) AS life
      FROM sessions WHERE token_hash = ?
      """, try visitor(stage).sessionHash)
    #expect(try row["idle_seconds"] == idle)
    #expect(try row["life"] == life)
  }

  @Test func `shortened, the time-outs end a session as they say`() throws {
    let idle = try site.with(["SESSION_IDLE_SECONDS": "1"])
    let absolute = try site.with(["SESSION_SECONDS": "1"])
    let visitors = try [idle, absolute].map { try $0.signedIn($0.doctor().loginID) }
    sleepMilliseconds(2200)
    for visitor in visitors {
      #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
    }
  }

  /// Moves a session's times into the past.
  func age(_ visitor: Visitor, minutes: Int) throws {
    try site.change(
      """
      UPDATE sessions SET created_at = created_at - INTERVAL ? MINUTE,
        seen_at = seen_at - INTERVAL ? MINUTE, expires_at = expires_at - INTERVAL ? MINUTE
      WHERE token_hash = ?
      """, minutes, minutes, minutes, visitor.sessionHash)
  }

  @Test func `a session in use goes on, up to its absolute end`() throws {
    let visitor = try visitor(.doctor)
    for _ in 0..<19 {
      try age(visitor, minutes: 25)
      #expect(try visitor.get(Mypage.self, "/mypage").status == 200)
    }
    try age(visitor, minutes: 6)
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
  }

  @Test func `half an hour idle ends it, a minute less does not`() throws {
    let visitor = try visitor(.doctor)
    try site.change(
      "UPDATE sessions SET seen_at = NOW() - INTERVAL 29 MINUTE WHERE token_hash = ?",
      visitor.sessionHash)
    #expect(try visitor.get(Mypage.self, "/mypage").status == 200)
    try site.change(
      "UPDATE sessions SET seen_at = NOW() - INTERVAL 1801 SECOND WHERE token_hash = ?",
      visitor.sessionHash)
    #expect(try visitor.get(Mypage.self, "/mypage").status == 303)
  }

  @Test func `suspending an account ends its sessions at once`() throws {
    let doctor = try site.doctor()
    let visitor = try site.signedIn(doctor.loginID)
    try site.change(
      "UPDATE accounts SET suspended_at = NOW() WHERE login_key = ?", doctor.loginID.lowercased())
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
    try site.change(
      "UPDATE accounts SET suspended_at = NULL WHERE login_key = ?", doctor.loginID.lowercased())
  }

  @Test func `signing out ends the session there, and in the browser`() throws {
    let doctor = try site.doctor()
    let visitor = try site.signedIn(doctor.loginID)
    let old = visitor.cookies
    let answer = try visitor.post(Logout.self, [:])
    #expect(answer.location == "/login")
    #expect(answer.response.header("Clear-Site-Data")?.contains("\"cache\"") == true)
    #expect(
      answer.response.header("Set-Cookie")
        == "__Host-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0")
    #expect(visitor.cookies.isEmpty)
    visitor.cookies = old
    #expect(try visitor.get(Mypage.self, "/mypage").location == "/login")
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM audit WHERE action = 'logout' AND actor_id = ?",
        site.account(doctor.loginID)) == 1)
  }

  @Test func `signing out without a session leads to the login too`() throws {
    #expect(try Visitor(site).post(Logout.self, [:]).location == "/login")
  }

  @Test func `signing out by a link or another site does nothing`() throws {
    let visitor = try visitor(.doctor)
    #expect(try visitor.get(Logout.self, "/logout").status == 405)
    let forged = try visitor.post(Logout.self, [:], ["HTTP_SEC_FETCH_SITE": "cross-site"])
    #expect(forged.status == 403)
    #expect(try visitor.get(Mypage.self, "/mypage").status == 200)
  }

  @Test func `every signed-in page offers logging out`() throws {
    for (stage, page) in [
      (Stage.member, try visitor(.member).get(Mypage.self, "/mypage")),
      (.secretariat, try visitor(.secretariat).get(Secretariat.self, "/secretariat")),
    ] {
      let forms = page.markup.elements(["form"])
      #expect(forms.contains { $0["action"] == "/logout" && $0["method"] == "post" }, "\(stage)")
      #expect(page.text.contains(">ログアウト</button>"))
      #expect(page.response.header("Cache-Control") == "no-store")
    }
  }
}
