// postcards - first-time credentials on paper (ID・パスワード通知ハガキ).
//
//   GET  /secretariat/postcards  who may get one, and the runs so far
//         303   /login without a session
//         403   for members and doctors
//   POST /secretariat/postcards  choice, number, format, ticket: issues, and voids earlier ones
//         200   format=sheet: the cards as a page to print, two sides of a はがき each
//               format=csv: the cards as a file for a printer's shop, sent while they are issued
//         303   /secretariat/postcards?again=yes where the same form was sent before
//         422   the form, with what is wrong
//
// The answer is the only place where the passwords ever stand; it is stored nowhere.
// Reads and writes accounts, postcards. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages

@main
struct Postcards: PageScreen, FormScreen {
  static let page: String? = "secretariat/postcards.html"
  static let choice = Field("choice", "発行する相手", .line(40), missing: "発行する相手を選んでください。")
  static let number = OptionalField("number", "会員番号", .line(20))
  static let format = Field("format", "渡し方", Rule<PostcardRun.Format>.choice)
  static let fields: [any FormField] = [choice, number, format]
  static let slots = OfficeView.slots.union([
    "count_unregistered", "count_unissued", "count_expired", "ticket", "run", "started_at", "by",
    "format_label", "issued", "open", "end",
  ])
  static let parts = OfficeView.parts.union(["again", "once", "run-choice", "runs", "run-row"])

  /// Runs that are shown.
  static let newest = 10

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    if let session = try services.sessions.presence(request).session {
      try OfficeView.fill(&filling, session, services)
    }
    filling.slots.merge(try services.postcards.counts())
    filling.parts["once"] = [Filling(slots: ["ticket": Secret().forURL])]
    let runs = try PostcardRun.newest(Self.newest, in: services.database)
    filling.parts["run-choice"] = runs.filter { $0.slots["open"] != "0" }
    filling.parts["runs"] = runs.isEmpty ? [] : [Filling(parts: ["run-row": runs])]
  }

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try services.sessions.require(Stage.staff, request)
    return try show(request, services) { filling in
      filling.parts["again"] = request.query.first("again") == "yes" ? [Filling()] : []
    }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    var form = Form(request, Self.fields)
    let typed = form.valid(Self.number) ?? nil
    if form.valid(Self.choice)?.text == "one", typed == nil {
      form.refuse(Problem(Self.number, "会員番号を入力してください。"))
    }
    let format = try form[Self.format]
    guard
      let choice = PostcardChoice(try form[Self.choice].text, number: typed?.text ?? ""),
      let ticket = Secret(request.form.first("ticket") ?? "")
    else { throw FormRefused(Problem(Self.choice, "発行する相手を選んでください。")) }
    let accounts = try recipients(choice, format, services)
    guard
      let run = try PostcardRun.start(ticket, format, by: session.accountID, in: services.database)
    else { return .redirect(to: "/secretariat/postcards?again=yes") }
    return format == .sheet
      ? try sheet(run, accounts, session, request, services)
      : csv(run, accounts, session, request, services)
  }

  private func recipients(
    _ choice: PostcardChoice, _ format: PostcardRun.Format, _ services: Services
  ) throws -> [Int] {
    let accounts = try services.postcards.recipients(choice)
    if accounts.isEmpty {
      if case .member = choice {
        throw FormRefused(
          Problem(Self.number, "この番号の会員はいないか、すでに登録済みか、利用停止中です。会員の一覧でご確認ください。"))
      }
      throw FormRefused(Problem(Self.choice, "当てはまる会員がいません。ほかの相手を選んでください。"))
    }
    // Those who never got one, or whose one ran out, are fewer after each page; the others are not.
    let shrinks = choice == .unissued || choice == .expired
    if format == .sheet, accounts.count > PostcardSheet.most, !shrinks {
      let most = OfficeSummary.grouped(PostcardSheet.most)
      throw FormRefused(
        Problem(
          Self.format,
          "一度に印刷できるのは\(most)枚までです。CSVファイルにするか、相手を「まだ発行していない方」に絞ってください。"))
    }
    return accounts
  }

  private func sheet(
    _ run: PostcardRun, _ accounts: [Int], _ session: Session, _ request: Request,
    _ services: Services
  ) throws -> Response {
    let chosen = Array(accounts.prefix(PostcardSheet.most))
    var cards: [Postcard] = []
    try run.issue(
      to: chosen, by: session.accountID, client: request.client, with: services.postcards
    ) { cards += $0 }
    return .html(
      try PostcardSheet(services).page(cards, rest: accounts.count - chosen.count))
  }

  /// Issues while the file is sent. Where the connection breaks, the run says how far it came, and
  /// can be issued again.
  private func csv(
    _ run: PostcardRun, _ accounts: [Int], _ session: Session, _ request: Request,
    _ services: Services
  ) -> Response {
    let (settings, program) = (services.settings, services.program)
    let (actor, client) = (session.accountID, request.client)
    return .download("postcards.csv", type: "text/csv; charset=UTF-8") { writer in
      var csv = CSVWriter()
      csv.write(Postcard.columns)
      try run.issue(
        to: accounts, by: actor, client: client,
        with: Services(settings, program: program).postcards
      ) { cards in
        for card in cards { csv.write(card.fields) }
        try writer.write(csv.take())
      }
    }
  }
}
