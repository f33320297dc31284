// multipart/form-data.

import Testing

@testable import FastCGI

@Suite struct MultipartForms {
  func read(_ body: String, boundary: String = "B") throws -> Multipart {
    try Multipart(Array(body.utf8), boundary: boundary)
  }

  func field(_ name: String, _ value: String) -> String {
    "--B\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
  }

  @Test func `fields and a file are read`() throws {
    let form = try read(
      field("note", "日医\r\n𠮷") + field("note", "")
        + "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"名簿.csv\"\r\n"
        + "Content-Type: text/csv\r\n\r\na,b\r\n1,2\r\n\r\n--B--\r\n")
    #expect(form.values.all("note") == ["日医\r\n𠮷", ""])
    #expect(form.values.pairs.count == 2)
    #expect(
      form.files == [
        UploadedFile(field: "file", name: "名簿.csv", content: Array("a,b\r\n1,2\r\n".utf8))
      ])
  }

  @Test func `a file's bytes come to the letter, whatever they are`() throws {
    let content =
      (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) } + Array("\r\n--C\r\n--".utf8)
    let head = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n"
    let form = try Multipart(Array(head.utf8) + content + Array("\r\n--B--".utf8), boundary: "B")
    #expect(form.files.first?.content == content)
  }

  @Test(arguments: [
    ("--B--\r\n", 0, "no part at all"),
    ("--B--", 0, "no line end after the last boundary"),
    ("--B--\r\nepilogue", 0, "what comes after the end is nobody's"),
  ])
  func `an empty form has no fields`(body: String, count: Int, reason: Comment) throws {
    #expect(try read(body).values.pairs.count == count, reason)
  }

  @Test(
    arguments: [
      ("name=\"a\"", "a", nil),
      ("name=a", "a", nil),
      ("name=\"\"", "", nil),
      ("NAME=\"a\"", "a", nil),
      ("filename=\"x\"; name=\"a\"", "a", "x"),
      ("name=\"a\"; filename=\"\"", "a", ""),
      ("name=\"a\"; filename=\"x;y.csv\"", "a", "x;y.csv"),
      ("name=\"a\"; filename=\"x=y; name=z\"", "a", "x=y; name=z"),
      ("name=\"a\"; filename=\"x%22y.csv\"", "a", "x%22y.csv"),
      ("name=\"a\"; filename=\"../../etc/passwd\"", "a", "../../etc/passwd"),
    ] as [(String, String, String?)])
  func `name and file name are read`(words: String, name: String, file: String?) throws {
    let form = try read("--B\r\nContent-Disposition: form-data; \(words)\r\n\r\nv\r\n--B--")
    if let file {
      #expect(form.files == [UploadedFile(field: name, name: file, content: [0x76])])
    } else {
      #expect(form.values.pairs.map(\.name) == [name])
    }
  }

  @Test(
    arguments: [
      ("", "nothing"),
      ("preamble\r\n--B--", "a preamble: no browser sends one"),
      ("--B\r\n", "the end is missing"),
      (
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv", "the last boundary is missing"
      ),
      ("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--B", "cut after a boundary"),
      (
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--B\r\n", "cut before a part"
      ),
      ("--BX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--B--", "another boundary"),
      ("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n--B--", "no empty line"),
      ("--B\r\nContent-Disposition: form-data\r\n\r\nv\r\n--B--", "no name"),
      ("--B\r\nContent-Type: text/plain\r\n\r\nv\r\n--B--", "no disposition"),
      ("--B\r\nbroken\r\n\r\nv\r\n--B--", "a header without a colon"),
      ("--B\nContent-Disposition: form-data; name=\"a\"\n\nv\n--B--", "bare line feeds"),
    ] as [(String, Comment)])
  func `what is not exactly parts between boundaries is refused`(body: String, reason: Comment) {
    #expect(throws: RequestError.malformed, reason) { try read(body) }
  }

  @Test func `a boundary inside a longer one does not end a part`() throws {
    #expect(throws: RequestError.malformed) {
      try read(field("a", "x\r\n--Bcd") + "--B--")
    }
    #expect(try read(field("a", "x --B y\r\n-B") + "--B--").values.first("a") == "x --B y\r\n-B")
  }

  @Test func `a boundary is 1 to 70 characters`() throws {
    let longest = String(repeating: "b", count: 70)
    #expect(try read("--\(longest)--", boundary: longest).files.isEmpty)
    #expect(throws: RequestError.malformed) { try read("--\(longest)b--", boundary: longest + "b") }
    #expect(throws: RequestError.malformed) { try read("----", boundary: "") }
  }

  @Test func `invalid UTF-8 in a field is refused`() {
    let head = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
    #expect(throws: RequestError.malformed) {
      try Multipart(Array(head.utf8) + [0xFF] + Array("\r\n--B--".utf8), boundary: "B")
    }
  }

  @Test func `too many parts are refused`() {
    let parts = String(repeating: field("a", "1"), count: 1001)
    #expect(throws: RequestError.malformed) { try read(parts + "--B--") }
  }
}
