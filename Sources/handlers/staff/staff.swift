// staff - the accounts of the secretariat.
//
//   GET  /secretariat/staff  all accounts, and a form for a new one
//   POST /secretariat/staff  action=add: makes an account; its owner gets a URL by mail and sets
//                            a password. Otherwise one button of a row, whose name is the action
//                            (Staff.Action) and whose value is the account
//        303                 the same page
//        422                 the same page, with what is wrong
//
// Needs an administrator's session; 403 for others. Nobody can act on his own account here. Reads
// and writes accounts, staff, second_factors; writes sessions, tokens, the outbox and audit.

import FastCGI
import MariaDB
import Membership
import Pages

@main
struct StaffScreen: PageScreen, FormScreen {
  static let programName = "staff"
  static let page: String? = "secretariat/staff.html"
  static let loginID = Field("login_id", "ログインID", .loginID)
  static let name = Field("name", "氏名", .line(64))
  static let email = Field("email", "メールアドレス", .email)
  static let role = Field(
    "role", "役割", Rule<StaffRole>.choice, missing: "役割を選んでください。")
  static let fields: [any FormField] = [loginID, name, email, role]
  static let slots = OfficeView.slots.union([
    "account", "person_name", "person_login_id", "person_email", "role_label", "state_label",
    "second_factor_label", "last_login", "hours",
  ])
  static let parts = OfficeView.parts.union([
    "person", "own", "others", "can-invite", "can-suspend", "can-reinstate",
    "can-end-second-factor", "can-make-administrator", "can-make-secretariat",
  ])

  static let emailTaken = Problem(
    email, "このメールアドレスは、すでに使われています。別のメールアドレスを入力してください。")
  static let notDone = Problem(
    nil, "この操作はできませんでした。職員の一覧は今の内容になっています。確かめてから、もう一度お試しください。")

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try services.sessions.require([.administrator], request)
    return try show(request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require([.administrator], request)
    guard let administrator = session.accountID else { throw Detour.redirect(to: "/login") }
    if request.form.first("action") == "add" {
      try add(by: administrator, request, services)
      services.note(
        .info, "staff.changed", request, account: administrator, [("action", "add")])
    } else {
      for action in Staff.Action.allCases {
        guard let value = request.form.first(action.rawValue) else { continue }
        guard let account = Int(value),
          try services.staff.act(action, on: account, by: administrator, request)
        else { throw FormRefused(Self.notDone) }
        services.note(
          .info, "staff.changed", request, account: administrator,
          [("subject", String(account)), ("action", action.rawValue)])
      }
    }
    return .redirect(to: "/secretariat/staff")
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    filling.slots["hours"] = String(services.settings.resetURLHours)
    guard let session = try services.sessions.presence(request).session,
      session.stage == .administrator
    else { return }
    try OfficeView.fill(&filling, session, services)
    filling.parts["person"] = try services.staff.people().map {
      Self.filling(of: $0, isOwn: $0.account == session.accountID)
    }
  }

  private func add(by administrator: Int, _ request: Request, _ services: Services) throws {
    let form = Form(request, Self.fields)
    do {
      try services.staff.invite(
        try form[Self.loginID], name: try form[Self.name].text, email: try form[Self.email],
        isAdministrator: try form[Self.role] == .administrator, by: administrator, request)
    } catch let error as DatabaseError where error.kind == .duplicate(key: "login_key") {
      throw FormRefused(Problem(Self.loginID, RegistrationForm.loginIDTaken))
    } catch let error as DatabaseError where error.kind == .duplicate(key: "email_key") {
      throw FormRefused(Self.emailTaken)
    }
  }

  /// One row of the list, with the buttons that make sense for it.
  private static func filling(of person: Staff.Person, isOwn: Bool) -> Filling {
    let role: StaffRole = person.isAdministrator ? .administrator : .secretariat
    let state =
      person.isSuspended ? "停止中" : person.hasPassword ? "利用中" : "パスワード未設定（案内メールを送信済み）"
    let factor = person.hasSecondFactor ? "設定済み" : "未設定"
    let slots: Named<String> = [
      "account": String(person.account), "person_name": person.name,
      "person_login_id": person.loginID,
      "person_email": person.email.isEmpty ? "（登録なし）" : person.email,
      "role_label": role.label, "state_label": state, "second_factor_label": factor,
      "last_login": person.lastLogin ?? "（まだありません）",
    ]
    func when(_ condition: Bool) -> [Filling] { condition ? [Filling(slots: slots)] : [] }
    var row = Filling(slots: slots)
    guard !isOwn else {
      row.parts = ["own": [Filling()], "others": []]
      return row
    }
    let buttons: Named<[Filling]> = [
      "can-invite": when(!person.isSuspended && !person.email.isEmpty && !person.hasPassword),
      "can-suspend": when(!person.isSuspended), "can-reinstate": when(person.isSuspended),
      "can-end-second-factor": when(person.hasSecondFactor),
      "can-make-administrator": when(!person.isAdministrator),
      "can-make-secretariat": when(person.isAdministrator),
    ]
    row.parts = ["own": [], "others": [Filling(slots: slots, parts: buttons)]]
    return row
  }
}
