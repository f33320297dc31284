// code - take the second factor, after a right password.
//
//   GET  /login/code  the form
//        303          /login without a session, the person's own place when signed in
//   POST /login/code  a code of the authenticator app, or a recovery code
//        303          /terms when the terms have a newer version, /mypage, or /secretariat
//        401          the same form: too much time has passed since the password
//        422          the same form, with one message for every wrong code
//        429          the same form, while a pause lasts; it counts apart from passwords
//
// Needs the session that `login` opens for an account with a second factor. Reads accounts and
// consents. Writes second_factors or recovery_codes (a code is good once), sessions, failures,
// logins and audit. Sends no mail.

import FastCGI
import MariaDB
import Membership

@main
struct Code: PageScreen, FormScreen {
  static let page: String? = "login/code.html"
  static let code = OptionalField("code", "確認コード", .code)
  static let recoveryCode = OptionalField("recovery_code", "予備コード", .recoveryCode)
  static let fields: [any FormField] = [code, recoveryCode]

  static let missing = "認証アプリに表示されている6桁の数字を入力してください。"
  static let refused = "コードが正しくないか、すでに使われています。認証アプリに新しく表示されたコードを入力してください。"
  static let refusedRecovery = "予備コードが正しくないか、すでに使われています。まだ使っていない予備コードを入力してください。"

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try account(request, services)
    return try show(request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let account = try account(request, services)
    var form = Form(request, Self.fields)
    let isEmpty = Self.fields.allSatisfy {
      (request.form.first($0.name) ?? "").trimmingSpace().isEmpty
    }
    form.require(!isEmpty, Self.code, Self.missing)
    let code = try form[Self.code]
    let recoveryCode = try form[Self.recoveryCode]
    try services.throttle.admitCode(for: account, request)
    let stage = try services.accounts.stageBehindSecondFactor(of: account)
    let secret = try services.database.transaction { transaction -> Secret? in
      guard try accept(code, recoveryCode, account, services, transaction) else {
        try services.throttle.countFailure(request, in: transaction)
        try Audit.record(
          "login.code_refused", actor: nil, subject: account, client: request.client,
          in: transaction)
        try services.loginHistory.note(
          .secondFactorRefused, account: account, request, in: transaction)
        return nil
      }
      try services.throttle.forgiveCode(account, in: transaction)
      try services.loginHistory.note(.opened, account: account, request, in: transaction)
      try Audit.record(
        recoveryCode == nil ? "login.code" : "login.recovery_code", actor: account,
        client: request.client, in: transaction)
      return try services.sessions.open(
        stage, account: account, consent: nil, request, in: transaction)
    }
    guard let secret else {
      services.note(
        .warning, "code.refused", request, account: account,
        [("method", recoveryCode == nil ? "code" : "recovery_code")])
      throw FormRefused(
        recoveryCode == nil
          ? Problem(Self.code, Self.refused) : Problem(Self.recoveryCode, Self.refusedRecovery))
    }
    services.note(
      .info, "login.opened", request, account: account,
      [("method", recoveryCode == nil ? "code" : "recovery_code")])
    return services.sessions.adding(secret, to: .redirect(to: stage.home))
  }

  /// The account whose code is due; somebody who is signed in already goes on.
  private func account(_ request: Request, _ services: Services) throws -> Int {
    if let stage = try services.sessions.presence(request).session?.stage,
      Stage.signedIn.contains(stage)
    {
      throw Detour.redirect(to: stage.home)
    }
    let session = try services.sessions.require([.secondFactor], request)
    guard let account = session.accountID else { throw Detour.redirect(to: "/login") }
    return account
  }

  /// Whether what was typed is right; it is used up by that. A recovery code wins over a code.
  private func accept(
    _ code: TypedCode?, _ recoveryCode: RecoveryCode?, _ account: Int, _ services: Services,
    _ transaction: Transaction
  ) throws -> Bool {
    if let recoveryCode {
      return try services.secondFactor.accept(recoveryCode, account, in: transaction)
    }
    guard let code else { return false }
    return try services.secondFactor.accept(code, account, in: transaction)
  }
}
