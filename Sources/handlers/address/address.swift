// address - change one's own mail address.
//
//   GET  /mypage/email          the form
//   GET  /mypage/email?token=T  asks for the password, `token` in a hidden field; writes nothing
//   POST /mypage/email          the new address, twice, and the password: it gets the URL with the
//                               token, 303 /mypage/email, whether the address is taken or not
//                               with a token, the password only: the change is made, 303 /mypage
//        303                    without a session and a token: /login
//        401, 403               as everywhere on my page
//        410                    the token is used up, replaced or run out
//        422                    the same form, with what is wrong
//        429                    the same form, while a pause lasts after wrong passwords (the login's)
//
// Needs the session of a member or doctor, or a token: a mailed URL may be opened on a telephone
// that is not signed in, and says nothing about anybody. Writes tokens, the address, changes,
// failures, throttles, audit and the outbox (old and new address are told).

import FastCGI
import Membership
import Pages

@main
struct Address: PageScreen, FormScreen {
  static let page: String? = "mypage/email.html"
  static let token = RegistrationForm.token
  static let email = Field("email", "新しいメールアドレス", .email)
  static let confirm = Field(
    "email_confirm", "新しいメールアドレス（確認）", .email, missing: "新しいメールアドレスを、確認のためもう一度入力してください。")
  static let current = Field("current_password", "現在のパスワード", .password)
  static let fields: [any FormField] = [token, email, confirm, current]
  static let slots: Set<String> = Notice.slots
  static let parts: Set<String> = Notice.parts.union([
    "signed-in", "ask-heading", "ask", "ask-button", "confirm-heading", "confirm-button",
  ])

  static let different = "2つのメールアドレスが違っています。同じものをもう一度入力してください。"
  static let unchanged = "いま登録されているメールアドレスと同じです。新しいメールアドレスを入力してください。"
  static let taken = Problem(
    nil, "このメールアドレスは、ほかの登録で使われているため、変更できません。マイページから、別のメールアドレスでお手続きください。")

  func get(_ request: Request, _ services: Services) throws -> Response {
    if let text = request.query.first("token") {
      _ = try token(text, request, services)
      return try show(request, services) { $0.values["token"] = [text] }
    }
    _ = try services.sessions.require(Stage.people, request)
    let page = try show(request, services) { Notice.fill(&$0, request, services) }
    return Notice.clearing(page, request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    if let text = tokenText(request) { return try complete(text, request, services) }
    let session = try services.sessions.require(Stage.people, request)
    guard let account = session.accountID else { throw Detour.redirect(to: "/login") }
    var form = Form(request, Self.fields)
    if let first = form.valid(Self.email), let second = form.valid(Self.confirm) {
      form.require(first.key == second.key, Self.confirm, Self.different)
    }
    let address = try form[Self.email]
    let person = try person(form[Self.current], account, request, services)
    guard address.text != person.email?.text else {
      throw FormRefused(Problem(Self.email, Self.unchanged))
    }
    try services.addressChange.ask(person, for: address, request)
    return Notice.addressAsked.adding(to: .redirect(to: "/mypage/email"), services)
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    // Opened by mail, the page says nothing about the person, not even whether they are signed in.
    let isOpenedByMail = tokenText(request) != nil || request.query.first("token") != nil
    let parts =
      isOpenedByMail
      ? ["confirm-heading", "confirm-button"] : ["signed-in", "ask-heading", "ask", "ask-button"]
    for part in parts { filling.parts[part] = [Filling()] }
  }

  /// Makes the change that the token is for, once the password of its owner is given.
  private func complete(
    _ text: String, _ request: Request, _ services: Services
  ) throws -> Response {
    // A second click, after the first has done the work.
    if case .used = try services.tokens.find(.email, text) { return .redirect(to: "/mypage") }
    let token = try token(text, request, services)
    let form = Form(request, [Self.token, Self.current])
    let person = try person(form[Self.current], token.accountID ?? 0, request, services)
    switch try services.addressChange.complete(token, by: person, request) {
    case .changed:
      services.note(.info, "address.changed", request, account: person.account)
      return Notice.addressChanged.adding(to: .redirect(to: "/mypage"), services)
    case .gone: return services.errorPages.gone("address", request)
    case .taken: throw FormRefused(Self.taken)
    }
  }

  private func tokenText(_ request: Request) -> String? {
    request.form.first(Self.token.name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whose password was typed, if it is theirs.
  private func person(
    _ password: Password, _ account: Int, _ request: Request, _ services: Services
  ) throws -> ConfirmedPerson {
    guard
      let person = try services.accounts.confirm(
        password, of: account, field: Self.current, request)
    else { throw Detour(services.errorPages.gone("address", request)) }
    return person
  }

  /// The live token of this text, or the page that says why it opens nothing.
  private func token(
    _ text: String, _ request: Request, _ services: Services
  ) throws -> Tokens.Token {
    guard case .live(let token) = try services.tokens.find(.email, text), token.accountID != nil
    else { throw Detour(services.errorPages.gone("address", request)) }
    return token
  }
}
