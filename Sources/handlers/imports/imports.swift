// imports - the association's list of members: a CSV file is looked at, then taken in.
//
//   GET  /secretariat/import           the form
//   GET  /secretariat/import?file=N    what file N would do, how far it is, what it did
//         404   not a file of this person's
//   POST /secretariat/import  file                    read, compared, kept for a day
//         303   /secretariat/import?file=N            nothing is written yet
//         422   mistakes, line by line; nothing is kept
//   POST /secretariat/import  action=import, import=N  written, all of it or nothing
//         303   /secretariat/import?file=N            while another connection writes
//
// Reads and writes accounts, roll, changes, imports. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages

@main
struct Imports: PageScreen, FormScreen {
  static let page: String? = "secretariat/import.html"
  static let fields: [any FormField] = [file]
  static let slots = OfficeView.slots.union([
    "import", "added", "changed", "unchanged", "count", "written", "mistake_count", "line",
    "number", "name", "address", "label", "old", "new", "next", "sentence",
  ])
  static let parts = OfficeView.parts.union([
    "mistakes", "mistake", "mistakes-more", "preview", "outdated", "failed", "to-add", "added-row",
    "added-more", "to-change", "changed-row", "change-value", "changed-more", "go", "nothing",
    "running", "done",
  ])
  /// 10 MB for the file (screens.md §4a), and what the form puts around it.
  static let bodyLimit = 10 * 1_048_576 + 4096

  static let file = FileField("file", "ファイル")
  /// How many mistakes are told at once.
  static let mostMistakes = 200

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    guard let session = try services.sessions.presence(request).session else { return }
    try OfficeView.fill(&filling, session, services)
  }

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    guard let number = request.query.first("file") else { return try show(request, services) }
    guard let staged = try find(number, session, services) else {
      return services.errorPages.page(404, request)
    }
    let response = try show(request, services) { filling in
      try fill(&filling, staged, request, services)
    }
    // Without a script the page asks again by itself until the work is done.
    return staged.state == .running ? response.adding("Refresh", "2") : response
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    if request.form.first("action") == "import" { return try write(request, session, services) }
    let form = Form(request, Self.fields)
    guard let upload = request.files.first(where: { $0.field == Self.file.name }),
      !upload.content.isEmpty
    else { throw FormRefused(form.problems + [Problem(Self.file, "取り込むファイルを選んでください。")]) }
    let members: MembersImport
    do {
      members = try MembersImport(file: upload.content)
    } catch let error as CSVError {
      throw FormRefused(Problem(Self.file, error.sentence))
    }
    guard members.count > 0 else {
      throw FormRefused(Problem(Self.file, "会員の行がありません。見出しの下に会員を1行に1人ずつ入れてください。"))
    }
    guard members.mistakes.isEmpty else { return try tell(members, request, services) }
    let id = try StagedImport.stage(members, by: session.accountID, in: services.database)
    return .redirect(to: "/secretariat/import?file=\(id)")
  }

  /// 「取り込む」. The answer goes out at once; the same process then writes, while others show how
  /// far it is.
  private func write(
    _ request: Request, _ session: Session, _ services: Services
  ) throws -> Response {
    guard let staged = try find(request.form.first("import") ?? "", session, services) else {
      return services.errorPages.page(404, request)
    }
    var response = Response.redirect(to: "/secretariat/import?file=\(staged.id)")
    if try staged.claim(in: services.database) {
      let (id, actor) = (staged.id, session.accountID)
      let (client, settings, program) = (request.client, services.settings, services.program)
      response.afterwards = {
        StagedImport.writeLater(
          id, of: actor, client: client, settings: settings, program: program)
      }
    }
    return response
  }

  private func find(
    _ number: String, _ session: Session, _ services: Services
  ) throws -> StagedImport? {
    try Int(number).flatMap {
      try StagedImport.find($0, of: session.accountID, in: services.database)
    }
  }

  /// 422 with the lines that are wrong.
  private func tell(
    _ members: MembersImport, _ request: Request, _ services: Services
  ) throws -> Response {
    let mistakes = members.mistakes
    return try show(request, services, status: 422) { filling in
      filling.problems = [
        FieldProblem(
          field: Self.file.name,
          sentence: "ファイルに直すところが\(mistakes.count)件あります。下の一覧の行を直して、もう一度選んでください。何も書き込んでいません。")
      ]
      let rows = mistakes.prefix(Self.mostMistakes).map {
        Filling(slots: ["line": String($0.line), "sentence": $0.sentence])
      }
      filling.parts["mistakes"] = [
        Filling(
          slots: ["mistake_count": String(mistakes.count)],
          parts: [
            "mistake": rows, "mistakes-more": mistakes.count > rows.count ? [Filling()] : [],
          ])
      ]
    }
  }

  private func fill(
    _ filling: inout Filling, _ staged: StagedImport, _ request: Request, _ services: Services
  ) throws {
    filling.slots["import"] = String(staged.id)
    filling.slots["added"] = OfficeSummary.grouped(staged.result.added)
    filling.slots["changed"] = OfficeSummary.grouped(staged.result.changed)
    filling.slots["unchanged"] = OfficeSummary.grouped(staged.result.unchanged)
    switch staged.state {
    case .running:
      filling.slots["count"] = String(staged.count)
      filling.slots["written"] = String(staged.written)
      filling.parts["running"] = [Filling()]
    case .done:
      filling.parts["done"] = [Filling()]
    case .staged, .outdated, .failed:
      filling.parts["preview"] = [try preview(staged, request, services)]
    }
  }

  private func preview(
    _ staged: StagedImport, _ request: Request, _ services: Services
  ) throws -> Filling {
    let preview = ImportPreview(staged, services.database)
    var part = Filling()
    part.parts[staged.state == .outdated ? "outdated" : "failed"] =
      staged.state == .staged ? [] : [Filling()]
    let isWork = staged.result.added + staged.result.changed > 0
    part.parts[isWork ? "go" : "nothing"] = [Filling()]
    if staged.result.added > 0 {
      let list = try preview.added(after: Int(request.query.first("added") ?? "") ?? 0)
      part.parts["to-add"] = [Self.list("added", list)]
    }
    if staged.result.changed > 0 {
      let list = try preview.changed(after: Int(request.query.first("changed") ?? "") ?? 0)
      part.parts["to-change"] = [Self.list("changed", list)]
    }
    return part
  }

  private static func list(_ name: String, _ part: ImportPreview.Part) -> Filling {
    Filling(parts: [
      "\(name)-row": part.rows,
      "\(name)-more": part.next.map { [Filling(slots: ["next": String($0)])] } ?? [],
    ])
  }
}
