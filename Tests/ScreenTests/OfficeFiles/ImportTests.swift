// The import of members: looked at, then taken in, all or nothing.

import FastCGI
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import imports

@Suite struct ImportTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  private func clerk() throws -> Visitor { try site.signedIn(site.staff()) }

  private func lives(_ number: String) throws -> Int {
    try site.count("SELECT COUNT(*) AS n FROM accounts WHERE number = ?", number)
  }

  @Test func `a file is shown first and written after`() throws {
    let clerk = try clerk()
    let (one, two) = (Roll.number(), Roll.number())
    let uploaded = try clerk.upload(Roll.head + Roll.line(one, "髙橋") + Roll.line(two, "𠮷田"))
    #expect(uploaded.status == 303)
    let preview = try clerk.get(Imports.self, try #require(uploaded.location))
    #expect(preview.text.contains("髙橋 太郎") && preview.text.contains("𠮷田 太郎"))
    #expect(preview.text.contains("まだ何も書き込んでいません"))
    #expect(try lives(one) == 0)
    #expect(try clerk.take(uploaded).location == uploaded.location)
    let done = try clerk.get(Imports.self, try #require(uploaded.location))
    #expect(done.text.contains("取り込みました</h2>"))
    let row = try site.row(
      """
      SELECT r.family_name, r.registry_number, r.birth_date, r.postal_code, a.kind, a.sort_kana
      FROM accounts a JOIN roll r ON r.account_id = a.id WHERE a.number = ?
      """, two)
    #expect(try row["family_name"] as String == "𠮷田")
    #expect(try row["registry_number"] as String == "012345", "a spreadsheet dropped the zero")
    #expect(try row["birth_date"] as String == "1975-04-01")
    #expect(try row["postal_code"] as String == "113-8621")
    #expect(try !(row["sort_kana"] as String).isEmpty, "the member is found in the list")
    #expect(
      try site.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'members.imported'") > 0)
  }

  @Test func `the same file twice changes nothing`() throws {
    let clerk = try clerk()
    let number = Roll.number()
    let file = Roll.head + Roll.line(number)
    _ = try clerk.take(clerk.upload(file))
    let again = try clerk.upload(file)
    let page = try clerk.get(Imports.self, try #require(again.location))
    #expect(page.text.contains("取り込むものはありません"))
    #expect(!page.text.contains("value=\"import\""), "no button")
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM changes c JOIN accounts a ON a.id = c.account_id
        WHERE a.number = ?
        """, number) == 0)
  }

  @Test func `what changes is shown and kept, old beside new`() throws {
    let clerk = try clerk()
    let number = Roll.number()
    _ = try clerk.take(clerk.upload(Roll.head + Roll.line(number)))
    let uploaded = try clerk.upload(
      Roll.head + Roll.line(number, "新姓", address: "千代田区1-1"))
    let preview = try clerk.get(Imports.self, try #require(uploaded.location))
    for words in ["日医</del>", "新姓</ins>", "文京区本駒込2-28-16</del>", "千代田区1-1</ins>"] {
      #expect(preview.text.contains(words), "\(words)")
    }
    #expect(!preview.text.contains("ニチイ</del>"), "what stays is not listed")
    _ = try clerk.take(uploaded)
    let rows = try site.place.open().rows(
      """
      SELECT c.field, c.old_value, c.new_value FROM changes c JOIN accounts a
        ON a.id = c.account_id WHERE a.number = ? ORDER BY c.id
      """, number)
    let kept = try rows.map { row in
      [try row["field"], try row["old_value"], try row["new_value"]] as [String]
    }
    #expect(
      kept == [
        ["roll.family_name", "日医", "新姓"],
        ["roll.address", "文京区本駒込2-28-16", "千代田区1-1"],
      ])
  }

  @Test func `a file with a mistake is refused line by line and leaves nothing`() throws {
    let clerk = try clerk()
    let number = Roll.number()
    let answer = try clerk.upload(
      Roll.head + Roll.line(number) + Roll.line(number) + Roll.line(Roll.number(), "")
        + "D1,医,師,,,,,,,,\r\n")
    #expect(answer.status == 422)
    #expect(answer.markup.title.hasPrefix("エラー："))
    #expect(answer.error("file")?.contains("直すところが3件") == true)
    for words in ["会員番号が2行目と同じです", "姓が空です。", "先頭の文字をDとS以外に"] {
      #expect(answer.text.contains(words), "\(words)")
    }
    #expect(
      try site.count(
        """
        SELECT COUNT(*) AS n FROM imports i JOIN sessions s ON s.account_id = i.actor_id
        WHERE s.token_hash = ?
        """, clerk.sessionHash) == 0)
    #expect(try lives(number) == 0)
  }

  @Test(arguments: ["", "a,b\r\n1,2\r\n", Roll.head])
  func `what is no list of members is refused`(file: String) throws {
    let answer = try clerk().upload(file)
    #expect(answer.status == 422)
    #expect(try !#require(answer.error("file")).isEmpty)
  }

  @Test func `Excel's CP932 is read`() throws {
    let clerk = try clerk()
    let number = Roll.number()
    let file = try #require(encodeCP932(Roll.head + Roll.line(number, "髙﨑")))
    _ = try clerk.take(clerk.upload(file))
    let row = try site.row(
      "SELECT family_name FROM roll JOIN accounts ON id = account_id WHERE number = ?", number)
    #expect(try row["family_name"] as String == "髙﨑")
  }

  @Test func `who was overtaken is told, and nothing is overwritten`() throws {
    let (first, second) = (try clerk(), try clerk())
    let number = Roll.number()
    _ = try first.take(first.upload(Roll.head + Roll.line(number)))
    let mine = try first.upload(Roll.head + Roll.line(number, address: "港区1"))
    let yours = try second.upload(Roll.head + Roll.line(number, address: "品川区2"))
    _ = try second.take(yours)
    _ = try first.take(mine)
    let page = try first.get(Imports.self, try #require(mine.location))
    #expect(page.text.contains("ほかの操作で名簿が変わりました"))
    #expect(page.text.contains("品川区2</del>"), "what stands there now")
    let row = try site.row(
      "SELECT address FROM roll JOIN accounts ON id = account_id WHERE number = ?", number)
    #expect(try row["address"] as String == "品川区2")
    // Having seen it, the first may go on.
    _ = try first.take(mine)
    let after = try site.row(
      "SELECT address FROM roll JOIN accounts ON id = account_id WHERE number = ?", number)
    #expect(try after["address"] as String == "港区1")
  }

  @Test func `another person's file is not there`() throws {
    let uploaded = try clerk().upload(Roll.head + Roll.line(Roll.number()))
    let other = try clerk()
    #expect(try other.get(Imports.self, try #require(uploaded.location)).status == 404)
    #expect(try other.take(uploaded).status == 404)
  }

  @Test func `two clicks write once`() throws {
    let clerk = try clerk()
    let uploaded = try clerk.upload(Roll.head + Roll.line(Roll.number()))
    #expect(try clerk.take(uploaded).response.afterwards != nil)
    let second = try clerk.take(uploaded)
    #expect(second.response.afterwards == nil)
    #expect(second.location == uploaded.location)
  }

  @Test func `strangers and members are kept out`() throws {
    #expect(try Visitor(site).get(Imports.self, "/secretariat/import").location == "/login")
    let member = try site.signedIn(site.doctor().loginID)
    #expect(try member.get(Imports.self, "/secretariat/import").status == 403)
    #expect(try member.upload(Roll.head + Roll.line(Roll.number())).status == 403)
  }
}
