// members: the list is searched, filtered, sorted and paged.

import FastCGI
import MariaDB
import TestSupport
import Testing

@testable import Membership
@testable import members

/// A site with 120 members of the roll, three of whom are hard to spell.
private let listed = Result {
  let site = try Site(try TestDatabase(migrated: false), [:])
  let header = MembersImport.columns.joined(separator: ",")
  let names = [
    "髙橋,花子,タカハシ,ハナコ", "葛󠄀城,ハナヱ,カツラギ,ハナヱ", "𠮷田,太郎,ヨシダ,タロウ", "ガ,イ,ガ,イ", "カン,イ,カン,イ",
  ]
  var lines = names.enumerated().map { "5\($0),\($1),00000\($0),,,,,Card.\($0)@example.jp" }
  lines += (100..<215).map { "1\($0),森,一郎,モリ,イチロウ,,,,,," }
  let file = ([header] + lines).joined(separator: "\n")
  _ = try MembersImport(file: [UInt8](file.utf8)).run(in: site.place.open())
  return site
}

@Suite struct MemberListTests {
  let site: Site
  let office: Visitor

  init() throws {
    site = try listed.get()
    office = try site.signedIn(site.staff())
  }

  func list(_ query: FormValues) throws -> Answer {
    let answer = try office.get(Members.self, "/secretariat/members?\(query.urlencoded)")
    try #require(answer.status == 200)
    return answer
  }

  /// The member numbers of a page, in their order.
  func numbers(_ query: FormValues) throws -> [String] {
    try list(query).text.matches(of: /<tr><td><a href="\/secretariat\/members\/([^"]+)"/).map {
      String($0.1)
    }
  }

  @Test(arguments: [
    ("高橋", "50"), ("髙橋　花子", "50"), ("たかはし", "50"), ("ﾀｶﾊｼﾊﾅｺ", "50"), ("葛城", "51"), ("葛󠄀城", "51"),
    ("ハナエ", "51"), ("はなゑ", "51"), ("吉田", "52"), ("𠮷田太", "52"), ("000002", "52"), ("card.3@", "53"),
    ("ＣＡＲＤ．３", "53"), ("53", "53"),
  ])
  func `a person is found however the words are typed`(words: String, number: String) throws {
    #expect(try numbers(["q": words]).contains(number))
    #expect(try list(["q": words]).values("q") == [words])
  }

  @Test(arguments: ["%", "_", "\\", "高%", "1_", "橋", "' OR 1=1 --", "ーーー", "<script>"])
  func `signs mean themselves`(words: String) throws {
    #expect(try numbers(["q": words]).isEmpty)
    #expect(try list(["q": words]).text.contains("該当する方はいません。"))
  }

  @Test(arguments: ["kana", "-kana", "number", "-number", "registered", "-registered"])
  func `every page is shown once, forwards and backwards`(sort: String) throws {
    var seen: [[String]] = []
    var place = ""
    repeat {
      let query: FormValues = ["q": "", "sort": sort, "page": place]
      seen.append(try numbers(query))
      let next = try list(query).text.firstMatch(of: /page=([0-9]+)" rel="next"/)
      place = next.map { String($0.1) } ?? "-"
    } while place != "-"
    #expect(seen.map(\.count) == [50, 50, 20])
    #expect(Set(seen.joined()).count == 120)
    let last: Int = try site.row(
      "SELECT id FROM accounts WHERE number = ?", try #require(seen[2].first))["id"]
    #expect(try numbers(["sort": sort, "page": "-\(last)"]) == seen[1])
  }

  @Test func `readings are in the order of a directory`() throws {
    #expect(try numbers(["sort": "kana"]).prefix(4) == ["53", "51", "54", "50"])
    #expect(try numbers(["sort": "-kana"]).first == "52")
  }

  @Test func `states are told apart`() throws {
    let site = try Site(try TestDatabase(migrated: false), [:])
    let office = try site.signedIn(site.staff(isAdministrator: true))
    let unissued = try site.member()
    let issued = try site.postcardMember()
    let started = try site.postcardMember()
    try Visitor(site).logIn(started.loginID, started.password)
    let registered = try site.registeredMember()
    let doctor = try site.doctor()
    func shown(_ status: String) throws -> [String] {
      try office.get(Members.self, "/secretariat/members?status=\(status)").text
        .matches(of: /<tr><td><a href="[^"]+">([^<]+)</).map { String($0.1) }
    }
    let own: String = try site.row(
      "SELECT number FROM accounts WHERE id = ?", unissued)["number"]
    let doctors: String = try site.row(
      "SELECT number FROM accounts WHERE email_key = ?", doctor.email)["number"]
    #expect(try shown("unissued") == [own])
    #expect(try shown("issued") == [issued.memberNumber])
    #expect(try shown("started") == [started.memberNumber])
    #expect(try shown("registered") == [registered.postcard.memberNumber])
    #expect(try shown("doctor") == [doctors])
    #expect(try shown("suspended").isEmpty)
    #expect(try shown("").count == 5)
    for (interval, filter) in [(3, "expiring"), (-1, "expired")] {
      try site.change(
        "UPDATE accounts SET first_time_until = NOW() + INTERVAL ? DAY WHERE number = ?",
        interval, issued.memberNumber)
      #expect(try shown(filter) == [issued.memberNumber])
      #expect(try shown("\(filter)&q=日医") == [issued.memberNumber])
    }
    try site.change(
      "UPDATE accounts SET suspended_at = NOW() WHERE number = ?", started.memberNumber)
    #expect(try shown("suspended") == [started.memberNumber])
    #expect(try shown("suspended&q=日") == [started.memberNumber])
    #expect(try shown("suspended&q=本").isEmpty)
  }
}
