// Where one is signed in, who tried to, and who may see my page.

import FastCGI
import MariaDB
import Sodium
import Testing

@testable import Membership
@testable import address
@testable import login
@testable import mypage
@testable import password
@testable import profile
@testable import sessions

@Suite struct SignedInTests {
  private typealias Screen = sessions.Sessions

  let site: Site

  init() throws { site = try Site.shared.get() }

  private func handles(_ visitor: Visitor) throws -> [String] {
    try visitor.get(Screen.self, "/mypage/sessions").values("session")
  }

  @Test func `the list has every live session, one's own first`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let telephone = Visitor(site)
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    _ = try telephone.post(
      Login.self, ["login_id": person.loginID, "password": Applicant.password],
      ["HTTP_USER_AGENT": agent])
    let old = try site.signedIn(person.loginID)
    try site.change(
      "UPDATE sessions SET seen_at = seen_at - INTERVAL 1 DAY WHERE token_hash = ?",
      old.sessionHash)
    let page = try visitor.get(Screen.self, "/mypage/sessions")
    #expect(page.status == 200)
    #expect(page.values("session").count == 2)
    let text = page.text
    let own = try #require(text.range(of: "（いまお使いの機器）")?.lowerBound)
    let other = try #require(text.range(of: "iPhone の Safari")?.lowerBound)
    #expect(own < other)
    #expect(text.contains(telephone.client))
    #expect(account > 0)
  }

  @Test func `one is ended, the others stay`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let second = try site.signedIn(person.loginID)
    let third = try site.signedIn(person.loginID)
    let chosen = try #require(try handles(second).first)
    let answer = try visitor.post(Screen.self, ["action": "end", "session": chosen])
    #expect(answer.location == "/mypage/sessions")
    #expect(try !second.isSignedIn)
    #expect(try visitor.isSignedIn)
    #expect(try third.isSignedIn)
    #expect(try site.audited("session.ended", account) == 1)
    // Once more, by the back button: it is gone.
    let again = try visitor.post(Screen.self, ["action": "end", "session": chosen])
    #expect(again.location == "/mypage/sessions")
    #expect(try site.audited("session.ended", account) == 1)
  }

  @Test func `all others are ended`() throws {
    let (person, _, visitor) = try site.doctorAtHome()
    let others = try (0..<3).map { _ in try site.signedIn(person.loginID) }
    let answer = try visitor.post(Screen.self, ["action": "end_others"])
    #expect(answer.location == "/mypage/sessions")
    for other in others { #expect(try !other.isSignedIn) }
    #expect(try handles(visitor).count == 1)
  }

  @Test func `ending one's own is signing out`() throws {
    let (_, _, visitor) = try site.doctorAtHome()
    let own = try handles(visitor)[0]
    let answer = try visitor.post(Screen.self, ["action": "end", "session": own])
    #expect(answer.location == "/login")
    #expect(answer.response.header("Clear-Site-Data") != nil)
    #expect(visitor.sessionHash == nil)
  }

  @Test func `a handle of somebody else's session ends nothing`() throws {
    let (_, _, victim) = try site.doctorAtHome()
    let (_, _, visitor) = try site.doctorAtHome()
    let foreign = try handles(victim)[0]
    let hash = hexadecimal(try #require(victim.sessionHash))
    for handle in [foreign, hash, "", "%", "1 OR 1"] {
      let answer = try visitor.post(Screen.self, ["action": "end", "session": handle])
      #expect(answer.location == "/mypage/sessions")
    }
    #expect(try victim.isSignedIn)
    #expect(try visitor.isSignedIn)
  }

  @Test func `my page shows good and bad tries, newest first`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    #expect(try Visitor(site).logIn(person.loginID, "Wrong#1234-word").status == 422)
    let rows = try site.place.open().rows(
      "SELECT outcome FROM logins WHERE account_id = ? ORDER BY id", account)
    #expect(try rows.map { try $0["outcome"] as String } == ["opened", "refused"])
    let text = try visitor.get(Mypage.self, "/mypage").text
    let bad = try #require(text.range(of: "<td data-label=\"結果\">ログインできませんでした</td>")?.lowerBound)
    let good = try #require(text.range(of: "<td data-label=\"結果\">ログインしました</td>")?.lowerBound)
    #expect(bad < good)
    #expect(text.contains("2026-11-01"))
  }

  @Test func `a try with an unknown ID leaves as many rows as one with a known`() throws {
    let person = try site.doctor()
    let account = try site.account(person.loginID)
    func written(_ id: String, _ agent: String) throws -> [Int] {
      let visitor = Visitor(site)
      let answer = try visitor.post(
        Login.self, ["login_id": id, "password": "Wrong#1234-word"], ["HTTP_USER_AGENT": agent])
      try #require(answer.status == 422)
      return try [
        site.count(
          "SELECT COUNT(*) AS n FROM throttle_events WHERE subject IN (?, ?)",
          Throttle.subject("client", visitor.client), Throttle.subject("nobody", agent)),
        site.count("SELECT COUNT(*) AS n FROM logins WHERE account_id = ?", account),
      ]
    }
    #expect(try written(person.loginID, "agent-\(People.next())") == [1, 1])
    #expect(try written("nobody\(People.next())", "agent-\(People.next())") == [2, 1])
  }

  @Test func `a person without a consent on record sees my page all the same`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    try site.change("DELETE FROM consents WHERE account_id = ?", account)
    let page = try visitor.get(Mypage.self, "/mypage")
    #expect(page.status == 200)
    #expect(page.text.contains("（記録がありません）"))
  }

  @Test func `my page is for people who registered`() throws {
    let office = try site.signedIn(site.staff())
    let stranger = Visitor(site)
    let postcard = try site.postcardMember()
    let first = Visitor(site)
    try first.logIn(postcard.loginID, postcard.password)
    for (visitor, status, place) in [
      (office, 403, nil), (stranger, 303, "/login"), (first, 303, "/terms"),
    ] as [(Visitor, Int, String?)] {
      for answer in [
        try visitor.get(Mypage.self, "/mypage"),
        try visitor.get(Profile.self, "/mypage/profile"),
        try visitor.get(password.Password.self, "/mypage/password"),
        try visitor.get(Address.self, "/mypage/email"),
        try visitor.get(Screen.self, "/mypage/sessions"),
        try visitor.post(Profile.self, ["version": "1"]),
        try visitor.post(password.Password.self, NewPasswords.form),
        try visitor.post(Address.self, ["email": "a@example.jp"]),
      ] {
        #expect(answer.status == status)
        #expect(answer.location == place)
      }
    }
    #expect(try office.post(Screen.self, ["action": "end_others"]).status == 403)
    #expect(try stranger.post(Screen.self, ["action": "end_others"]).location == "/login")
  }

  @Test(
    arguments: [
      (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          + "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Windows の Edge"
      ),
      (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          + "Chrome/131.0.0.0 Safari/537.36", "Windows の Chrome"
      ),
      (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
          + "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "iPhone の Safari"
      ),
      (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
          + "(KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1", "iPhone の Chrome"
      ),
      (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mac の Firefox"
      ),
      (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
          + "Chrome/131.0.0.0 Mobile Safari/537.36", "Android の Chrome"
      ),
      ("curl/8.5.0", "不明な機器"), ("", "不明な機器"),
    ])
  func `devices have plain names`(agent: String, words: String) {
    #expect(DeviceName.words(agent) == words)
  }
}
