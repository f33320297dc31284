// MariaDB out of reach: 503, and nothing typed is lost.

import FastCGI
import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import confirm
@testable import email
@testable import forgot
@testable import inquiry
@testable import login
@testable import logout
@testable import lookup
@testable import mypage
@testable import register
@testable import reset
@testable import secretariat
@testable import terms

@Suite struct DatabaseDownTests {
  let site: Site
  let dark: Site

  init() throws {
    site = try Site.shared.get()
    dark = try site.dark()
  }

  static let sentence =
    "ただいま大変混み合っているか、点検中です。入力された内容はこの画面に残っています。しばらくしてから、もう一度送信してください。"

  /// A browser that is known, to a site that does not know anybody now.
  func visitor() -> Visitor {
    let visitor = Visitor(dark)
    visitor.cookies = ["__Host-session": Secret().forCookie, "__Host-draft": Secret().forCookie]
    return visitor
  }

  func expectKept<S: FormScreen>(_ screen: S.Type, _ form: FormValues) throws {
    let answer = try visitor().post(screen, form)
    #expect(answer.status == 503, "\(screen)")
    #expect(answer.response.header("Retry-After") == "30", "\(screen)")
    #expect(answer.summary == [Self.sentence], "\(screen)")
    #expect(answer.markup.failing == [], "\(screen)")
    for pair in form.pairs where pair.name != "specialty" {
      let isPassword = pair.name.hasPrefix("password")
      let shown = answer.values(pair.name).filter { !$0.isEmpty }
      #expect(shown == (isPassword ? [] : form.all(pair.name)), "\(screen) \(pair.name)")
    }
  }

  @Test func `a form comes back with everything typed`() throws {
    try expectKept(Login.self, ["login_id": "hanako99", "password": "x"])
    try expectKept(Terms.self, People.consent(site))
    try expectKept(Email.self, ["email": "a@example.jp", "email_confirm": "a@example.jp"])
    try expectKept(Forgot.self, ["email": "a@example.jp", "login_id": "hanako99"])
    try expectKept(
      Reset.self,
      [
        "token": Secret().forURL, "password": ResetTests.new, "password_confirm": ResetTests.new,
      ])
    try expectKept(
      Inquiry.self,
      ["name": "日医", "email": "a@example.jp", "category": "other", "body": "一行目\n二行目"])
    try expectKept(Register.self, Applicant().form.with("token", Secret().forURL))
  }

  func expectErrorPage(_ answer: Answer) {
    #expect(answer.status == 503)
    #expect(answer.response.header("Retry-After") == "30")
    #expect(answer.text.contains("<h1>申し訳ありません。ただいまご利用いただけません</h1>"))
    #expect(!answer.text.contains("taro.nichii@example.jp"))
  }

  @Test func `a page that only shows is an error page with the enquiry number`() throws {
    let number = "abc123def456"
    let extra = ["REQUEST_ID": number]
    for answer in [
      try visitor().get(Mypage.self, "/mypage", extra),
      try visitor().get(Secretariat.self, "/secretariat", extra),
      try visitor().get(Register.self, "/register?token=\(Secret().forURL)", extra),
      try visitor().get(Register.self, "/register", extra),
      try visitor().get(Confirm.self, "/register/confirm", extra),
      try visitor().post(Confirm.self, ["action": "register"], extra),
      try visitor().get(Reset.self, "/password/reset?token=\(Secret().forURL)", extra),
      try visitor().get(Lookup.self, "/lookup/universities?q=a", extra),
      try visitor().post(Logout.self, [:], extra),
    ] {
      expectErrorPage(answer)
      #expect(answer.text.contains("<strong>\(number)</strong>"))
    }
  }

  @Test func `when it goes away and comes back, the program goes on by itself`() throws {
    let folder = try TemporaryFolder()
    let link = folder.path + "/socket"
    let option = String(
      decoding: try readFile(site.place.location.optionFile), as: UTF8.self)
    let socket = try #require(option.firstMatch(of: /socket=(.+)/)).1
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: String(socket))
    try writeFile(
      folder.path + "/my.cnf", [UInt8](option.replacing(socket, with: link).utf8))
    let settings = try site.with(["DB_OPTION_FILE": folder.path + "/my.cnf"]).settings
    var program = try ScreenResponder<Register>(settings: settings)
    try Register().prepare(program.services)

    let applicant = Applicant { $0.with("specialty", "02", "03") }
    let visitor = Visitor(site)
    try visitor.agree()
    let form = applicant.form.with("token", try visitor.askForURL(applicant.email))
    let body = [UInt8](form.urlencoded.utf8)
    let parameters = [
      "REQUEST_METHOD": "POST", "REQUEST_URI": "/register", "REMOTE_ADDR": visitor.client,
      "HTTP_SEC_FETCH_SITE": "same-origin", "CONTENT_LENGTH": "\(body.count)",
      "CONTENT_TYPE": "application/x-www-form-urlencoded",
    ]
    let number = try program.services.database.count("SELECT CONNECTION_ID() AS n")
    try FileManager.default.removeItem(atPath: link)
    try site.place.open().administer("KILL \(number)")
    let answer = Answer(program.respond(to: parameters, body: body))
    #expect(answer.status == 503)
    for field in RegistrationFields.profile {
      #expect(
        answer.values(field.name).filter { !$0.isEmpty } == form.all(field.name), "\(field.name)")
    }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: String(socket))
    #expect(program.respond(to: parameters, body: body).status == 303)
  }

  @Test func `an error inside is 500, with the number and without its reason`() throws {
    let place = try TestDatabase()
    try place.open().administer("DROP TABLE login_failures")
    let bare = try site.with(["DB_OPTION_FILE": place.location.optionFile])
    let answer = try Visitor(bare).post(
      Login.self, ["login_id": "hanako99", "password": "x"], ["REQUEST_ID": "abc123def456"])
    #expect(answer.status == 500)
    #expect(answer.text.contains("abc123def456"))
    #expect(!answer.text.contains("MariaDB"))
    #expect(!answer.text.contains("SELECT"))
    #expect(!answer.text.contains("hanako99"))
  }
}
