// forgot: the URL at which a new password can be set.

import FastCGI
import Testing

@testable import Membership
@testable import forgot
@testable import reset

@Suite struct ForgotTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  func ask(_ form: FormValues) throws -> Answer { try Visitor(site).post(Forgot.self, form) }

  @Test func `the owner gets a URL, by the login ID or by number and birth date`() throws {
    for isByID in [true, false] {
      let doctor = try site.doctor()
      let answer = try ask(
        isByID
          ? ["email": doctor.email, "login_id": doctor.loginID.uppercased()]
          : [
            "email": doctor.email.uppercased(), "registry_number": doctor.registryNumber,
            "birth_date": "昭和25年1月31日",
          ])
      #expect(answer.location == "/password/sent")
      let mail = try site.row(
        """
        SELECT kind, state, body, token, account_id FROM outbox
        WHERE LOWER(recipient) = ? AND kind = 'password_reset'
        """, doctor.email)
      #expect(try mail["state"] == "waiting")
      #expect(try mail["account_id"] == site.account(doctor.loginID))
      let body: String = try mail["body"]
      #expect(body.contains("https://members.example.jp/password/reset?token={token}"))
      #expect(body.contains("24時間"))
      let row = try site.row(
        """
        SELECT account_id, purpose, TIMESTAMPDIFF(SECOND, created_at, expires_at) AS seconds
        FROM tokens WHERE token_hash = ?
        """, Secret(try mail["token"])?.hash)
      #expect(try row["purpose"] == "reset")
      #expect(try row["account_id"] == site.account(doctor.loginID))
      #expect(try row["seconds"] == 86400)
    }
  }

  @Test func `who does not fit gets the same answer, and no mail`() throws {
    let (doctor, other) = (try site.doctor(), try site.doctor())
    let suspended = try site.doctor()
    try site.change(
      "UPDATE accounts SET suspended_at = NOW() WHERE email_key = ?", suspended.email)
    let good = try ask(["email": other.email, "login_id": other.loginID])
    let rows: [(Comment, FormValues)] = [
      ("nobody's address", ["email": "nobody\(People.next())@example.jp", "login_id": "nobody99"]),
      ("another's login ID", ["email": doctor.email, "login_id": other.loginID]),
      (
        "another's number",
        [
          "email": doctor.email, "registry_number": other.registryNumber,
          "birth_date": "1950/01/31",
        ]
      ),
      (
        "a wrong birth date",
        [
          "email": doctor.email, "registry_number": doctor.registryNumber,
          "birth_date": "1950/02/01",
        ]
      ),
      ("somebody suspended", ["email": suspended.email, "login_id": suspended.loginID]),
    ]
    for (reason, form) in rows {
      let answer = try ask(form)
      #expect(answer.status == good.status, reason)
      #expect(answer.location == good.location, reason)
      #expect(answer.response.headers.map(\.value) == good.response.headers.map(\.value), reason)
      let address = try #require(form.first("email"))
      #expect(try !site.mails(to: address).contains("password_reset"), reason)
      try site.change(
        "DELETE FROM throttle_events WHERE subject = ?",
        Throttle.subject("mail:reset", address.lowercased()))
    }
  }

  @Test func `for a stranger the same is written, but for what is the stranger's`() throws {
    let address = "nobody\(People.next())@example.jp"
    let last = try site.count("SELECT CAST(COALESCE(MAX(id), 0) AS SIGNED) AS n FROM outbox")
    _ = try ask(["email": address, "login_id": "nobody99"])
    #expect(try site.count("SELECT COUNT(*) AS n FROM outbox WHERE recipient = ?", address) == 0)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM outbox
        WHERE id > ? AND state = 'withheld' AND kind = 'password_reset' AND token IS NULL
        """, last) > 0)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM tokens WHERE email_key = ? AND account_id IS NULL", address)
        == 1)
  }

  static let oneOfTwo = "ログインIDを入力してください。お忘れの場合は、医籍登録番号と生年月日の両方を入力してください。"
  static let half = "を入力してください。ログインIDをお忘れの場合は、医籍登録番号と生年月日の両方が必要です。"

  @Test(
    arguments: [
      (["email": "", "login_id": "hanako99"], "email", "メールアドレスを入力してください。"),
      (["email": "a@example.jp"], "login_id", oneOfTwo),
      (["email": "a@example.jp", "login_id": "　"], "login_id", oneOfTwo),
      (["email": "a@example.jp", "registry_number": "123456"], "birth_date", "生年月日" + half),
      (["email": "a@example.jp", "birth_date": "1950/01/31"], "registry_number", "医籍登録番号" + half),
      (
        ["email": "a@example.jp", "registry_number": "12", "birth_date": "1950/01/31"],
        "registry_number",
        "医籍登録番号は、6桁の数字で入力してください（例：123456）。6桁に満たない番号は、先頭に0を付けてください（例：012345）。"
      ),
      (
        ["email": "a@example.jp", "registry_number": "123456", "birth_date": "いつか"], "birth_date",
        "生年月日は、西暦か和暦の年月日を、算用数字で入力してください（例：1975/04/01、昭和50年4月1日）。"
      ),
      (
        ["email": "a@@example.jp", "login_id": "hanako99"], "email",
        "メールアドレスは、「name@example.jp」のような形で、半角で入力してください。"
      ),
    ] as [(FormValues, String, String)])
  func `what is missing or wrong is asked for, the rest is kept`(
    form: FormValues, field: String, sentence: String
  ) throws {
    let answer = try ask(form)
    #expect(answer.status == 422)
    #expect(answer.error(field) == sentence)
    #expect(answer.markup.failing == [field])
    #expect(answer.markup.title.hasPrefix("エラー："))
    for pair in form.pairs { #expect(answer.values(pair.name) == [pair.value]) }
  }

  @Test func `a new mail makes the URL before it void, a stranger's asking does not`() throws {
    let doctor = try site.doctor()
    func token() throws -> String {
      _ = try ask(["email": doctor.email, "login_id": doctor.loginID])
      try site.change(
        "DELETE FROM throttle_events WHERE subject = ?",
        Throttle.subject("mail:reset", doctor.email))
      return try site.token(to: doctor.email)
    }
    let (first, second) = (try token(), try token())
    func status(_ token: String) throws -> Int {
      try Visitor(site).get(Reset.self, "/password/reset?token=\(token)").status
    }
    #expect(try status(first) == 410)
    #expect(try status(second) == 200)
    _ = try ask(["email": doctor.email, "login_id": "nobody99"])
    #expect(try status(second) == 200)
  }

  @Test func `an address gets one a minute and five an hour, apart from other kinds`() throws {
    let doctor = try site.doctor()
    let form: FormValues = ["email": doctor.email, "login_id": doctor.loginID]
    for round in 1...7 {
      #expect(try ask(form).location == "/password/sent")
      #expect(try ask(form).location == "/password/sent")
      try site.change(
        "UPDATE throttle_events SET at = at - INTERVAL 61 SECOND WHERE subject = ?",
        Throttle.subject("mail:reset", doctor.email))
      let mails = try site.mails(to: doctor.email).filter { $0 == "password_reset" }
      #expect(mails.count == min(round, 5))
    }
  }
}
