// reset - set a new password, opened by a mailed URL.
//
//   GET  /password/reset?token=T  the form, `token` in a hidden field; writes nothing
//   POST /password/reset          the new password, twice
//        303                      /password/complete
//        410                      the token is used up, unknown or run out
//        422                      the same form, with what is wrong
//
// Needs no session. Writes the account's password, ends its sessions and its pause, uses the token
// up, and mails that the password was changed. It signs nobody in.

import FastCGI
import Membership
import Pages

@main
struct Reset: PageScreen, FormScreen {
  static let page: String? = "password/reset.html"
  static let fields: [any FormField] = [
    RegistrationForm.token, RegistrationFields.password, RegistrationFields.passwordConfirm,
  ]
  static let slots = NewPasswordView.slots
  static let parts = NewPasswordView.parts

  func get(_ request: Request, _ services: Services) throws -> Response {
    let text = request.query.first("token") ?? ""
    _ = try token(text, request, services)
    return try show(request, services) { $0.values["token"] = [text] }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let text = request.form.first("token") ?? ""
    let found = try token(text, request, services)
    let password = try newPassword(request, for: found, services)
    let sender = try services.sender()
    let isDone = try services.database.transaction { transaction -> Bool in
      guard case .live(let token) = try services.tokens.lock(found, in: transaction),
        let account = token.accountID
      else { return false }
      try services.accounts.setPassword(password, of: account, in: transaction)
      try services.tokens.use(token, in: transaction)
      try Outbox.add(
        MailTexts.passwordChanged(to: EmailAddress(token.email), accountID: account, sender),
        in: transaction)
      try Audit.record(
        "password.reset", actor: account, subject: account, client: request.client,
        in: transaction)
      return true
    }
    guard isDone else { return services.errorPages.gone("reset", request) }
    services.note(.info, "password.reset", request, account: found.accountID)
    return .redirect(to: "/password/complete")
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    NewPasswordView.fill(&filling, services.settings.passwordPolicy)
  }

  /// The password that was typed twice, held against the policy and its owner.
  private func newPassword(
    _ request: Request, for token: Tokens.Token, _ services: Services
  ) throws -> Password {
    var form = Form(request, Self.fields)
    if let password = form.valid(RegistrationFields.password), let account = token.accountID {
      let owner = try services.accounts.passwordContext(of: account, services.commonPasswords())
      for problem in NewPassword.problems(
        password, confirmed: form.valid(RegistrationFields.passwordConfirm), owner, services)
      {
        form.refuse(problem)
      }
    }
    return try form[RegistrationFields.password]
  }

  /// The live token of this text, or the page that says why it opens nothing.
  private func token(
    _ text: String, _ request: Request, _ services: Services
  ) throws -> Tokens.Token {
    guard case .live(let token) = try services.tokens.find(.reset, text), token.accountID != nil
    else { throw Detour(services.errorPages.gone("reset", request)) }
    return token
  }
}
