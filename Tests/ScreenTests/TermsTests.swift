// terms: the consent to the terms of use.

import FastCGI
import Foundation
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import terms

@Suite struct TermsTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  @Test func `a visitor who agrees may go on to the address`() throws {
    let visitor = Visitor(site)
    let answer = try visitor.post(Terms.self, People.consent(site))
    #expect(answer.location == "/email")
    let session = try site.row(
      "SELECT stage, account_id, consent_id FROM sessions WHERE token_hash = ?",
      visitor.sessionHash)
    #expect(try session["stage"] == "registering")
    #expect(try session["account_id"] as Int? == nil)
    #expect(try session["consent_id"] as Int? != nil)
  }

  @Test func `a member at the first login goes on as that member, with a new session`() throws {
    let postcard = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    let before = visitor.sessionHash
    #expect(try visitor.post(Terms.self, People.consent(site)).location == "/email")
    let row = try site.row(
      """
      SELECT s.stage, s.account_id, c.account_id AS agreed
      FROM sessions s JOIN consents c ON c.id = s.consent_id WHERE token_hash = ?
      """, visitor.sessionHash)
    #expect(try row["stage"] == "first_login")
    #expect(try row["account_id"] == site.account(postcard.loginID))
    #expect(try row["agreed"] == site.account(postcard.loginID))
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM sessions WHERE token_hash = ? AND ended_at IS NULL", before)
        == 0)
  }

  @Test func `what is kept is the version, the text's SHA-256, the time and from where`() throws {
    let page = try String(contentsOfFile: repositoryFolder + "/www/terms.html", encoding: .utf8)
    let start = try #require(page.range(of: "id=\"terms-text\""))
    let open = try #require(page.range(of: ">", range: start.upperBound..<page.endIndex))
    let close = try #require(page.range(of: "</article>", range: open.upperBound..<page.endIndex))
    let text = [UInt8](page[open.upperBound..<close.lowerBound].utf8)
    let (_, printed) = try run(["/usr/bin/sha256sum"], input: text, capturing: true)
    let visitor = Visitor(site)
    try visitor.agree()
    let row = try site.row(
      """
      SELECT version, LOWER(HEX(text_hash)) AS hash,
        ABS(TIMESTAMPDIFF(SECOND, agreed_at, UTC_TIMESTAMP())) AS age
      FROM consents WHERE client_address = ?
      """, visitor.client)
    #expect(try row["hash"] == String(decoding: printed.prefix(64), as: UTF8.self))
    #expect(page.contains("name=\"version\" value=\"\(try row["version"] as String)\""))
    let age: Int = try row["age"]
    #expect(age < 30)
  }

  static let tick = "利用規約をお読みになり、「利用規約に同意する」にチェックを入れてください。"
  static let outdated = "利用規約が新しくなりました。この画面にある新しい利用規約をお読みになってから、もう一度チェックを入れてください。"

  @Test func `without the check mark, or with an old text, nothing is kept`() throws {
    let good = try People.consent(site)
    for (form, sentence) in [
      (good.with("agree"), Self.tick), (good.with("agree", ""), Self.tick),
      (good.with("version", "2001-01-01"), Self.outdated),
      (good.with("version", good.first("version")! + "x"), Self.outdated),
    ] {
      let visitor = Visitor(site)
      let answer = try visitor.post(Terms.self, form)
      #expect(answer.status == 422)
      #expect(answer.error("agree") == sentence)
      #expect(answer.markup.title.hasPrefix("エラー："))
      #expect(answer.markup.summary.map(\.target) == ["agree"])
      #expect(visitor.cookies.isEmpty)
      #expect(
        try site.count(
          "SELECT COUNT(*) AS n FROM consents WHERE client_address = ?", visitor.client) == 0)
    }
  }

  @Test func `a page without its version is not taken for a consent`() throws {
    let answer = try Visitor(site).post(Terms.self, ["agree": "yes"])
    #expect(answer.status == 422)
    #expect(answer.summary == ["利用規約の版を入力してください。"])
  }

  @Test func `the page that comes back has today's text, and no check mark under it yet`() throws {
    let good = try People.consent(site)
    let visitor = Visitor(site)
    let answer = try visitor.post(Terms.self, good.with("version", "2001-01-01"))
    #expect(answer.values("version") == [good.first("version")])
    #expect(answer.values("agree") == [])
    let missing = try visitor.post(Terms.self, good.with("agree"))
    #expect(missing.values("version") == [good.first("version")])
  }

  @Test func `a member whose login ran out while reading does not become a visitor`() throws {
    let postcard = try site.postcardMember()
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    try site.change(
      "UPDATE sessions SET expires_at = NOW() WHERE token_hash = ?", visitor.sessionHash)
    let answer = try visitor.post(Terms.self, People.consent(site))
    #expect(answer.status == 401)
    #expect(answer.summary == [EmailTests.sessionEnded])
    #expect(answer.values("agree") == ["yes"])
    #expect(
      try site.count(
        "SELECT COUNT(*) AS n FROM consents WHERE client_address = ?", visitor.client) == 0)
  }

  @Test func `a visitor whose time ran out just begins again`() throws {
    let visitor = Visitor(site)
    try visitor.agree()
    try site.change(
      "UPDATE sessions SET expires_at = NOW() WHERE token_hash = ?", visitor.sessionHash)
    #expect(try visitor.post(Terms.self, People.consent(site)).location == "/email")
  }
}
