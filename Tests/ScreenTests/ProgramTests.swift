// What holds programs, pages and settings together.

import FastCGI
import Foundation
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import login
@testable import mypage
@testable import register
@testable import terms

@Suite struct ProgramTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  static func text(_ path: String) throws -> String {
    String(decoding: try readFile("\(repositoryFolder)/\(path)"), as: UTF8.self)
  }

  /// The names in the list that begins with `start`, up to its `]`.
  static func list(_ path: String, _ start: String) throws -> [String] {
    let text = try text(path)
    let begin = try #require(text.range(of: start)).upperBound
    let words = text[begin...].prefix { $0 != "]" }
    return words.matches(of: /"([a-z]+)"/).map { String($0.1) }
  }

  static func screens() throws -> [String] { try list("Package.swift", "let screens = [") }

  /// Address, handler (empty for a page without one), manner and group of each line.
  static func locations() throws -> [(address: String, handler: String, how: String, group: String)]
  {
    try text("nginx/handlers.conf").matches(
      of:
        /(?m)^location (?:=|\^~|~) (\S+) +\{ (?:set \$handler ([a-z]+); +| +)include mamis\/([a-z]+)\.conf; \}(?: +# ([a-z]+))?/
    ).map {
      (String($0.1), String($0.2 ?? ""), String($0.3), String($0.4 ?? ""))
    }
  }

  @Test func `package, folders, nginx and mamis check name the same screens`() throws {
    let screens = Set(try Self.screens())
    #expect(screens.count >= 13)
    let folder = "\(repositoryFolder)/Sources/handlers"
    #expect(Set(try namesInFolder(folder)) == screens)
    for name in screens {
      #expect(isFile("\(folder)/\(name)/\(name).swift"), "one name everywhere: \(name)")
    }
    #expect(Set(try Self.locations().map(\.handler)).subtracting([""]) == screens)
    #expect(Set(try Self.list("Sources/mamis/Check.swift", "static let handlers = [")) == screens)
    let rows = try Self.text("README.md").split(separator: "\n")
    for name in screens {
      #expect(rows.contains { $0.hasPrefix("| `\(name)` |") }, "README.md has no line for \(name)")
    }
  }

  @Test func `every line of the table of addresses was read, and its page is there`() throws {
    let lines = try Self.text("nginx/handlers.conf").split(separator: "\n")
      .filter { $0.hasPrefix("location") }
    let locations = try Self.locations()
    #expect(locations.count == lines.count)
    for location in locations where ["form", "page"].contains(location.how) {
      #expect(isFile("\(repositoryFolder)/www\(location.address).html"), "\(location.address)")
      #expect((location.how == "page") == location.handler.isEmpty)
    }
  }

  @Test func `the group of a handler is the one whose grants name it`() throws {
    let grants = try Self.text("sql/grants.sql")
    for location in try Self.locations() where !location.handler.isEmpty {
      let line = try #require(
        grants.split(separator: "\n").first { $0.hasPrefix("-- \(location.group):") },
        "\(location.group)")
      let names = line.split { !$0.isLetter }.map(String.init)
      #expect(names.contains(location.handler), "\(location.handler) in \(line)")
    }
  }

  @Test func `every program agrees with its page`() throws {
    let folder = try TemporaryFolder()
    let settings = folder.path + "/mamis.env"
    let lines = ["BASE_URL", "WWW_DIR", "SQL_DIR", "DB_OPTION_FILE", "MAIL_FROM"].map {
      "\($0)=\(site.settings[text: $0])\n"
    }
    try writeFile(settings, [UInt8](lines.joined().utf8))
    for name in try Self.screens() {
      let end = try run(
        ["/usr/bin/env", "MAMIS_ENV_FILE=\(settings)", "\(productsFolder)/\(name)", "--check"]
      ).end
      #expect(end == .status(0), "\(name)")
    }
  }

  /// The page of registration, and the part with its fields: a control stands in one of them.
  static let files = ["register.html", "parts/profile-fields.html"]

  /// www/ with one of these files changed, and the place of the change: `register.html:12`.
  func changed(
    _ old: String, _ new: String, in files: [String] = files
  ) throws -> (TemporaryFolder, place: String) {
    let folder = try TemporaryFolder()
    let page = try #require(try files.first { try Self.text("www/\($0)").contains(old) }, "\(old)")
    try FileManager.default.copyItem(
      atPath: "\(repositoryFolder)/www", toPath: folder.path + "/www")
    let parts = try Self.text("www/\(page)").components(separatedBy: old)
    try writeFile(
      "\(folder.path)/www/\(page)",
      [UInt8]((parts[0] + new + parts.dropFirst().joined(separator: old)).utf8))
    return (folder, "\(page):\(parts[0].count { $0 == "\n" } + 1)")
  }

  @Test(arguments: [
    ("name=\"fax\"", "name=\"facsimile\"", "facsimile"),
    ("<slot name=\"password_rule\">", "<slot name=\"pasword_rule\">", "pasword_rule"),
    ("name=\"sex\" required", "name=\"sex\"", "sex"),
    ("name=\"phone\"", "name=\"phone\" required", "phone"),
    ("name=\"address\"", "maxlength=\"40\" name=\"address\"", "address"),
    ("id=\"error-phone\"", "id=\"error-fon\"", "phone"),
    ("<template id=\"specialties\">", "<template id=\"specialities\">", "specialities"),
  ])
  func `a page that was changed against its program is refused at start, with file and line`(
    old: String, new: String, names: String
  ) throws {
    let (folder, place) = try changed(old, new)
    let settings = try site.with(["WWW_DIR": folder.path + "/www"]).settings
    let error = try #require(throws: (any Error).self) {
      try ScreenResponder<Register>(settings: settings)
    }
    let message = "\(error)"
    #expect(message.contains("\(place): "), "\(message)")
    #expect(message.contains(names), "\(message)")
  }

  @Test func `a renamed control is told from both sides`() throws {
    let (folder, _) = try changed("name=\"fax\"", "name=\"facsimile\"")
    let settings = try site.with(["WWW_DIR": folder.path + "/www"]).settings
    let error = try #require(throws: (any Error).self) {
      try ScreenResponder<Register>(settings: settings)
    }
    let problems = "\(error)".components(separatedBy: "; ")
    #expect(problems.contains { $0.contains("facsimile") })
    #expect(problems.contains { $0.contains("fax") && !$0.contains("facsimile") })
  }

  @Test func `a part that a page includes is checked with its own file and line`() throws {
    let (folder, place) = try changed(
      "<slot name=\"fax\">", "<slot name=\"facsimile\">", in: ["parts/profile.html"])
    let settings = try site.with(["WWW_DIR": folder.path + "/www"]).settings
    let error = try #require(throws: (any Error).self) {
      try ScreenResponder<Mypage>(settings: settings)
    }
    #expect("\(error)".contains("\(place): "), "\(error)")
  }

  @Test func `a program of one request reads its page where that one needs it, and checks it`()
    throws
  {
    let (folder, _) = try changed("name=\"fax\"", "name=\"facsimile\"")
    let settings = try site.with(["WWW_DIR": folder.path + "/www"]).settings
    var program = try ScreenResponder<Register>(settings: settings, once: true)
    #expect(get(&program, "/register", [:]).status == 303)
    #expect(get(&program, "/register?token=\(try token())", [:]).status == 500)
    var whole = try ScreenResponder<Register>(settings: site.settings, once: true)
    #expect(get(&whole, "/register?token=\(try token())", [:]).status == 200)
  }

  // MARK: Settings that the web server passes

  func get<S: Screen>(
    _ program: inout ScreenResponder<S>, _ target: String, _ extra: [String: String]
  ) -> Answer {
    let query = target.split(separator: "?").dropFirst().first.map(String.init) ?? ""
    return Answer(
      program.respond(
        to: [
          "REQUEST_METHOD": "GET", "REQUEST_URI": target, "QUERY_STRING": query,
          "REMOTE_ADDR": "192.0.2.1",
        ].merging(extra) { $1 }))
  }

  func token() throws -> String {
    let visitor = Visitor(site)
    try visitor.agree()
    return try visitor.askForURL("p\(People.next())@example.jp")
  }

  @Test func `parameters of the web server win over the file`() throws {
    var program = try ScreenResponder<Register>(settings: site.settings)
    let answer = get(
      &program, "/register?token=\(try token())", ["PASSWORD_POLICY": "nist15"])
    #expect(answer.text.contains("15文字以上"))
    #expect(answer.markup.element(id: "password-policy")?["data-min"] == "15")
  }

  @Test func `a parameter that makes no sense changes nothing`() throws {
    var program = try ScreenResponder<Register>(settings: site.settings)
    let answer = get(
      &program, "/register?token=\(try token())", ["PASSWORD_POLICY": "none"])
    #expect(answer.status == 200)
    #expect(answer.text.contains("8文字以上128文字以内"))
  }

  @Test func `a request header is no parameter: it changes no setting`() throws {
    var program = try ScreenResponder<Register>(settings: site.settings)
    let answer = get(
      &program, "/register?token=\(try token())", ["HTTP_PASSWORD_POLICY": "nist15"])
    #expect(answer.text.contains("8文字以上128文字以内"))
  }

  @Test
  func `a page that disagrees with its program is refused by parameter too, the old one stays`()
    throws
  {
    let (folder, _) = try changed("name=\"fax\"", "name=\"facsimile\"")
    var program = try ScreenResponder<Register>(settings: site.settings)
    let answer = get(
      &program, "/register?token=\(try token())", ["WWW_DIR": folder.path + "/www"])
    #expect(answer.status == 200)
    #expect(answer.markup.controls("fax").count == 1)
    #expect(answer.markup.controls("facsimile").isEmpty)
  }
}
