// The export: harmless, whole, and the columns of the import.

import FastCGI
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import exports
@testable import imports

@Suite struct ExportTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// The records of the export of one person, found by number.
  private func records(_ clerk: Visitor, _ query: String) throws -> [[String]] {
    let answer = try clerk.get(Exports.self, "/secretariat/export.csv?\(query)")
    #expect(answer.status == 200)
    var reader = CSVReader(try answer.response.wholeBody())
    var records: [[String]] = []
    while let record = try reader.next() { records.append(record.fields) }
    return records
  }

  private func imported(_ lines: String) throws -> Visitor {
    let clerk = try site.signedIn(site.staff())
    _ = try clerk.take(clerk.upload(Roll.head + lines))
    return clerk
  }

  @Test func `what was imported comes out the same, and goes in again unchanged`() throws {
    let number = Roll.number()
    let clerk = try imported(Roll.line(number, "𠮷田", "葛\u{E0100}", address: "=HYPERLINK(1)-1"))
    let records = try records(clerk, "q=\(number)")
    #expect(records.count == 2)
    #expect(records[0].starts(with: MembersImport.columns))
    #expect(
      Array(records[1].prefix(11)) == [
        number, "𠮷田", "葛\u{E0100}", "ニチイ", "タロウ", "012345", "1975-04-01", "113-8621", "東京都",
        "'=HYPERLINK(1)-1", "",
      ])
    #expect(Array(records[1][11...12]) == ["member", "unissued"])
    let file = try clerk.get(Exports.self, "/secretariat/export.csv?q=\(number)")
    let again = try clerk.upload(file.response.wholeBody())
    let page = try clerk.get(Imports.self, try #require(again.location))
    #expect(page.text.contains("取り込むものはありません"))
  }

  @Test func `the file is one to be saved, in UTF-8 with a mark, and is on record`() throws {
    let number = Roll.number()
    let id = try site.staff()
    let clerk = try site.signedIn(id)
    _ = try clerk.take(clerk.upload(Roll.head + Roll.line(number)))
    let answer = try clerk.get(Exports.self, "/secretariat/export.csv?q=\(number)")
    #expect(answer.response.header("Content-Type") == "text/csv; charset=UTF-8")
    #expect(answer.response.header("Content-Disposition")?.hasPrefix("attachment;") == true)
    #expect(answer.response.header("Cache-Control") == "no-store")
    #expect(try answer.response.wholeBody().starts(with: [0xEF, 0xBB, 0xBF]))
    let recorded = try site.count(
      "SELECT COUNT(*) AS n FROM audit WHERE action = 'members.exported' AND actor_id = ?",
      try site.account(id))
    #expect(recorded == 1)
  }

  @Test func `CP932 says first how many characters it lacks`() throws {
    let number = Roll.number()
    let clerk = try imported(Roll.line(number, "𠮷野", "髙"))
    let address = "/secretariat/export.csv?encoding=cp932&q=\(number)"
    let asked = try clerk.get(Exports.self, address)
    #expect(asked.text.contains("<strong>1文字</strong>"))
    #expect(asked.text.contains("replace=yes&amp;q=\(number)"))
    let file = try clerk.get(Exports.self, address + "&replace=yes")
    let text = try #require(decodeCP932(file.response.wholeBody()))
    #expect(text.contains("\(number),〓野,髙,"))
    #expect(file.response.header("Content-Type") == "text/csv; charset=Shift_JIS")
  }

  @Test func `only who was chosen is in the file`() throws {
    let number = Roll.number()
    let clerk = try imported(Roll.line(number))
    #expect(try records(clerk, "q=\(number)&status=registered").count == 1)
    #expect(try records(clerk, "q=\(number)&status=unissued").count == 2)
    #expect(try records(clerk, "q=%25").count == 1, "a sign of LIKE is an ordinary character")
  }

  @Test func `what a person registered stands beside the list`() throws {
    let doctor = try site.doctor()
    let clerk = try site.signedIn(site.staff())
    let records = try records(clerk, "q=\(doctor.registryNumber)")
    let row = Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
    #expect(row["kind"] == "doctor" && row["status"] == "doctor")
    #expect(row["registered_family_name"] == "日医")
    #expect(row["registered_email"] == doctor.email)
  }

  @Test func `strangers and members are kept out`() throws {
    #expect(try Visitor(site).get(Exports.self, "/secretariat/export.csv").location == "/login")
    let member = try site.signedIn(site.doctor().loginID)
    #expect(try member.get(Exports.self, "/secretariat/export.csv").status == 403)
  }
}
