// Master lists from files into a real database, and out again.

import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership

/// A folder with these files.
private func folder(_ files: [String: String]) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for (name, text) in files { try writeFile("\(folder.path)/\(name)", [UInt8](text.utf8)) }
  return folder
}

private func refusal(_ files: [String: String]) throws -> [String] {
  let folder = try folder(files)
  do {
    _ = try MastersImport(folder: folder.path)
    return []
  } catch let refused as MastersImport.Refused {
    return refused.problems
  }
}

@Suite struct ImportingMasters {
  @Test func `the shipped lists go in, again over themselves, and come out`() throws {
    let database = try TestDatabase().open()
    let load = try MastersImport(folder: repositoryFolder + "/sql/masters")
    for _ in 1...2 {
      let counts = try load.run(in: database)
      #expect(
        Dictionary(uniqueKeysWithValues: counts) == [
          .prefectures: 47, .specialties: 43, .universities: 82, .graduateSchools: 83,
          .societies: 136, .postalCodes: 124_200,
        ])
    }
    let masters = try Masters.load(database)
    #expect(masters.universities.entries.count == 82)
    #expect(masters.graduateSchools.entries.count == 83)
    #expect(masters.societies.entries.map(\.code).prefix(3) == ["1", "2", "3"])
    #expect(masters.societies.entries.count == 136)
    #expect(masters.specialties.count == 43)
    #expect(masters.specialty("01")?.label == "01内科")
    #expect(masters.specialty("99") == nil)
    #expect(masters.graduateSchools.resolve("東京医科歯科大学") == .one("東京科学大学大学院"))
    #expect(try database.count("SELECT COUNT(*) AS n FROM postal_codes") == 124_200)
    try places(database)
    for name in [Masters.Name.universities, .graduateSchools, .societies] {
      let alone = try Masters.list(name, database)
      #expect(alone.entries == masters[name].entries)
      #expect(alone.matches("東京").entries == masters[name].matches("東京").entries)
    }
  }

  private func places(_ database: Database) throws {
    let one = try PostalPlaces.find(PostalCode("113-0021"), in: database)
    #expect(
      one == [PostalPlace(digits: "1130021", prefecture: "東京都", city: "文京区", town: "本駒込")])
    #expect(one.first?.code == "113-0021")
    // One code, two prefectures
    let several = try PostalPlaces.find(PostalCode("4980000"), in: database)
    #expect(Set(several.map(\.prefecture)) == ["愛知県", "三重県"])
    // The own code of a hospital: not in the list
    #expect(try PostalPlaces.find(PostalCode("113-8655"), in: database).isEmpty)
  }

  @Test func `a folder with one list replaces that list alone`() throws {
    let database = try TestDatabase().open()
    let first = try folder([
      "universities.csv": "code,name,kana,former_names\n101,甲大学,コウ,\n",
      "societies.csv": "number,name,kana,former_names\n1,乙学会,オツ,丙学会;丁学会\n",
    ])
    _ = try MastersImport(folder: first.path).run(in: database)
    let second = try folder([
      "universities.csv": "\u{FEFF}name,code,kana,former_names\r\n\"戊,大学\",102,ボ,甲大学\r\n"
    ])
    let counts = try MastersImport(folder: second.path).run(in: database)
    #expect(counts.map(\.table) == [.universities] && counts.map(\.rows) == [1])
    let masters = try Masters.load(database)
    #expect(
      masters.universities.entries == [
        MasterEntry(code: "102", name: "戊,大学", kana: "ボ", formerNames: ["甲大学"])
      ])
    #expect(masters.societies.entries.first?.formerNames == ["丙学会", "丁学会"])
  }

  @Test func `postal codes may come unpacked, in any number`() throws {
    let database = try TestDatabase().open()
    let header = "postal_code,prefecture,city,town\n"
    let rows = (0..<103).map { "10000\($0 / 10 + 10),東京都,千代田区,町\($0)\n" }
    let folder = try folder(["postal_codes.csv": header + rows.joined()])
    _ = try MastersImport(folder: folder.path).run(in: database)
    #expect(try database.count("SELECT COUNT(*) AS n FROM postal_codes") == 103)
    #expect(
      try PostalPlaces.find(PostalCode("1000020"), in: database).map(\.town) == [
        "町100", "町101", "町102",
      ])
  }

  @Test func `each mistake is told with file and line, and nothing is changed`() throws {
    let problems = try refusal([
      "universities.csv": """
      code,name,kana,former_names
      101,甲大学,コウ,
      1x2,乙大学,オツ,
      101,丙大学,ヘイ,
      104,,テイ,
      105,\(String(repeating: "長", count: 101)),チョウ,
      """,
      "societies.csv": "number,name,kana\n1,甲,コウ\n",
      "specialties.csv": "code,name,kana,aliases\n",
      "postal_codes.csv": "postal_code,prefecture,city,town\n113-0021,東京都,文京区,\n1130021,東京都,\"文京",
      "postal_codes.csv.gz": "not looked at",
    ])
    #expect(
      problems.sorted()
        == [
          "postal_codes.csv: line 3: a quote is never closed",
          "postal_codes.csv: line 2: postal_code is not 7 digits: 113-0021",
          "societies.csv: line 1: the header lacks former_names",
          "specialties.csv: no rows",
          "universities.csv: line 3: code is not 3 digits: 1x2",
          "universities.csv: line 4: 101 was there already",
          "universities.csv: line 5: name is empty",
          "universities.csv: line 6: name is longer than 100",
        ].sorted())
  }

  @Test func `a folder without lists, and a file that is no gzip, are refused`() throws {
    #expect(try refusal(["readme.txt": "x"]).count == 1)
    let broken = try folder(["postal_codes.csv.gz": "x"])
    #expect(throws: SystemError.self) { try MastersImport(folder: broken.path) }
    #expect(throws: SystemError.self) { try MastersImport(folder: broken.path + "/none") }
  }
}
