// audit - the audit trail: who did or looked at what, when, from where.
//
//   GET /secretariat/audit      newest first; ?action=, ?person= (login ID or member number),
//                               ?from=, ?until= (days), ?before= (page)
//       /secretariat/audit.csv  all of these lines as a file
//        303                    /login without a session
//        403                    for all but administrators
//        422                    the page, with what is wrong with the filter
//
// Needs an administrator's session. Reads audit, accounts and staff. Writes audit: reading it is
// recorded, too.

import FastCGI
import Membership
import Pages

@main
struct AuditScreen: PageScreen {
  static let programName = "audit"
  static let page: String? = "secretariat/audit.html"
  static let action = OptionalField("action", "できごと", .line(40))
  static let person = OptionalField("person", "人", .line(40))
  static let from = OptionalField("from", "期間のはじめ", .date)
  static let until = OptionalField("until", "期間のおわり", .date)
  static let fields: [any FormField] = [action, person, from, until]
  static let slots = OfficeView.slots.union([
    "code", "label", "at", "actor", "action_label", "subject", "client", "details", "query",
    "more", "most",
  ])
  static let parts = OfficeView.parts.union([
    "action-option", "line", "none", "next", "export",
  ])

  static let nobody = "このログインIDまたは会員番号の方は見つかりません。"

  /// Lines of a page.
  static let most = 100

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require([.administrator], request)
    let form = Form(request.query, Self.fields)
    let trail = AuditTrail(services.database)
    let (filter, problems) = try filter(form, trail)
    if request.path.hasSuffix(".csv"), problems.isEmpty {
      try record("audit.exported", filter, session, request, services)
      let export = AuditExport(services.settings, filter)
      return .download("audit.csv", type: "text/csv; charset=UTF-8") { try export.write(to: $0) }
    }
    let lines = problems.isEmpty ? try trail.lines(filter, most: Self.most + 1) : []
    try record("audit.viewed", filter, session, request, services)
    return try show(request, services, status: problems.isEmpty ? 200 : 422) { filling in
      try OfficeView.fill(&filling, session, services)
      for field in Self.fields { filling.values[field.name] = request.query.all(field.name) }
      filling.problems = problems.map { FieldProblem(field: $0.field, sentence: $0.sentence) }
      fill(&filling, lines, request)
    }
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    filling.parts["action-option"] = AuditAction.labels.map { code, label in
      Filling(slots: ["code": code, "label": label])
    }
    filling.slots["most"] = String(Self.most)
  }

  /// The filter that was asked for, and what is wrong with it.
  private func filter(
    _ form: Form, _ trail: AuditTrail
  ) throws -> (AuditTrail.Filter, [Problem]) {
    var filter = AuditTrail.Filter()
    var problems = form.problems
    filter.action = form.valid(Self.action)?.text
    if let person = form.valid(Self.person)?.text {
      filter.account = try trail.account(named: person)
      if filter.account == nil { problems.append(Problem(Self.person, Self.nobody)) }
    }
    filter.from = form.valid(Self.from)
    filter.until = form.valid(Self.until)
    filter.before = form.values.first("before").flatMap { Int($0) }
    return (filter, problems)
  }

  private func fill(_ filling: inout Filling, _ lines: [AuditTrail.Line], _ request: Request) {
    filling.parts["line"] = lines.prefix(Self.most).map { line in
      Filling(slots: [
        "at": line.at, "actor": line.actor, "action_label": AuditAction.label(line.action),
        "subject": line.subject, "client": line.client,
        "details": AuditAction.words(of: line.details),
      ])
    }
    filling.parts["none"] = lines.isEmpty ? [Filling()] : []
    var query = FormValues()
    for field in Self.fields {
      if let value = request.query.first(field.name), !value.isEmpty {
        query.append(field.name, value)
      }
    }
    filling.parts["export"] = [Filling(slots: ["query": "?" + query.urlencoded])]
    if lines.count > Self.most, let last = lines.prefix(Self.most).last {
      query.append("before", String(last.number))
      filling.parts["next"] = [Filling(slots: ["more": "?" + query.urlencoded])]
    }
  }

  private func record(
    _ action: String, _ filter: AuditTrail.Filter, _ session: Session, _ request: Request,
    _ services: Services
  ) throws {
    try services.database.transaction { transaction in
      try Audit.record(
        action, actor: session.accountID, client: request.client, details: filter.summary,
        in: transaction)
    }
  }
}
