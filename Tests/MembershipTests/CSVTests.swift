// CSV as Excel, other programs and we ourselves write it.

import Membership
import Testing

private func records(_ text: String) throws -> [[String]] {
  var reader = CSVReader([UInt8](text.utf8))
  var records: [[String]] = []
  while let record = try reader.next() { records.append(record.fields) }
  return records
}

private func failure(_ bytes: [UInt8]) -> CSVError? {
  var reader = CSVReader(bytes)
  do {
    while try reader.next() != nil {}
    return nil
  } catch {
    return error
  }
}

@Suite struct CSVReading {
  @Test(
    "records and fields are cut where RFC 4180 says",
    arguments: [
      ("", []),
      ("a", [["a"]]),
      ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
      ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
      ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]),  // old Macs
      ("a,b\r\nc,d\ne,f\rg,h", [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]),
      (",", [["", ""]]),
      ("a,", [["a", ""]]),
      (",,\n", [["", "", ""]]),
      ("\"\"", [[""]]),
      ("\"\",\"\"\n", [["", ""]]),
      ("\"a,b\",c", [["a,b", "c"]]),
      ("\"a\"\"b\"", [["a\"b"]]),
      ("\"\"\"\"", [["\""]]),
      ("\"a\r\nb\",c", [["a\r\nb", "c"]]),  // kept to the letter
      ("\"a\"\r\nb", [["a"], ["b"]]),
      (" a , b ", [[" a ", " b "]]),  // spaces are part of a field
      ("北海道大学,北海道帝国大学;北海道帝国大学附属医学専門部", [["北海道大学", "北海道帝国大学;北海道帝国大学附属医学専門部"]]),
      ("葛\u{E0100}城,𠮷田,\u{FA19}田", [["葛\u{E0100}城", "𠮷田", "\u{FA19}田"]]),
      ("\u{FEFF}a,b", [["a", "b"]]),
      ("\u{FEFF}\"a\",b", [["a", "b"]]),  // a mark before a quote
      ("a\n\n\r\nb\n\n", [["a"], ["b"]]),  // empty lines
      ("sep=,\r\na,b", [["a", "b"]]),
      ("sep=,x\r\na", [["sep=", "x"], ["a"]]),  // no hint
    ] as [(String, [[String]])])
  func cutting(text: String, expected: [[String]]) throws {
    let found = try records(text)
    #expect(found.map { $0.map { Array($0.utf8) } } == expected.map { $0.map { Array($0.utf8) } })
  }

  @Test(
    "what is not CSV is refused with its line",
    arguments: [
      ("a\n\"b", .openQuote, 2),
      ("a\n\"b\nc\nd", .openQuote, 2),  // where it began
      ("a\r\nb\"c", .strayQuote, 2),
      ("a\rb\r\"c\"d", .textAfterQuote, 3),
      ("\"a\nb\"x", .textAfterQuote, 2),
      ("a\n\"b\nc\"\nd\"", .strayQuote, 4),
    ] as [(String, CSVError.Kind, Int)])
  func refusing(text: String, kind: CSVError.Kind, line: Int) {
    #expect(failure([UInt8](text.utf8)) == CSVError(kind, line: line))
  }

  @Test func `bytes that are not UTF-8 are refused with their line`() {
    #expect(failure([0x61, 0x0A, 0x62, 0xFF]) == CSVError(.notText, line: 2))
    #expect(failure([0x22, 0xE3, 0x81, 0x22]) == CSVError(.notText, line: 1))
    // A surrogate, and an overlong slash
    #expect(failure([0xED, 0xA0, 0x80]) == CSVError(.notText, line: 1))
    #expect(failure([0xC0, 0xAF]) == CSVError(.notText, line: 1))
  }

  @Test func `a record tells the line that it begins on`() throws {
    var reader = CSVReader([UInt8]("a\r\n\"b\r\nc\"\r\n\r\nd".utf8))
    var lines: [Int] = []
    while let record = try reader.next() { lines.append(record.line) }
    #expect(lines == [1, 2, 5])
  }

  @Test func `a file that Excel saved as Shift_JIS is read as well as one in UTF-8`() throws {
    let cp932: [UInt8] = [0x93, 0xFA, 0x88, 0xE3, 0x2C, 0xFB, 0xFC, 0x8B, 0xB4, 0x0D, 0x0A]
    var reader = try CSVReader(fromOffice: cp932)
    #expect(try reader.next()?.fields == ["日医", "髙橋"])
    reader = try CSVReader(fromOffice: [UInt8]("\u{FEFF}日医,髙橋".utf8))
    #expect(try reader.next()?.fields == ["日医", "髙橋"])
    #expect(throws: CSVError(.notText, line: 0)) { try CSVReader(fromOffice: [0x81, 0xFF, 0xFE]) }
  }
}

