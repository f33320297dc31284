// What is refused before a screen sees it: nothing is done, and the page says what to do.

import FastCGI
import Testing

@testable import Membership
@testable import confirm
@testable import email
@testable import forgot
@testable import inquiry
@testable import login
@testable import logout
@testable import register
@testable import reset
@testable import terms

@Suite struct RefusalTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static let form: FormValues = ["login_id": "hanako99", "password": "x"]

  @Test(
    arguments: [
      (["CONTENT_TYPE": "text/plain"], 415), (["CONTENT_LENGTH": "65537"], 413),
      (["CONTENT_LENGTH": "x"], 400), (["REQUEST_METHOD": "PUT"], 405),
      (["REQUEST_METHOD": "GET"], 405), (["REQUEST_URI": "/%zz"], 400),
      (["HTTP_SEC_FETCH_SITE": "cross-site"], 403), (["HTTP_SEC_FETCH_SITE": "same-site"], 403),
    ] as [([String: String], Int)])
  func `a refusal has a page of the site`(changes: [String: String], status: Int) throws {
    let answer = try Visitor(site).post(Login.self, Self.form, changes)
    #expect(answer.status == status)
    let title = try ProgramTests.text("www/errors/\(status).html").firstMatch(of: /<h1>(.+)<\/h1>/)
    #expect(answer.text.contains("<h1>\(try #require(title).1)</h1>"))
    #expect(answer.text.contains("href=\"/login\""))
    #expect(!answer.text.contains("hanako99"))
    #expect(answer.response.header("Content-Type") == "text/html; charset=UTF-8")
  }

  func expectForeignRefused<S: FormScreen>(_ screen: S.Type) throws {
    for header in [
      ["HTTP_SEC_FETCH_SITE": "cross-site"], ["HTTP_SEC_FETCH_SITE": "same-site"],
      ["HTTP_SEC_FETCH_SITE": "", "HTTP_ORIGIN": "https://members.example.jp"],
    ] {
      let answer = try Visitor(site).post(screen, Self.form, header)
      #expect(answer.status == 403, "\(screen)")
      #expect(answer.response.header("Set-Cookie") == nil)
    }
  }

  @Test func `no form is taken from another site`() throws {
    try expectForeignRefused(Login.self)
    try expectForeignRefused(Logout.self)
    try expectForeignRefused(Terms.self)
    try expectForeignRefused(Email.self)
    try expectForeignRefused(Register.self)
    try expectForeignRefused(Confirm.self)
    try expectForeignRefused(Forgot.self)
    try expectForeignRefused(Reset.self)
    try expectForeignRefused(Inquiry.self)
  }

  @Test func `a forged form does nothing, even with the victim's cookies`() throws {
    let doctor = try site.doctor()
    let visitor = Visitor(site)
    let applicant = Applicant()
    try visitor.fillIn(applicant)
    let forged = ["HTTP_SEC_FETCH_SITE": "cross-site"]
    #expect(try visitor.post(Confirm.self, ["action": "register"], forged).status == 403)
    #expect(try site.mails(to: applicant.email) == ["registration"])
    let login = try visitor.post(
      Login.self, ["login_id": doctor.loginID, "password": Applicant.password], forged)
    #expect(login.status == 403)
    #expect(login.response.header("Set-Cookie") == nil)
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM login_failures WHERE subject = ?",
        Throttle.subject("login", doctor.loginID.lowercased())) == 0)
  }

  @Test func `what is no UTF-8 is 400 and reaches no table`() throws {
    let body = Array("login_id=%FF&password=x".utf8)
    let response = try site.answer(
      Login.self,
      [
        "REQUEST_METHOD": "POST", "REQUEST_URI": "/login", "HTTP_SEC_FETCH_SITE": "same-origin",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "\(body.count)",
      ], body)
    #expect(response.status == 400)
  }

  @Test func `a form with NUL, markup or SQL in every field is refused like any other`() throws {
    for value in ["\u{0}", "<script>alert(1)</script>", "' OR '1'='1", "{token}", "<!--#echo -->"] {
      let visitor = Visitor(site)
      try visitor.agree()
      let applicant = Applicant()
      let token = try visitor.askForURL(applicant.email)
      var form: FormValues = ["token": token]
      for field in RegistrationForm.fields where field.name != "token" {
        form.append(field.name, value)
      }
      let answer = try visitor.post(Register.self, form)
      #expect(answer.status == 422)
      #expect(!answer.text.contains("<script>alert"))
      #expect(!answer.text.contains("<!--#echo -->"))
      #expect(!answer.response.body.contains(0))
      if value != "\u{0}" { #expect(answer.values("address") == [value]) }
    }
  }
}
