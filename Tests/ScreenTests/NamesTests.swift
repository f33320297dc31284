// The names of Tests/Data/gaiji_names.csv, from the form to my page, to the letter.

import FastCGI
import Foundation
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import confirm
@testable import mypage
@testable import register

/// A name that is hard for computers.
struct HardName: Sendable, CustomTestStringConvertible {
  let id: String
  let family: String
  let given: String
  let familyKana: String
  let givenKana: String

  var testDescription: String { "\(id) \(family) \(given)" }

  static let all: [HardName] = {
    do {
      var table = try CSVTable(
        CSVReader(fromOffice: readFile(repositoryFolder + "/Tests/Data/gaiji_names.csv")),
        columns: ["id", "surname", "given", "surname_kana", "given_kana"], optional: [],
        restoresFormulas: false)
      var names: [HardName] = []
      while let record = try table.next() {
        let fields = record.fields
        names.append(
          HardName(
            id: fields[0], family: fields[1], given: fields[2], familyKana: fields[3],
            givenKana: fields[4]))
      }
      return names
    } catch {
      return []
    }
  }()
}

@Suite struct NamesTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  @Test func `there are sixty of them`() { #expect(HardName.all.count == 60) }

  @Test(arguments: HardName.all)
  func `a name comes back to the letter, from the form to my page`(name: HardName) throws {
    let typed = [
      "family_name": name.family, "given_name": name.given, "family_name_kana": name.familyKana,
      "given_name_kana": name.givenKana,
    ]
    let applicant = Applicant { form in
      typed.reduce(form) { $0.with($1.key, $1.value) }
    }
    // The one thing that changes: a combining voice mark is joined to its kana, not to kanji.
    let kana = [name.familyKana, name.givenKana].map(\.precomposedStringWithCanonicalMapping)
    let stored = [
      "family_name": name.family, "given_name": name.given, "family_name_kana": kana[0],
      "given_name_kana": kana[1],
    ]
    let visitor = Visitor(site)
    try visitor.fillIn(applicant)
    // Scalars: == of strings takes canonical equivalents for the same.
    func expectShown(_ answer: Answer, _ page: Comment) {
      let scalars = Array(answer.text.unicodeScalars)
      for words in ["\(name.family) \(name.given)", kana.joined(separator: " ")] {
        let isShown = scalars.contains(Array(words.unicodeScalars))
        #expect(isShown, page)
      }
    }
    expectShown(try visitor.get(Confirm.self), "confirm")
    let form = try visitor.get(Register.self, "/register")
    for (field, value) in stored {
      #expect(
        form.values(field).map { Array($0.unicodeScalars) } == [Array(value.unicodeScalars)],
        "\(field)")
    }
    try #require(try visitor.complete().location == "/register/complete")
    let mine = try site.signedIn(applicant.loginID)
    expectShown(try mine.get(Mypage.self, "/mypage"), "my page")
    let row = try site.row(
      "SELECT HEX(family_name) AS hex FROM profiles WHERE account_id = ?",
      site.account(applicant.loginID))
    let hex: String = try row["hex"]
    #expect(hex == name.family.utf8.map { String($0, radix: 16, uppercase: true) }.joined())
  }
}
