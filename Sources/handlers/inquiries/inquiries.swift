// inquiries - the questions that people sent, and what the office does with them.
//
//   GET  /secretariat/inquiries    the list, the newest first; ?state=, ?category=, ?before=
//   GET  /secretariat/inquiries/N  one inquiry with what was done so far
//        404                       no such number
//   POST /secretariat/inquiries/N  action=answer: the answer goes out by mail
//                                  action=keep: state, category, a note for the office
//        303                       the same inquiry
//        422                       the same page with everything typed: something is wrong, or
//                                  another clerk was faster; it shows what is there now
//
// Needs the session of the secretariat; 403 for others. Reads inquiries, accounts and staff. Writes
// inquiries, their entries, the outbox and audit.

import FastCGI
import Membership
import Pages

@main
struct InquiriesScreen: PageScreen, FormScreen {
  static let programName = "inquiries"
  static let page: String? = "secretariat/inquiries.html"
  static let answer = OptionalField("answer", "回答", .plainText(2000))
  static let note = OptionalField("note", "事務局のメモ", .plainText(2000))
  static let state = OptionalField("state", "状況", Rule<InquiryState>.choice)
  static let category = OptionalField("category", "種類", Rule<InquiryCategory>.choice)
  static let newState = OptionalField("new_state", "状況", Rule<InquiryState>.choice)
  static let newCategory = OptionalField("new_category", "種類", Rule<InquiryCategory>.choice)
  static let fields: [any FormField] = [state, category, answer, newState, newCategory, note]
  static let slots = OfficeView.slots.union(InquiriesView.slots)
  static let parts = OfficeView.parts.union(InquiriesView.parts)

  static let missingAnswer = "回答を入力してください。"
  static let overtaken = Problem(
    nil, "ほかの担当者が、先にこのお問い合わせを更新しました。下の「対応の記録」で今の内容を確かめてから、もう一度送信してください。入力された内容は残っています。")
  static let oddVersion = Problem(nil, "この画面を開き直してから、もう一度送信してください。")

  /// Lines of a page of the list.
  static let most = 50

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try services.sessions.require(Stage.staff, request)
    return try show(request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    guard let account = session.accountID, let number = number(request),
      let inquiry = try services.inquiries.find(number)
    else { throw Detour(services.errorPages.page(404, request)) }
    guard let version = request.form.first("version").flatMap({ Int($0) }) else {
      throw FormRefused(Self.oddVersion)
    }
    let clerk = Inquiries.Clerk(account: account, request, version: version)
    let isDone =
      request.form.first("action") == "answer"
      ? try sendAnswer(inquiry, clerk, request, services)
      : try keep(inquiry, clerk, request, services)
    guard isDone else { throw FormRefused(Self.overtaken) }
    return .redirect(to: "/secretariat/inquiries/\(number)")
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    // Whatever comes below: what was typed stays in the page.
    InquiriesView.hide(&filling, number(request), request.form.first("version") ?? "")
    guard let session = try services.sessions.presence(request).session else { return }
    try OfficeView.fill(&filling, session, services)
    guard let number = number(request) else {
      return try fillList(&filling, request, services)
    }
    guard let inquiry = try services.inquiries.find(number) else {
      throw Detour(services.errorPages.page(404, request))
    }
    InquiriesView.fill(&filling, inquiry, try services.inquiries.entries(of: number))
  }

  private func fillList(
    _ filling: inout Filling, _ request: Request, _ services: Services
  ) throws {
    let query = request.query
    let state = InquiryState(rawValue: query.first(Self.state.name) ?? "")
    let category = InquiryCategory(rawValue: query.first(Self.category.name) ?? "")
    let lines = try services.inquiries.list(
      state, category, before: query.first("before").flatMap { Int($0) }, most: Self.most + 1)
    InquiriesView.fill(&filling, lines, state, category, most: Self.most)
  }

  private func sendAnswer(
    _ inquiry: Inquiries.Inquiry, _ clerk: Inquiries.Clerk, _ request: Request,
    _ services: Services
  ) throws -> Bool {
    let form = Form(request, [Self.answer])
    guard let answer = try form[Self.answer] else {
      throw FormRefused(Problem(Self.answer, Self.missingAnswer))
    }
    return try services.database.transaction { transaction in
      try services.inquiries.answer(inquiry, answer, by: clerk, in: transaction)
    }
  }

  private func keep(
    _ inquiry: Inquiries.Inquiry, _ clerk: Inquiries.Clerk, _ request: Request,
    _ services: Services
  ) throws -> Bool {
    let form = Form(request, [Self.newState, Self.newCategory, Self.note])
    let state = try form[Self.newState] ?? inquiry.state
    let category = try form[Self.newCategory] ?? inquiry.text.category
    let note = try form[Self.note]
    return try services.database.transaction { transaction in
      try services.inquiries.keep(
        inquiry, state: state, category: category, note: note, by: clerk, in: transaction)
    }
  }

  /// The inquiry's number in `/secretariat/inquiries/N`; nil for the list.
  private func number(_ request: Request) -> Int? {
    let last = request.path.split(separator: "/").last.map(String.init) ?? ""
    return last == "inquiries" ? nil : Int(last) ?? 0
  }
}
