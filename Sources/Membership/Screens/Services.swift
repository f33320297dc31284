import FastCGI
import MariaDB
import Pages
import Platform

/// What a screen works with: made once when the program starts. Nothing in it belongs to a
/// request, so nothing can pass from one person's request to another's.
public final class Services {
  public let settings: Settings
  public let database: Database
  public let pages: PageStore
  public let errorPages: ErrorPages
  public let program: String

  /// - Parameters:
  ///   - patience: seconds to wait for a silent database, where less than the settings say.
  ///   - takesAnySchema: for copies of a database, which are made before it is brought up to date.
  ///   - checkingPage: looks at each page that is read, by its name.
  public init(
    _ settings: Settings, program: String, patience: Int? = nil, takesAnySchema: Bool = false,
    checkingPage check: @escaping (_ name: String, Page) throws -> Void = { _, _ in }
  ) {
    self.settings = settings
    self.program = program
    let location = settings.database(patience: patience)
    database =
      takesAnySchema ? Database(location) : Database(location, whenOpened: Schema.check)
    pages = PageStore(settings.wwwFolder, check)
    errorPages = ErrorPages(pages, program: program)
  }

  public var sessions: Sessions { Sessions(services: self) }
  public var accounts: Accounts { Accounts(services: self) }
  public var secondFactor: SecondFactor { SecondFactor(services: self) }
  public var throttle: Throttle { Throttle(services: self) }
  public var tokens: Tokens { Tokens(services: self) }
  public var drafts: Drafts { Drafts(services: self) }

  public var consents: Consents { Consents(services: self) }
  public var postcards: Postcards { Postcards(services: self) }
  public var staff: Staff { Staff(services: self) }
  public var inquiries: Inquiries { Inquiries(services: self) }
  public var registrations: Registrations { Registrations(services: self) }

  /// The terms of use, read at their first use and kept.
  public func terms() throws -> TermsText {
    if let agreed { return agreed }
    let terms = try TermsText(pages)
    agreed = terms
    return terms
  }

  private var agreed: TermsText?

  /// The master lists, read at their first use and kept.
  public func masters() throws -> Masters {
    if let loaded { return loaded }
    let masters = try Masters.load(database)
    // Before the first import there is nothing worth keeping.
    if !masters.specialties.isEmpty { loaded = masters }
    return masters
  }

  private var loaded: Masters?

  /// One master list alone, for a program that may need no other; kept like all of them.
  public func masterList(_ name: Masters.Name) throws -> MasterList {
    if let known = loaded?[name] ?? lists[name] { return known }
    let read = try Masters.list(name, database)
    if !read.entries.isEmpty { lists[name] = read }
    return read
  }

  private var lists: [Masters.Name: MasterList] = [:]

  /// The specialties alone, for programs that need no other list; kept like those.
  public func specialties() throws -> [Specialty] {
    if let known = loaded?.specialties ?? named { return known }
    let read = try Masters.specialties(database)
    if !read.isEmpty { named = read }
    return read
  }

  private var named: [Specialty]?

  /// The passwords that are too common, read at their first use and kept.
  public func commonPasswords() throws -> CommonPasswords {
    if let common { return common }
    let read = CommonPasswords(
      contents: try readFile(settings.mastersFolder + "/common_passwords.txt"))
    common = read
    return read
  }

  private var common: CommonPasswords?

  /// The sender of our mails, with the contact lines that stand in www/parts/contact.html.
  public func sender() throws -> Sender {
    if let known { return known }
    let contact = try pages.folder.plainText(
      "parts/contact.html", base: settings.baseURL)
    let sender = Sender(settings, contactLines: contact)
    known = sender
    return sender
  }

  private var known: Sender?

  /// Writes a log line with the request's enquiry number and, where it is known whose it is, the
  /// account's. docs/logs.md lists every event.
  public func note(
    _ level: LogLevel, _ event: StaticString, _ request: Request, account: Int? = nil,
    _ fields: [(key: StaticString, value: String)] = []
  ) {
    var line = LogLine(level, event, program: program)
    line.add("request", request.number)
    if let account { line.add("account", account) }
    for field in fields { line.add(field.key, field.value) }
    line.write()
  }
}

/// The pages of www/, each read once.
public final class PageStore {
  public let folder: PageFolder
  private var pages: [String: Page] = [:]
  /// The pages that have their fixed parts in place.
  private var fixed: [String] = []

  private let check: (_ name: String, Page) throws -> Void

  init(_ path: String, _ check: @escaping (_ name: String, Page) throws -> Void) {
    folder = PageFolder(path: path)
    self.check = check
  }

  /// The page of this file name. Throws what is wrong with it, when it is read.
  public func page(_ name: String) throws -> Page {
    if let page = pages[name] { return page }
    let page = try folder.page(name)
    try check(name, page)
    pages[name] = page
    return page
  }

  /// Writes parts that are the same in every answer into a page, the first time that it is asked.
  func fix(_ name: String, _ parts: @autoclosure () throws -> Named<[Filling]>) throws {
    guard !fixed.contains(name) else { return }
    pages[name] = try page(name).fixing(parts())
    fixed.append(name)
  }
}

/// The styled pages of www/errors/.
public final class ErrorPages {
  private let pages: PageStore
  private let program: String

  init(_ pages: PageStore, program: String) {
    self.pages = pages
    self.program = program
  }

  /// 410 for a mailed URL: `next` names the part that offers the way on (`registration`, `used`,
  /// `reset`, `address`).
  public func gone(_ next: String, _ request: Request) -> Response {
    log(.warning, "token.refused", program: program, [("request", request.number), ("page", next)])
    return page(410, request, parts: [next: [Filling()]])
  }

  /// The page of a status, with the enquiry number and the `parts` that it should show.
  public func page(
    _ status: Int, _ request: Request, parts: Named<[Filling]> = [:],
    slots: Named<String> = [:]
  ) -> Response {
    var filling = Filling()
    filling.slots = slots
    filling.slots["enquiry_number"] = request.number
    filling.parts = parts
    guard let page = try? pages.page("errors/\(status).html") else {
      let plain =
        "<!DOCTYPE html><html lang=\"ja\"><title>エラー</title>"
        + "<p>ただいまこの画面を表示できません。お問い合わせ番号：\(request.number)</p></html>"
      return .html([UInt8](plain.utf8), status: status)
    }
    return .html(page.render(filling), status: status)
  }
}