@Suite struct CSVHeaders {
  private func rows(
    _ text: String, _ columns: [String], optional: [String] = []
  ) throws -> [CSVRecord] {
    var table = try CSVTable(
      CSVReader([UInt8](text.utf8)), columns: columns, optional: optional)
    var rows: [CSVRecord] = []
    while let row = try table.next() { rows.append(row) }
    return rows
  }

  @Test func `columns are found by their name wherever they stand`() throws {
    let rows = try rows("x,name, code\n1,内科,01\n2,外科,16\n", ["code", "name"])
    #expect(rows.map(\.fields) == [["01", "内科"], ["16", "外科"]])
    #expect(rows.map(\.line) == [2, 3])
  }

  @Test func `what a spreadsheet leaves out or behind does no harm`() throws {
    let rows = try rows("a,b,c\n1\n,,\n2,3,4,,\n", ["a", "c"], optional: ["d", "b"])
    #expect(rows.map(\.fields) == [["1", "", "", ""], ["2", "4", "", "3"]])
  }

  @Test func `a header that does not fit is refused`() {
    #expect(throws: CSVError(.empty, line: 0)) { try rows("", ["a"]) }
    #expect(throws: CSVError(.missingColumns(["b", "c"]), line: 1)) {
      try rows("a\n1", ["a", "b", "c"])
    }
    #expect(throws: CSVError(.repeatedColumn("a"), line: 1)) { try rows("a,a\n1,2", ["a"]) }
    #expect(throws: CSVError(.tooManyFields(3, header: 2), line: 3)) {
      try rows("a,b\n1,2\n1,2,3", ["a"])
    }
  }

  @Test func `an error says in Japanese what to do, with its line`() {
    #expect(
      CSVError(.tooManyFields(3, header: 2), line: 7).sentence
        == "7行目：項目が3個あります。見出しと同じ2個までにしてください。")
    #expect(CSVError(.missingColumns(["a", "b"]), line: 1).sentence.hasSuffix("加えてください：a、b"))
  }
}

@Suite struct CSVWriting {
  private func written(_ fields: [String]) -> String {
    var writer = CSVWriter(mark: false)
    writer.write(fields)
    return String(decoding: writer.take(), as: UTF8.self)
  }

  @Test(
    "fields get quotes where they need them",
    arguments: [
      (["a", "b"], "a,b\r\n"),
      ([""], "\r\n"),
      (["a,b", "c\"d"], "\"a,b\",\"c\"\"d\"\r\n"),
      (["a\r\nb"], "\"a\r\nb\"\r\n"),
      ([" a", "b "], "\" a\",\"b \"\r\n"),
      (["日医;太郎"], "日医;太郎\r\n"),
    ] as [([String], String)])
  func quoting(fields: [String], expected: String) {
    #expect(written(fields).utf8.elementsEqual(expected.utf8))
  }

  @Test(
    "what a spreadsheet would run is written as text",
    arguments: [
      "=1+1", "+81-3-3946-2121", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1",
      "＠x", "'=1", "''@x", "=\u{301}",
    ])
  func neutralising(value: String) {
    let field = CSVFormula.neutralised(value)
    #expect(field.utf8.elementsEqual("'\(value)".utf8))
    #expect(CSVFormula.original(of: field).utf8.elementsEqual(value.utf8))
  }

  @Test(
    "any other value is written as it is, and read as it is",
    arguments: ["", "a", "113-8621", "1=1", "'", "'a", "O'Neil", "ー", "''", "髙橋"])
  func leaving(value: String) {
    #expect(CSVFormula.neutralised(value) == value)
    #expect(CSVFormula.original(of: value) == value)
  }

  @Test func `our own export comes back to the letter`() throws {
    let values = [
      "=1", "'=1", "''=1", "'", "a\"b", "a,b", "a\r\nb", "\n", " x ", "葛\u{E0100}", "が", "𠮷",
      "+1,\"",
    ]
    var writer = CSVWriter()
    writer.write(values.indices.map { "c\($0)" })
    writer.write(values)
    let bytes = writer.take()
    #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]))
    #expect(writer.take().isEmpty)
    var table = try CSVTable(
      CSVReader(bytes), columns: values.indices.map { "c\($0)" }, restoresFormulas: true)
    let read = try #require(try table.next()).fields
    #expect(read.map { Array($0.utf8) } == values.map { Array($0.utf8) })
  }
}
