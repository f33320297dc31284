// login - open a session for a member, a doctor or the secretariat.
//
//   POST /login   login ID and password from www/login.html
//        303      /login/code for an account with a second factor, /secretariat/two-factor for staff
//                 who must set one up first, /terms at a first login or when the terms have a
//                 newer version, /mypage, or /secretariat
//        422      the same form, with one message for every kind of failure
//        429      the same form, while a pause lasts
//
// Reads accounts and consents. Writes sessions, failures, the sign-in history and audit. Sends no
// mail. Needs no session, and ends the one that the browser had.

import FastCGI
import Membership

@main
struct Login: FormScreen {
  static let page: String? = "login.html"
  static let loginID = Field("login_id", "ログインID", .line(254))
  static let password = Field("password", "パスワード", .password)
  static let fields: [any FormField] = [loginID, password]

  static let refused = Problem(
    loginID, "ログインIDまたはパスワードが正しくありません。大文字と小文字の違いなどをお確かめのうえ、もう一度入力してください。続けて失敗すると、しばらくログインできなくなります。")

  func post(_ request: Request, _ services: Services) throws -> Response {
    let form = Form(request, Self.fields)
    let key = LoginID.key(of: try form[Self.loginID].text)
    let password = try form[Self.password]
    try services.throttle.admitPassword(for: key, request)
    let account: Account
    switch try services.accounts.signIn(key, password) {
    case .right(let found): account = found
    case .refused(let reason):
      let owner = try services.database.transaction { transaction in
        try services.throttle.countFailure(request, in: transaction)
        return try services.loginHistory.noteRefusal(ofKey: key, request, in: transaction)
      }
      services.note(
        .warning, "login.refused", request, account: owner, [("reason", reason.rawValue)])
      throw FormRefused(Self.refused)
    }
    let stage = try services.accounts.stage(of: account)
    let secret = try services.database.transaction { transaction in
      try services.throttle.forgive(account.loginKey, in: transaction)
      try services.accounts.noteLogin(account, password, in: transaction)
      // With a second factor, `code` notes it: nothing is open yet.
      if stage != .secondFactor {
        try services.loginHistory.note(.opened, account: account.id, request, in: transaction)
      }
      try Audit.record("login", actor: account.id, client: request.client, in: transaction)
      return try services.sessions.open(
        stage, account: account.id, consent: nil, request, in: transaction)
    }
    services.note(
      .info, stage == .secondFactor ? "login.code_due" : "login.opened", request,
      account: account.id, [("method", account.isRegistered ? "password" : "first_time_password")])
    return services.sessions.adding(secret, to: .redirect(to: stage.home))
  }
}
