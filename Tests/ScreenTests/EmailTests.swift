// email: the URL at which registration goes on.

import FastCGI
import TestSupport
import Testing

@testable import Membership
@testable import email
@testable import register

@Suite struct EmailTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static let sessionEnded =
    "しばらく操作がなかったため、ログインの有効時間が終わりました。別のタブ（画面）でログインし直してから、この画面でもう一度送信してください。入力された内容は残っています。"

  /// A visitor who agreed to the terms.
  func agreed(_ site: Site? = nil, client: String? = nil) throws -> Visitor {
    let visitor = Visitor(site ?? self.site, client: client)
    try visitor.agree()
    return visitor
  }

  func twice(_ email: String) -> FormValues { ["email": email, "email_confirm": email] }

  func address() -> String { "p\(People.next())@example.jp" }

  @Test func `a new address gets the URL`() throws {
    let (visitor, address) = (try agreed(), address())
    let answer = try visitor.post(Email.self, twice(address))
    #expect(answer.status == 303)
    #expect(answer.location == "/email/sent")
    let mail = try site.row(
      "SELECT kind, state, body, token, subject FROM outbox WHERE recipient = ?", address)
    #expect(try mail["kind"] == "registration")
    #expect(try mail["state"] == "waiting")
    let (body, token): (String, String) = (try mail["body"], try mail["token"])
    #expect(body.contains("https://members.example.jp/register?token={token}"))
    #expect(body.contains("24時間"))
    let row = try site.row(
      """
      SELECT email, account_id, consent_id, purpose,
        TIMESTAMPDIFF(SECOND, created_at, expires_at) AS seconds
      FROM tokens WHERE token_hash = ?
      """, Secret(token)?.hash)
    #expect(try row["email"] == address)
    #expect(try row["purpose"] == "registration")
    #expect(try row["account_id"] as Int? == nil)
    #expect(try row["consent_id"] as Int? != nil)
    #expect(try row["seconds"] == 86400)
  }

  @Test func `a member's token knows the member`() throws {
    let postcard = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    try visitor.agree()
    let token = try visitor.askForURL(address())
    let row = try site.row(
      "SELECT account_id FROM tokens WHERE token_hash = ?", Secret(token)?.hash)
    #expect(try row["account_id"] == site.account(postcard.loginID))
  }

  @Test(
    arguments: [
      (["email": "", "email_confirm": ""], ["email", "email_confirm"]),
      (["email": "a@example.jp", "email_confirm": ""], ["email_confirm"]),
      (["email": "", "email_confirm": "a@example.jp"], ["email"]),
      ([:], ["email", "email_confirm"]),
    ] as [(FormValues, [String])])
  func `both fields are asked for`(form: FormValues, failing: [String]) throws {
    let sentences = [
      "email": "メールアドレスを入力してください。",
      "email_confirm": "メールアドレスを、確認のためもう一度入力してください。",
    ]
    let answer = try agreed().post(Email.self, form)
    #expect(answer.status == 422)
    #expect(answer.markup.failing == failing)
    for field in failing { #expect(answer.error(field) == sentences[field]) }
    #expect(answer.values("email") == [form.first("email") ?? ""])
  }

  @Test func `two different addresses are asked for again, both still there`() throws {
    let answer = try agreed().post(
      Email.self, ["email": "taro@example.jp", "email_confirm": "taroo@example.jp"])
    #expect(answer.status == 422)
    #expect(answer.error("email_confirm") == "2つのメールアドレスが違っています。同じものをもう一度入力してください。")
    #expect(answer.markup.failing == ["email_confirm"])
    #expect(answer.values("email") == ["taro@example.jp"])
    #expect(answer.values("email_confirm") == ["taroo@example.jp"])
  }

  @Test(arguments: [
    "taro", "taro@", "@example.jp", "a@b@c.jp", "taro@[192.0.2.1]", "ta ro@example.jp",
  ])
  func `what is no address is asked for again`(typed: String) throws {
    let answer = try agreed().post(Email.self, twice(typed))
    #expect(answer.status == 422)
    #expect(answer.error("email") == "メールアドレスは、「name@example.jp」のような形で、半角で入力してください。")
    #expect(answer.values("email") == [typed])
  }

  @Test func `addresses as mobile phones have them pass; case does not make two`() throws {
    let number = People.next()
    for address in ["a..\(number)@docomo.ne.jp", "a\(number).@ezweb.ne.jp"] {
      _ = try agreed().askForURL(address)
      #expect(try site.mails(to: address) == ["registration"])
    }
    let answer = try agreed().post(
      Email.self,
      ["email": "Taro\(number)@Example.jp", "email_confirm": "ＴＡＲＯ\(number)＠example.jp"])
    #expect(answer.status == 303)
    #expect(try site.mails(to: "Taro\(number)@Example.jp") == ["registration"])
  }

  @Test func `an address that is registered gets a mail that says so, and the screen the same`()
    throws
  {
    let doctor = try site.doctor()
    let visitor = try agreed()
    try site.change(
      "DELETE FROM throttle_events WHERE at > NOW() - INTERVAL 1 DAY AND subject = ?",
      Throttle.subject("mail:confirmation", doctor.email))
    let answer = try visitor.post(Email.self, twice(doctor.email.uppercased()))
    let other = try agreed().post(Email.self, twice(address()))
    #expect(answer.status == other.status)
    #expect(answer.location == other.location)
    #expect(answer.response.headers.map(\.value) == other.response.headers.map(\.value))
    let mail = try site.row(
      "SELECT kind, body, token FROM outbox WHERE recipient = ?", doctor.email.uppercased())
    #expect(try mail["kind"] == "already_registered")
    #expect(try mail["token"] as String? == nil)
    let body: String = try mail["body"]
    #expect(body.contains("https://members.example.jp/login"))
    #expect(body.contains("https://members.example.jp/password/forgot"))
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM tokens WHERE email_key = ? AND ended_at IS NULL", doctor.email)
        == 0)
  }

  @Test func `who has not agreed to the terms is sent there`() throws {
    let stranger = try Visitor(site).post(Email.self, twice(address()))
    #expect(stranger.location == "/terms")
    let postcard = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    let address = address()
    #expect(try visitor.post(Email.self, twice(address)).location == "/terms")
    #expect(try site.mails(to: address) == [])
  }

  @Test func `who is registered already has no business here`() throws {
    let visitor = try site.signedIn(site.doctor().loginID)
    #expect(try visitor.post(Email.self, twice(address())).status == 403)
  }

  @Test func `when the session ran out while typing, the form comes back with it`() throws {
    let (visitor, address) = (try agreed(), address())
    try site.change(
      "UPDATE sessions SET expires_at = NOW() WHERE token_hash = ?", visitor.sessionHash)
    let answer = try visitor.post(Email.self, twice(address))
    #expect(answer.status == 401)
    #expect(answer.summary == [Self.sessionEnded])
    #expect(answer.values("email") == [address])
    #expect(answer.values("email_confirm") == [address])
    #expect(try site.mails(to: address) == [])
  }

  @Test func `a second mail makes the first URL void, whoever it went to`() throws {
    let postcard = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    try visitor.agree()
    let first = try visitor.askForURL(address())
    let second = try visitor.askForURL(address())
    #expect(try Visitor(site).get(Register.self, "/register?token=\(first)").status == 410)
    #expect(try Visitor(site).get(Register.self, "/register?token=\(second)").status == 200)
  }

  @Test func `within a minute an address gets one mail, and the screen the same`() throws {
    let address = address()
    let first = try agreed().post(Email.self, twice(address))
    for again in [address, address.uppercased(), "  \(address)"] {
      let answer = try agreed().post(Email.self, twice(again))
      #expect(answer.status == 303)
      #expect(answer.location == first.location)
    }
    #expect(try site.mails(to: address) == ["registration"])
    let token = try site.token(to: address)
    #expect(try Visitor(site).get(Register.self, "/register?token=\(token)").status == 200)
  }

  @Test func `within an hour an address gets five`() throws {
    let address = address()
    for round in 1...7 {
      #expect(try agreed().post(Email.self, twice(address)).status == 303)
      try site.change(
        "UPDATE throttle_events SET at = at - INTERVAL 61 SECOND WHERE subject = ?",
        Throttle.subject("mail:confirmation", address))
      #expect(try site.mails(to: address).count == min(round, 5))
    }
    try site.change(
      "UPDATE throttle_events SET at = at - INTERVAL 1 HOUR WHERE subject = ?",
      Throttle.subject("mail:confirmation", address))
    _ = try agreed().post(Email.self, twice(address))
    #expect(try site.mails(to: address).count == 6)
  }

  @Test func `one client may ask for sixty an hour, whatever the addresses`() throws {
    let site = try self.site.with(["CLIENT_MAILS_PER_HOUR": "3"])
    let client = "198.51.100.\(People.next() % 250)"
    let addresses = (0..<4).map { _ in address() }
    for address in addresses {
      let answer = try agreed(site, client: client).post(Email.self, twice(address))
      #expect(answer.location == "/email/sent")
    }
    #expect(try addresses.map { try site.mails(to: $0).count } == [1, 1, 1, 0])
    #expect(self.site.settings[number: "CLIENT_MAILS_PER_HOUR"] == 60)
  }

  @Test func `whoever fills in the form gives the mail back to those with the same address`() throws
  {
    let site = try self.site.with(["CLIENT_MAILS_PER_HOUR": "2"])
    let client = "198.51.101.\(People.next() % 250)"
    for _ in 0..<5 {
      let visitor = try agreed(site, client: client)
      try visitor.fillIn(Applicant())
    }
    let addresses = (0..<3).map { _ in address() }
    for address in addresses {
      _ = try agreed(site, client: client).post(Email.self, twice(address))
    }
    #expect(try addresses.map { try site.mails(to: $0).count } == [1, 1, 0])
  }

  @Test func `a form that is sent again gives back nothing more`() throws {
    let site = try self.site.with(["CLIENT_MAILS_PER_HOUR": "2"])
    let client = "198.51.102.\(People.next() % 250)"
    let (visitor, applicant) = (try agreed(site, client: client), Applicant())
    try visitor.fillIn(applicant)
    for _ in 0..<3 { _ = try visitor.post(Register.self, applicant.form) }
    let addresses = (0..<3).map { _ in address() }
    for address in addresses {
      _ = try agreed(site, client: client).post(Email.self, twice(address))
    }
    #expect(try addresses.map { try site.mails(to: $0).count } == [1, 1, 0])
  }

  @Test func `who has a postcard is not held up by others with the same address`() throws {
    let site = try self.site.with(["CLIENT_MAILS_PER_HOUR": "1"])
    let client = "198.51.103.\(People.next() % 250)"
    for _ in 0..<3 {
      let (postcard, address) = (try site.postcardMember(), address())
      let visitor = Visitor(site, client: client)
      try visitor.logIn(postcard.loginID, postcard.password)
      try visitor.agree()
      _ = try visitor.post(Email.self, twice(address))
      #expect(try site.mails(to: address).count == 1)
    }
  }

  @Test func `asked for several times at once, an address gets one mail`() async throws {
    let (site, address) = (self.site, address())
    let form = twice(address)
    let all = try (0..<6).map { _ in try agreed().cookies }
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for cookies in all {
        group.addTask {
          try await onThread {
            let visitor = Visitor(site)
            visitor.cookies = cookies
            return try visitor.post(Email.self, form).status
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == Array(repeating: 303, count: 6))
    #expect(try site.mails(to: address) == ["registration"])
  }
}
