// mypage, secretariat, lookup, health: what is shown.

import FastCGI
import TestSupport
import Testing

@testable import Membership
@testable import health
@testable import lookup
@testable import mypage
@testable import secretariat

@Suite struct ShownPagesTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  @Test func `my page shows what was registered, and nobody else's`() throws {
    let doctor = try site.doctor {
      $0.with("address", "<i>町</i>1-1").with("specialty", "02", "03").with("fax", "")
    }
    let other = try site.doctor { $0.with("family_name", "別人") }
    let answer = try site.signedIn(doctor.loginID).get(Mypage.self, "/mypage")
    for words in [
      doctor.email, doctor.loginID, doctor.registryNumber, "日医 太郎", "ニチイ タロウ", "1950/01/31",
      "02呼吸器内科", "03循環器内科", "東京大学", "&lt;i&gt;町&lt;/i&gt;1-1", "（今回がはじめてです）",
      "<dt>FAX</dt><dd>（未入力）</dd>",
    ] {
      #expect(answer.text.contains(words), "\(words)")
    }
    #expect(!answer.text.contains(other.email))
    #expect(!answer.text.contains("taro.nichii@example.jp"), "no sample words of the file")
    #expect(answer.response.header("Cache-Control") == "no-store")
  }

  @Test func `my page shows the login before this one, in Japan's time`() throws {
    let doctor = try site.doctor()
    _ = try site.signedIn(doctor.loginID)
    try site.change(
      "UPDATE accounts SET last_login_at = '2026-03-31 15:04:05' WHERE email_key = ?",
      doctor.email)
    let answer = try site.signedIn(doctor.loginID).get(Mypage.self, "/mypage")
    #expect(answer.text.contains("2026/04/01 00:04"))
  }

  @Test func `the secretariat sees figures and the newest registrations`() throws {
    // A site of its own: the figures are of all people.
    let site = try Site(try TestDatabase(migrated: false), [:])
    _ = try (site.member(), site.member())
    let issued = try site.postcardMember()
    let first = try site.postcardMember()
    try Visitor(site).logIn(first.loginID, first.password)
    _ = try site.registeredMember()
    let doctors = try [site.doctor(), site.doctor()]
    try site.change(
      "UPDATE profiles SET family_name = '<b>' WHERE registry_number = ?",
      doctors[1].registryNumber)
    #expect(issued.loginID != first.loginID)
    try site.change("UPDATE outbox SET state = 'abandoned' WHERE id = 1")
    try site.change(
      """
      INSERT INTO inquiries (name, email, category, body, client_address, created_at)
      VALUES ('x', 'x@example.jp', 'other', 'x', '', NOW())
      """)
    let answer = try site.signedIn(site.staff()).get(Secretariat.self, "/secretariat")
    let waiting = try site.count("SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'")
    for (label, count) in [
      ("未対応のお問い合わせ", 1), ("送信できなかったメール", 1), ("昨日からの新しい登録", 3), ("ハガキ未発行", 2),
      ("登録済みの未入会の医師", 2), ("利用停止中", 0), ("7日以内に期限が切れるハガキ", 0), ("ログインの一時停止", 0),
    ] {
      #expect(answer.text.contains("<li>\(label)：<strong>\(count)</strong>"), "\(label)")
    }
    #expect(answer.text.contains("送信待ち：\(waiting)件"))
    for (step, count) in [
      ("ハガキ発行", 3), ("初回ログイン", 2), ("規約に同意", 1), ("メール確認", 1), ("登録完了", 1),
    ] {
      #expect(answer.text.contains("<td>\(step)</td><td class=\"number\">\(count)</td>"), "\(step)")
    }
    #expect(answer.text.contains("事務 花子"))
    #expect(answer.text.contains("会員ではない医師"))
    #expect(answer.text.contains("&lt;b&gt; 太郎"))
    #expect(!answer.text.contains("<b>"))
    #expect(
      answer.text.components(separatedBy: "<tr><td data-label=\"会員番号\"><a href").count - 1 == 3)
  }

  func json(_ target: String, _ extra: [String: String] = [:]) throws -> Answer {
    try Visitor(site).get(Lookup.self, target, extra)
  }

  @Test(arguments: [
    ("/lookup/universities?q=%E6%9D%B1%E4%BA%AC%E7%A7%91%E5%AD%A6", "\"name\":\"東京科学大学\""),
    ("/lookup/graduate-schools?q=%E5%BC%98%E5%89%8D", "\"name\":\"弘前大学大学院\""),
    ("/lookup/societies?q=%E5%8C%BB%E5%8F%B2", "\"name\":\"日本医史学会\""),
    ("/lookup/postal?code=113-0021", "\"prefecture\":\"東京都\",\"city\":\"文京区\",\"town\":\"本駒込\""),
    (
      "/lookup/postal?code=%E3%80%92%EF%BC%91%EF%BC%91%EF%BC%930021", "\"postal_code\":\"113-0021\""
    ),
    ("/lookup/postal?code=4980000", "三重県"),
    ("/lookup/postal?code=0000000", "{\"matches\":[]}"),
    ("/lookup/postal?code=x", "{\"matches\":[]}"), ("/lookup/postal", "{\"matches\":[]}"),
    ("/lookup/universities?q=", "\"matches\":[]"), ("/lookup/universities?q=%25", "\"matches\":[]"),
    ("/lookup/universities", "\"matches\":[]"),
  ])
  func `suggestions are found`(target: String, part: String) throws {
    let answer = try json(target)
    #expect(answer.status == 200)
    #expect(answer.response.header("Content-Type") == "application/json; charset=UTF-8")
    #expect(answer.text.contains(part), "\(answer.text)")
  }

  @Test func `a browser that has the answer is told so`() throws {
    let first = try json("/lookup/postal?code=1130021")
    let tag = try #require(first.response.header("ETag"))
    let again = try json("/lookup/postal?code=1130021", ["HTTP_IF_NONE_MATCH": tag])
    #expect(again.status == 304)
    #expect(again.response.body.isEmpty)
    #expect(again.response.header("ETag") == tag)
    #expect(try json("/lookup/postal?code=1130021", ["HTTP_IF_NONE_MATCH": "\"x\""]).status == 200)
    #expect(first.response.header("Cache-Control")?.contains("max-age=") == true)
  }

  @Test func `another list is not found, and nothing is looked up by POST`() throws {
    #expect(try json("/lookup/accounts?q=a").status == 404)
    #expect(try Visitor(site).post(Lookup.self, ["q": "a"]).status == 405)
  }

  @Test func `health tells whether the database answers`() throws {
    let answer = try Visitor(site).get(Health.self, "/health")
    #expect(answer.status == 200)
    #expect(answer.text == "{\"database\":\"ok\"}\n")
    #expect(answer.response.header("Cache-Control") == "no-store")
    let failed = try Visitor(site.dark()).get(Health.self, "/health")
    #expect(failed.status == 503)
    #expect(failed.text == "{\"database\":\"unreachable\"}\n")
    #expect(failed.response.header("Retry-After") == "30")
  }
}
