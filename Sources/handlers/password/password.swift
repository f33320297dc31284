// password - change one's own password.
//
//   GET  /mypage/password  the form
//   POST /mypage/password  the password so far, and the new one, twice
//        303               /mypage; GET without a session: /login
//        401               the same form, when the session ran out while typing
//        403               for the secretariat
//        422               the same form, with what is wrong
//        429               the same form, while a pause lasts after wrong passwords (the login's)
//
// Needs the session of a member or doctor. Writes the password, sessions (all others end, this one
// gets a new secret), reset tokens (they end), failures, audit and the outbox.

import FastCGI
import Membership
import Pages

@main
struct Password: PageScreen, FormScreen {
  static let page: String? = "mypage/password.html"
  static let current = Field("current_password", "現在のパスワード", .password)
  static let fields: [any FormField] = [
    current, RegistrationFields.password, RegistrationFields.passwordConfirm,
  ]
  static let slots = NewPasswordView.slots
  static let parts = NewPasswordView.parts

  static let same = Problem(
    RegistrationFields.password, "新しいパスワードは、現在のパスワードとは別のものにしてください。")
  static let overtaken = Problem(
    nil, "この画面を開いたあとに、パスワードが別のところで変更されました。新しいほうのパスワードを入力してください。")

  func get(_ request: Request, _ services: Services) throws -> Response {
    _ = try services.sessions.require(Stage.people, request)
    return try show(request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.people, request)
    guard let account = session.accountID else { throw Detour.redirect(to: "/login") }
    let form = try form(request, account, services)
    let new = try form[RegistrationFields.password]
    guard
      let person = try services.accounts.confirm(
        form[Self.current], of: account, field: Self.current, request)
    else { throw Detour.redirect(to: "/login") }
    let sender = try services.sender()
    let secret = try services.database.transaction { transaction in
      guard try services.accounts.changePassword(to: new, of: person, in: transaction)
      else { throw FormRefused(Self.overtaken) }
      if let email = person.email {
        try Outbox.add(
          MailTexts.passwordChanged(to: email, accountID: account, sender), in: transaction)
      }
      try Audit.record(
        "password.changed", actor: account, subject: account, client: request.client,
        in: transaction)
      return try services.sessions.open(
        session.stage, account: account, consent: session.consentID, request, in: transaction)
    }
    services.note(.info, "password.changed", request, account: account)
    return Notice.passwordChanged.adding(
      to: services.sessions.adding(secret, to: .redirect(to: "/mypage")), services)
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    NewPasswordView.fill(&filling, services.settings.passwordPolicy)
  }

  /// The form, its new password held against the policy and its owner.
  private func form(_ request: Request, _ account: Int, _ services: Services) throws -> Form {
    var form = Form(request, Self.fields)
    guard let new = form.valid(RegistrationFields.password) else { return form }
    let owner = try services.accounts.passwordContext(of: account, services.commonPasswords())
    for problem in NewPassword.problems(
      new, confirmed: form.valid(RegistrationFields.passwordConfirm), owner, services)
    {
      form.refuse(problem)
    }
    if form.valid(Self.current) == new { form.refuse(Self.same) }
    return form
  }
}
