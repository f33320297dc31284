// What slows down guessing (screens.md §4a).

import FastCGI
import TestSupport
import Testing

@testable import Membership
@testable import forgot
@testable import login
@testable import reset

@Suite struct ThrottleTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static let wrong = "Wrong#pass-99"

  func subject(_ loginID: String) -> [UInt8] { Throttle.subject("login", loginID.lowercased()) }

  /// Failures in a row, and the whole seconds until the pause ends (nil: there is none).
  func state(_ loginID: String) throws -> (failures: Int, pause: Int?) {
    let row = try site.row(
      """
      SELECT failures,
        CAST(CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), paused_until) / 1000000) AS SIGNED) AS pause
      FROM login_failures WHERE subject = ?
      """, subject(loginID))
    return (try row["failures"], try row["pause"])
  }

  func endPause(_ loginID: String) throws {
    try site.change(
      "UPDATE login_failures SET paused_until = NOW(3) WHERE subject = ?", subject(loginID))
  }

  func fail(_ loginID: String, times: Int) throws {
    for _ in 0..<times {
      try #require(try Visitor(site).logIn(loginID, Self.wrong).status == 422)
    }
  }

  @Test(arguments: [true, false])
  func `after five failures there is a pause, for a known ID and an unknown one`(isKnown: Bool)
    throws
  {
    let id = isKnown ? try site.doctor().loginID : "nobody%\(People.next())"
    try fail(id, times: 5)
    let answer = try Visitor(site).logIn(id, Self.wrong)
    #expect(answer.status == 429)
    let seconds = try #require(answer.response.header("Retry-After").flatMap { Int($0) })
    #expect((25...30).contains(seconds))
    #expect(
      answer.summary == [
        "続けて何度か失敗したため、しばらくお待ちいただいています。\(seconds)秒ほどたってから、もう一度お試しください。お急ぎの場合は、パスワードを再設定すると、すぐにログインできます。"
      ])
    #expect(answer.values("login_id") == [id])
    #expect(answer.values("password") == [""])
    #expect(answer.markup.failing == [])
  }

  @Test func `while it lasts the right password meets it too, and nothing is counted`() throws {
    let doctor = try site.doctor()
    try fail(doctor.loginID, times: 5)
    for password in [Applicant.password, Self.wrong, Applicant.password] {
      let visitor = Visitor(site)
      #expect(try visitor.logIn(doctor.loginID, password).status == 429)
      #expect(visitor.cookies.isEmpty)
    }
    #expect(try state(doctor.loginID).failures == 5)
    #expect(try Visitor(site).logIn(doctor.loginID.uppercased(), Self.wrong).status == 429)
  }

  @Test(
    arguments: [
      (0, nil), (3, nil), (4, 30), (5, 60), (6, 120), (7, 240), (8, 480), (9, 900), (10, 900),
      (40, 900), (5000, 900),
    ] as [(Int, Int?)])
  func `each failure more doubles the pause, up to a quarter of an hour`(
    before: Int, pause: Int?
  ) throws {
    let id = "nobody%\(People.next())"
    try fail(id, times: 1)
    try site.change(
      "UPDATE login_failures SET failures = ?, paused_until = NOW(3) WHERE subject = ?",
      before, subject(id))
    try fail(id, times: 1)
    let state = try state(id)
    #expect(state.failures == before + 1)
    if let pause {
      #expect(((pause - 3)...pause).contains(try #require(state.pause)))
    } else {
      #expect((state.pause ?? 0) <= 0)
    }
  }

  /// 24 hours, less what the test itself may take.
  static let day = 86_400 - 300

  /// Tries as soon as each answer allows, by moving the row's times instead of waiting. Returns how
  /// many guesses were looked at within the seconds.
  func guesses(at loginID: String, most: Int, within seconds: Int) throws -> Int {
    let site = try site.with(["CLIENT_FAILURES_PER_MINUTE": "100000"])
    var (tried, clock) = (0, 0)
    for _ in 0..<most {
      let answer = try Visitor(site).logIn(loginID, Self.wrong)
      if answer.status == 422 {
        tried += 1
        continue
      }
      try #require(answer.status == 429)
      let wait = try #require(answer.response.header("Retry-After").flatMap { Int($0) })
      clock += wait
      guard clock < seconds else { break }
      try site.change(
        """
        UPDATE login_failures SET paused_until = paused_until - INTERVAL ? SECOND,
          day_started_at = day_started_at - INTERVAL ? SECOND WHERE subject = ?
        """, wait, wait, subject(loginID))
    }
    return tried
  }

  @Test func `of a thousand guesses in a day a hundred are looked at, and the owner gets in`()
    throws
  {
    let doctor = try site.doctor()
    let tried = try guesses(at: doctor.loginID, most: 1000, within: Self.day)
    #expect(tried == 100)
    let answer = try Visitor(site).logIn(doctor.loginID, Applicant.password)
    #expect(answer.status == 429)
    let wait = try #require(answer.response.header("Retry-After").flatMap { Int($0) })
    #expect((4400...4470).contains(wait), "until the 24 hours are over, not a quarter of an hour")
    #expect(answer.summary.first?.contains("75分ほどたってから") == true)
    _ = try Visitor(site).post(
      Forgot.self, ["email": doctor.email, "login_id": doctor.loginID])
    let fresh = "Fresh#pass-77"
    _ = try Visitor(site).post(
      Reset.self,
      [
        "token": try site.token(to: doctor.email), "password": fresh, "password_confirm": fresh,
      ])
    #expect(try Visitor(site).logIn(doctor.loginID, fresh).status == 303)
  }

  @Test func `the next day begins after 24 hours, with the pauses as long as they were`() throws {
    let id = "nobody%\(People.next())"
    let tried = try guesses(at: id, most: 1000, within: Self.day)
    #expect(tried == 100)
    #expect((90...97).contains(try guesses(at: id, most: 1000, within: Self.day)))
  }

  @Test func `minutes are said as minutes`() throws {
    let id = "nobody%\(People.next())"
    try fail(id, times: 1)
    try site.change(
      """
      UPDATE login_failures SET failures = 9, paused_until = NOW(3) + INTERVAL 870 SECOND
      WHERE subject = ?
      """, subject(id))
    #expect(try Visitor(site).logIn(id, Self.wrong).summary.first?.contains("15分ほどたってから") == true)
  }

  @Test func `a good login clears the count`() throws {
    let doctor = try site.doctor()
    try fail(doctor.loginID, times: 4)
    _ = try site.signedIn(doctor.loginID)
    try fail(doctor.loginID, times: 4)
    _ = try site.signedIn(doctor.loginID)
  }

  @Test func `after the pause the right password passes, a wrong one makes a longer pause`() throws
  {
    let doctor = try site.doctor()
    try fail(doctor.loginID, times: 5)
    try endPause(doctor.loginID)
    try fail(doctor.loginID, times: 1)
    let pause = try #require(try state(doctor.loginID).pause)
    #expect((55...60).contains(pause))
    try endPause(doctor.loginID)
    _ = try site.signedIn(doctor.loginID)
  }

  @Test func `the pause is the account's: others sign in meanwhile`() throws {
    let (paused, other) = (try site.doctor(), try site.doctor())
    try fail(paused.loginID, times: 5)
    _ = try site.signedIn(other.loginID)
  }

  @Test func `guesses at once are counted one by one`() async throws {
    let doctor = try site.doctor()
    let site = self.site
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<12 {
        group.addTask {
          try await onThread { try Visitor(site).logIn(doctor.loginID, Self.wrong).status }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 422 } == 5, "\(statuses)")
    #expect(statuses.count { $0 == 429 } == 7, "\(statuses)")
  }

  @Test func `one client may fail thirty times a minute, whatever IDs it tries`() throws {
    let site = try self.site.with(["CLIENT_FAILURES_PER_MINUTE": "3"])
    let client = "192.0.2.\(People.next() % 250)"
    let doctor = try site.doctor()
    for _ in 0..<3 {
      #expect(
        try Visitor(site, client: client).logIn("nobody%\(People.next())", Self.wrong).status == 422
      )
    }
    let answer = try Visitor(site, client: client).logIn(doctor.loginID, Applicant.password)
    #expect(answer.status == 429)
    #expect(answer.response.header("Retry-After") == "60")
    #expect(answer.summary.first?.contains("1分ほどたってから") == true)
    _ = try site.signedIn(doctor.loginID)
    #expect(site.settings[number: "CLIENT_FAILURES_PER_MINUTE"] == 3)
    #expect(self.site.settings[number: "CLIENT_FAILURES_PER_MINUTE"] == 30)
  }

  @Test func `the table of failures holds no login ID`() throws {
    let doctor = try site.doctor()
    try fail(doctor.loginID, times: 1)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM login_failures WHERE subject LIKE CONCAT('%', ?, '%')",
        doctor.loginID.lowercased()) == 0)
  }
}
