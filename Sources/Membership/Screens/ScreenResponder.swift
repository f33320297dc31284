import FastCGI
import MariaDB
import Pages
import Platform

/// Runs one screen: binds its fields to its page at start, and gives every request an answer,
/// whatever the screen throws.
public struct ScreenResponder<S: Screen>: Responder {
  public private(set) var services: Services
  private let screen = S()
  /// The names of the fields, in the order of the page.
  private let names = FormNames(S.fields.map(\.name))
  private var hasSeenParameters: Bool
  /// Where the requests are counted; nil: nowhere.
  public var counters: ProgramCounters?

  /// Throws where settings or page are not in order: every disagreement, with file and line.
  ///
  /// - Parameter once: for one request alone, whose parameters are in the settings already. The
  ///   page is read and checked where that request needs it.
  public init(settings: Settings, once: Bool = false) throws {
    services = Self.services(settings)
    hasSeenParameters = once
    if !once { try Self.readPage(services) }
  }

  private static func services(_ settings: Settings) -> Services {
    Services(
      settings, program: S.programName, patience: S.databasePatience,
      checkingPage: { name, page in if name == S.page { try bind(page) } })
  }

  private static func readPage(_ services: Services) throws {
    if let name = S.page { _ = try services.pages.page(name) }
  }

  private static func bind(_ page: Page) throws {
    let problems = page.problems(
      fields: S.fields.map {
        FieldBinding(
          name: $0.name, isRequired: $0.isRequired, isRepeated: $0.isRepeated, longest: $0.longest)
      },
      slots: S.slots, parts: S.parts)
    guard problems.isEmpty else { throw PageDisagreement(problems) }
  }

  /// The parameters that the web server passes win over the file of settings. They are looked at
  /// once, with the first request: a server sends the same ones each time.
  public mutating func rules(for parameters: Parameters) -> RequestRules {
    if !hasSeenParameters {
      hasSeenParameters = true
      do {
        if let settings = try services.settings.overlaid(by: { parameters[$0] }) {
          let changed = Self.services(settings)
          try Self.readPage(changed)
          services = changed
        }
      } catch {
        log(.error, "parameters.refused", program: S.programName, [("reason", "\(error)")])
      }
    }
    return RequestRules(
      methods: S.methods, origin: services.settings.baseURL, bodyLimit: S.bodyLimit,
      names: names)
  }

  public func answer(_ request: Request) -> Response {
    do {
      return try screen.respond(to: request, services)
    } catch {
      return answer(to: error, request)
    }
  }

  public func refuse(_ error: RequestError, _ request: Request) -> Response {
    services.note(
      .warning, "request.refused", request, [("status", "\(error.status)"), ("reason", "\(error)")])
    return services.errorPages.page(error.status, request)
  }

  public func recover(from error: any Error, _ request: Request) -> Response {
    answer(to: error, request)
  }

  public func note(_ done: DoneRequest) {
    counters?.count(done, services.database.use.take())
  }

  /// What a person sees of an error: where something was typed, the page with all of it again.
  private func answer(to error: any Error, _ request: Request) -> Response {
    switch error {
    case let detour as Detour:
      return detour.response
    case let refused as FormRefused:
      return again(refused, request)
    case let failure as DatabaseError
    where failure.kind == .unreachable || failure.kind == .conflict:
      services.note(.error, "database.unreachable", request, [("reason", "\(failure)")])
      return again(
        FormRefused([Sentences.unreachable], status: 503, retryAfter: 30), request)
    case let unknown as UnknownSchema:
      // The database went on without us: whoever starts programs puts the one of today in our place.
      unknown.report(S.programName, request: request)
      askForTermination()
      return again(FormRefused([Sentences.unreachable], status: 503, retryAfter: 5), request)
    default:
      services.note(.error, "request.failed", request, [("reason", "\(error)")])
      return services.errorPages.page(500, request)
    }
  }

  /// The page with what was typed and the problems, or the error page of the status where there is
  /// nothing to show.
  private func again(_ refused: FormRefused, _ request: Request) -> Response {
    var response =
      filled(refused, request) ?? services.errorPages.page(refused.status, request)
    if let seconds = refused.retryAfter { response.add("Retry-After", String(seconds)) }
    return response
  }

  /// The screen's page after a POST. A page that only shows is none without what it shows: it would
  /// come with the sample words of its file.
  private func filled(_ refused: FormRefused, _ request: Request) -> Response? {
    guard request.isPost, let name = S.page else { return nil }
    var filling = Filling()
    filling.add(request.form)
    filling.problems = inOrder(refused.problems).map {
      FieldProblem(field: $0.field, sentence: $0.sentence)
    }
    for problem in refused.problems where !problem.choices.isEmpty {
      filling.offer(problem)
    }
    do {
      try screen.furnish(&filling, request, services)
    } catch {
      services.note(.error, "page.unfurnished", request, [("reason", "\(error)")])
      if S.fields.isEmpty { return (error as? Detour)?.response }
    }
    // Not before: the first time, `furnish` may have fixed parts of it.
    do {
      return .html(try services.pages.page(name).render(filling), status: refused.status)
    } catch {
      services.note(.error, "request.failed", request, [("reason", "\(error)")])
      return services.errorPages.page(500, request)
    }
  }

  /// The problems in the order of the page, for whoever works through the list from the top; those
  /// of the form as a whole first.
  private func inOrder(_ problems: [Problem]) -> [Problem] {
    let order = names.all
    let places = problems.map { problem in
      problem.field.flatMap { order.firstIndex(of: $0) } ?? -1
    }
    return problems.indices.sorted { (places[$0], $0) < (places[$1], $1) }.map { problems[$0] }
  }
}

extension Screen {
  /// The screen's own page, filled. The program reads the file once, at start.
  public func show(
    _ request: Request, _ services: Services, status: Int = 200,
    _ fill: (inout Filling) throws -> Void = { _ in }
  ) throws -> Response {
    var filling = Filling()
    try furnish(&filling, request, services)
    try fill(&filling)
    return .html(try services.pages.page(Self.page ?? "").render(filling), status: status)
  }
}

extension Filling {
  /// Puts values of a form into its controls, behind those that they have.
  public mutating func add(_ form: FormValues) {
    values.append(form.pairs)
  }

  /// Puts the full names that a partial one matched below its field, to choose from.
  mutating func offer(_ problem: Problem) {
    guard let field = problem.field else { return }
    let choices = TextList("name", problem.choices)
    parts["choices-\(field)", default: []].append(Filling(lists: ["choice-\(field)": choices]))
  }
}

/// The page and the fields of its screen say different things.
struct PageDisagreement: Error, CustomStringConvertible {
  let problems: [PageError]

  init(_ problems: [PageError]) {
    self.problems = problems
  }

  var description: String { problems.map(\.description).joined(separator: "; ") }
}

/// Sentences of the library itself that a person can see.
enum Sentences {
  static let unreachable = Problem(
    nil, "ただいま大変混み合っているか、点検中です。入力された内容はこの画面に残っています。しばらくしてから、もう一度送信してください。")
  static let sessionEnded = Problem(
    nil,
    "しばらく操作がなかったため、ログインの有効時間が終わりました。別のタブ（画面）でログインし直してから、この画面でもう一度送信してください。入力された内容は残っています。")
}
