// ID・パスワード通知ハガキ: issued once, shown once.

import FastCGI
import Foundation
import MariaDB
import Pages
import TestSupport
import Testing

@testable import Membership
@testable import login
@testable import postcards

@Suite struct PostcardTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  private typealias Screen = postcards.Postcards

  private func clerk() throws -> Visitor { try site.signedIn(site.staff()) }

  /// The number of a member who has not registered.
  private func member() throws -> String {
    try site.row("SELECT number FROM accounts WHERE id = ?", site.member())["number"]
  }

  private func form(_ clerk: Visitor, _ number: String, _ format: String) throws -> FormValues {
    let page = try clerk.get(Screen.self, "/secretariat/postcards")
    return [
      "ticket": try #require(page.values("ticket").first), "choice": "one", "number": number,
      "format": format,
    ]
  }

  /// The text of the first element of a class.
  private func text(_ name: String, in answer: Answer) throws -> String {
    let parts = answer.text.components(separatedBy: "<dd class=\"\(name)\">")
    return try String(#require(parts.dropFirst().first).prefix { $0 != "<" })
  }

  @Test func `the card's credentials open the way, the ones before no more`() throws {
    let clerk = try clerk()
    let number = try member()
    let first = try clerk.post(Screen.self, form(clerk, number, "sheet"))
    #expect(first.status == 200)
    #expect(first.response.header("Cache-Control") == "no-store")
    let (id, password) = (try text("id", in: first), try text("password", in: first))
    #expect(password.split(separator: "-").map(\.count) == [4, 4, 4, 4])
    let second = try clerk.post(Screen.self, form(clerk, number, "sheet"))
    #expect(try Visitor(site).logIn(id, password).status == 422, "void")
    let answer = try Visitor(site).logIn(text("id", in: second), text("password", in: second))
    #expect(answer.location == "/terms")
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM postcards p JOIN accounts a ON a.id = p.account_id
        WHERE a.number = ? AND p.void_at IS NULL
        """, number) == 1)
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM audit d JOIN accounts a ON a.id = d.subject_id
        WHERE d.action = 'postcard.issued' AND a.number = ?
        """, number) == 2)
  }

  @Test func `a form sent twice issues once`() throws {
    let clerk = try clerk()
    let form = try form(clerk, member(), "sheet")
    let first = try clerk.post(Screen.self, form)
    let again = try clerk.post(Screen.self, form)
    #expect(again.status == 303)
    #expect(again.location == "/secretariat/postcards?again=yes")
    let answer = try Visitor(site).logIn(text("id", in: first), text("password", in: first))
    #expect(answer.location == "/terms", "what was printed is still good")
  }

  @Test func `the file has the columns of the contract, and says who was in it`() throws {
    let clerk = try clerk()
    let number = try member()
    let answer = try clerk.post(Screen.self, form(clerk, number, "csv"))
    var table = try CSVTable(
      CSVReader(answer.response.wholeBody()),
      columns: [
        "member_number", "family_name", "given_name", "postal_code", "prefecture", "address",
        "login_id", "password",
      ])
    let record = try #require(try table.next())
    #expect(Array(record.fields.prefix(3)) == [number, "日医", "太郎"])
    #expect(try table.next() == nil)
    #expect(try Visitor(site).logIn(record.fields[6], record.fields[7]).location == "/terms")
    let run = try site.row(
      "SELECT issued, ended_at FROM postcard_runs WHERE format = 'csv' ORDER BY id DESC LIMIT 1")
    #expect(try run["issued"] as Int == 1)
    #expect(try run["ended_at"] as String? != nil)
  }

  @Test func `who has registered gets no card`() throws {
    let (postcard, _) = try site.registeredMember()
    let clerk = try clerk()
    for number in [postcard.memberNumber, "nobody", ""] {
      let answer = try clerk.post(Screen.self, form(clerk, number, "sheet"))
      #expect(answer.status == 422)
      #expect(try !#require(answer.error("number")).isEmpty)
    }
    let choice = try clerk.post(
      Screen.self, form(clerk, "", "sheet").with("choice", "run-999999"))
    #expect(choice.error("choice") == "当てはまる会員がいません。ほかの相手を選んでください。")
  }

  @Test func `names stand on the card as they are`() throws {
    let account = try site.member()
    try site.change(
      """
      UPDATE roll SET family_name = '<script>', given_name = ?, postal_code = '113-8621'
      WHERE account_id = ?
      """,
      "葛\u{E0100}𠮷", account)
    let number: String = try site.row("SELECT number FROM accounts WHERE id = ?", account)["number"]
    let clerk = try clerk()
    let sheet = try clerk.post(Screen.self, form(clerk, number, "sheet"))
    #expect(sheet.text.contains("&lt;script&gt; 葛\u{E0100}𠮷 様"))
    #expect(sheet.text.contains("<span>1</span><span>1</span><span>3</span>"))
    #expect(sheet.text.contains("住所が空の会員"), "an address is missing")
  }

  @Test func `the sheet's page and its code agree`() throws {
    let page = try PageFolder(path: repositoryFolder + "/www").page(PostcardSheet.page)
    #expect(
      page.problems(fields: [], slots: PostcardSheet.slots, parts: PostcardSheet.parts) == [])
  }

  @Test func `strangers and members are kept out`() throws {
    #expect(try Visitor(site).get(Screen.self, "/secretariat/postcards").location == "/login")
    let member = try site.signedIn(site.doctor().loginID)
    #expect(try member.get(Screen.self, "/secretariat/postcards").status == 403)
    #expect(try member.post(Screen.self, ["choice": "unregistered"]).status == 403)
  }
}
