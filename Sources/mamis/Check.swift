import ArgumentParser
import MariaDB
import Membership
import Platform

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what is not in order: settings, database, pages against handlers.",
    discussion: """
      Each handler checks its own page with --check, as it does when it starts. Run it before a \
      restart.

      With --screen, a running program is held against the contract of its screen, line by line: \
      ok, not, or - where a rule was not tried. Where the screen asks for somebody who is signed \
      in, it makes a throw-away person with a session of five minutes, and removes both.
      """)

  @Option(help: "Only this screen: whether the program behind it answers as the contract asks.")
  var screen: String?

  @Option(help: "Where that program is: unix:/path, host:port, or the site's https://host.")
  var at: String?

  @Option(help: "The file that PHP-FPM or fcgiwrap runs there (SCRIPT_FILENAME).")
  var script: String?

  @Option(
    help: ArgumentHelp(
      "Send a form that passes, too. What it writes is removed; its mails go to this address.",
      valueName: "address"))
  var good: String?

  func validate() throws {
    guard screen != nil || (at == nil && good == nil && script == nil) else {
      throw ValidationError("--at, --script and --good need --screen.")
    }
    guard screen.map({ ScreenContract.of($0) != nil }) ?? true else {
      throw ValidationError("There is no screen \(screen ?? "").")
    }
  }

  /// The handlers that stand beside this program, or beside it in handlers/ (an installation).
  static let handlers = [
    "login", "logout", "terms", "email", "register", "confirm", "forgot", "reset", "inquiry",
    "lookup", "health", "mypage", "profile", "password", "address", "sessions", "secretariat",
    "members", "member", "imports", "exports", "postcards",
    "code", "twofactor", "inquiries", "audit", "staff", "metrics",
  ]

  func run() throws {
    let services = try Mamis.services()
    if let contract = screen.flatMap(ScreenContract.of) { return try check(contract, services) }
    var faults = services.settings.unknownKeys.map { "settings: no program reads \($0)" }
    faults += databaseFaults(services)
    faults += stalePages(services.settings.wwwFolder)
    for handler in Self.handlers { faults += try handlerFaults(handler) }
    for fault in faults { say(fault) }
    guard faults.isEmpty else { throw ExitCode(1) }
    say("all is in order")
  }

  private func check(_ contract: ScreenContract, _ services: Services) throws {
    let place = at ?? services.settings.baseURL
    let check = try ScreenCheck(contract, at: Endpoint(place, script: script), services)
    let result = Result { try check.run(mailbox: good) }
    try check.people.remove()
    try result.get()
    guard check.faults == 0 else {
      say("\(contract.name) at \(place): \(check.faults) of the rules above are not kept")
      throw ExitCode(1)
    }
    say("\(contract.name) at \(place) answers as the contract asks")
  }

  private func databaseFaults(_ services: Services) -> [String] {
    do {
      let waiting = try Migrations(folder: services.settings.sqlFolder)
        .waitingNames(in: Database(services.settings.database))
      guard waiting.isEmpty else {
        return waiting.map { "database: \($0) is not applied; run mamis migrate" }
      }
      let masters = try services.masters()
      let isEmpty = masters.universities.entries.isEmpty || masters.specialties.isEmpty
      return try Self.clusterFaults(services.database)
        + (isEmpty ? ["database: the master lists are empty; run mamis masters import"] : [])
    } catch {
      let file = services.settings.database.optionFile
      return ["database: \(error)"] + (isFile(file) ? [] : ["database: cannot read \(file)"])
    }
  }

  private func handlerFaults(_ handler: String) throws -> [String] {
    let places = ["\(programFolder())/\(handler)", "\(programFolder())/handlers/\(handler)"]
    guard let path = places.first(where: isFile) else {
      return ["\(handler): no such program beside mamis"]
    }
    let (end, _) = try Platform.run([path, "--check"])
    return end == .status(0) ? [] : ["\(handler): does not start; its message is above"]
  }

  /// The folders of pages that the web server sends as they are.
  private static let pageFolders = ["", "email/", "inquiry/", "password/", "register/"]
  /// Files copied together (an installation, a checkout) differ by less.
  private static let copyingSeconds = 60

  /// A page is older than a part that it includes: browsers would keep the page as it was.
  private func stalePages(_ www: String) -> [String] {
    Self.pageFolders.flatMap { folder in
      ((try? namesInFolder("\(www)/\(folder)")) ?? []).map { folder + $0 }
    }.filter { $0.hasSuffix(".html") }.compactMap { page in
      guard let time = modificationTime("\(www)/\(page)"),
        let newest = newestPart(of: page, www), time + Self.copyingSeconds < newest
      else { return nil }
      return "\(page): a part was changed later; run: touch \(www)/\(page)"
    }
  }

  /// When the newest part of a page was changed, parts of parts included. The notice does not
  /// count: it stands on the login page only, which browsers never keep.
  private func newestPart(of file: String, _ www: String) -> Int? {
    guard let bytes = try? readFile("\(www)/\(file)") else { return nil }
    let pieces = String(decoding: bytes, as: UTF8.self).split(separator: "virtual=\"/")
    return pieces.dropFirst().map { String($0.prefix { $0 != "\"" }) }
      .filter { $0 != "parts/notice.html" }
      .flatMap { [modificationTime("\(www)/\($0)"), newestPart(of: $0, www)] }
      .compactMap { $0 }.max()
  }
}
