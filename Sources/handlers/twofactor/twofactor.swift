// twofactor - set up, renew and end the second factor of one's own account.
//
//   GET  /mypage/two-factor       for members and doctors, who may have one
//        /secretariat/two-factor  for staff, who must where STAFF_TWO_FACTOR is required: a session
//                                 without one gets no further than this page
//   POST the same addresses       action=begin: a new secret, shown until its first code is typed
//                                 action=confirm: the first code; recovery codes are made
//                                 action=cancel: the new secret is forgotten
//                                 action=codes: new recovery codes
//                                 action=end: no second factor any more
//        303                      the same page, which shows new recovery codes once
//        401                      the same form, when the session ran out
//        422                      the same form, with what is wrong
//        429                      the same form, while a pause lasts
//
// begin, codes and end ask for the password, throttled with the login's. Reads accounts and staff.
// Writes second_factors, recovery_codes, sessions, failures, audit and the outbox.

import FastCGI
import Membership
import Pages

@main
struct TwoFactor: PageScreen, FormScreen {
  static let page: String? = "mypage/two-factor.html"
  static let password = Field("password", "パスワード", .password)
  static let code = Field("code", "確認コード", .code)
  static let fields: [any FormField] = [password, code]
  static let slots = OfficeView.slots.union([
    "area", "state", "secret", "side", "path", "login_id", "recovery_code", "codes_left",
    "begin_label",
  ])
  static let parts = OfficeView.parts.union([
    "for-people", "for-office", "for-enrolment", "must", "codes", "code-item", "pending", "manage",
    "is-on", "few-codes", "end-button", "home",
  ])

  static let refused = Problem(
    code, "確認コードが正しくありません。認証アプリに今表示されている6桁の数字を入力してください。スマートフォンの時刻がずれていると、正しいコードになりません。")
  static let over = Problem(
    nil, "QRコードの有効時間（30分）が過ぎました。もう一度、はじめから設定してください。")
  static let needed = Problem(nil, "職員は2段階認証をやめることができません。")

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try session(request, services)
    let page = try show(request, services)
    let once = ShownOnce(services)
    return once.codes(request).isEmpty ? page : once.forgetting(page)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try session(request, services)
    guard let account = session.accountID else { throw Detour.redirect(to: "/login") }
    let change = SecondFactorChange(services, session, account: account, request)
    let again = Response.redirect(
      to: isOffice(request) ? "/secretariat/two-factor" : "/mypage/two-factor")
    let once = ShownOnce(services)
    switch request.form.first("action") {
    case "begin":
      try askPassword(account, request, services)
      try services.database.transaction { try services.secondFactor.begin(account, in: $0) }
      return again
    case "confirm":
      let result = try confirm(change, account, request, services)
      return once.adding(result.codes, to: services.sessions.adding(result.secret, to: again))
    case "codes":
      try askPassword(account, request, services)
      guard try services.secondFactor.isOn(account) else { return again }
      let codes = try change.renewCodes()
      services.note(.info, "second_factor.codes", request, account: account)
      return once.adding(codes, to: again)
    case "end":
      guard !isNeeded(session, services) else { throw FormRefused(Self.needed) }
      try askPassword(account, request, services)
      try change.end()
      services.note(.warning, "second_factor.ended", request, account: account)
      return again
    default:
      try services.database.transaction { try services.secondFactor.cancel(account, in: $0) }
      return again
    }
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    filling.slots["area"] = isOffice(request) ? "secretariat" : "mypage"
    guard let session = try services.sessions.presence(request).session,
      let account = session.accountID
    else { return }
    try TwoFactorView.fillMenu(&filling, session, services)
    let status = try services.secondFactor.status(of: account)
    let codes = request.isPost ? [] : ShownOnce(services).codes(request)
    filling.slots["state"] = status.isOn ? "設定済み" : "未設定"
    filling.slots["codes_left"] = String(status.recoveryCodesLeft)
    filling.parts["must"] = session.stage == .enrolment ? [Filling()] : []
    filling.parts["codes"] = TwoFactorView.codes(codes)
    filling.parts["home"] = session.stage == .enrolment ? [] : [Filling()]
    if let secret = status.pending {
      filling.parts["pending"] = [try TwoFactorView.pending(secret, account, services)]
    } else {
      let canEnd = status.isOn && !isNeeded(session, services)
      filling.parts["manage"] = [TwoFactorView.manage(status, canEnd: canEnd)]
    }
  }

  /// The session of somebody whose page this is.
  private func session(_ request: Request, _ services: Services) throws -> Session {
    let stages = isOffice(request) ? Stage.staff.union([.enrolment]) : Stage.people
    return try services.sessions.require(stages, request)
  }

  private func isOffice(_ request: Request) -> Bool {
    request.path.hasPrefix("/secretariat/")
  }

  private func isNeeded(_ session: Session, _ services: Services) -> Bool {
    !Stage.people.contains(session.stage) && services.settings.staffNeedSecondFactor
  }

  private func askPassword(_ account: Int, _ request: Request, _ services: Services) throws {
    let form = Form(request, [Self.password])
    let person = try services.accounts.confirm(
      try form[Self.password], of: account, field: Self.password, request)
    guard person != nil else { throw Detour.redirect(to: "/login") }
  }

  private func confirm(
    _ change: SecondFactorChange, _ account: Int, _ request: Request, _ services: Services
  ) throws -> SecondFactorChange.Result {
    let form = Form(request, [Self.code])
    let code = try form[Self.code]
    guard try services.secondFactor.status(of: account).pending != nil else {
      throw FormRefused(Self.over)
    }
    try services.throttle.admitCode(for: account, request)
    guard let result = try change.enable(code) else {
      services.note(.warning, "code.refused", request, account: account, [("method", "code")])
      throw FormRefused(Self.refused)
    }
    services.note(.info, "second_factor.set", request, account: account)
    return result
  }
}
