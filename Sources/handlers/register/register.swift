// register - the registration form, opened by a mailed URL.
//
//   GET  /register?token=T  the empty form, `token` in a hidden field; writes nothing
//   GET  /register          the form, filled from the draft of the browser's own draft session
//   POST /register          all fields; the passwords too
//        303                /register/confirm; GET without token and draft: /terms
//        410                the token is used up, unknown or run out
//        422                the same form, with what is wrong, and names to choose from
//
// Reads tokens, drafts, accounts, roll and masters. Writes the draft and opens its session. Needs
// no cookie where the token is given.

import FastCGI
import Membership
import Pages

@main
struct Register: PageScreen, FormScreen {
  static let page: String? = "register.html"
  static let fields = RegistrationForm.fields
  static let slots = NewPasswordView.slots.union(ProfileForm.slots)
  static let parts = NewPasswordView.parts.union(ProfileForm.parts)

  func prepare(_ services: Services) throws {
    _ = try services.masters()
  }

  func get(_ request: Request, _ services: Services) throws -> Response {
    if let text = request.query.first("token") {
      _ = try token(text, request, services)
      return try show(request, services) { $0.values["token"] = [text] }
    }
    let draft = try draft(request, services)
    return try show(request, services) { $0.add(draft.values) }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let token = try token(request, services)
    let form = try RegistrationForm(request.form, for: token, services)
    let draft = try form.draft(services.settings.passwordCost)
    let secret = try services.database.transaction { transaction in
      try services.drafts.save(
        draft.values, passwordHash: draft.passwordHash, token: token, request, in: transaction)
    }
    return services.drafts.adding(
      secret, to: .redirect(to: "/register/confirm"), seconds: token.secondsLeft)
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    NewPasswordView.fill(&filling, services.settings.passwordPolicy)
    try ProfileForm.furnish(&filling, of: Self.page, services)
  }

  /// The live token that a form came with: in its hidden field, or behind the draft's session.
  private func token(_ request: Request, _ services: Services) throws -> Tokens.Token {
    if let text = request.form.first("token"), !text.isEmpty {
      return try token(text, request, services)
    }
    return try services.tokens.token(of: try draft(request, services))
  }

  /// The browser's own draft, or the way to where the person can go on.
  private func draft(_ request: Request, _ services: Services) throws -> Draft {
    switch try services.drafts.presence(request) {
    case .open(let draft): return draft
    case .completed: throw Detour.redirect(to: "/register/complete")
    case .over: throw Detour(services.errorPages.gone("registration", request))
    case .none: throw Detour.redirect(to: "/terms")
    }
  }

  /// The live token of this text, or the page that says why it opens nothing.
  private func token(
    _ text: String, _ request: Request, _ services: Services
  ) throws -> Tokens.Token {
    switch try services.tokens.find(.registration, text) {
    case .live(let token): return token
    case .used: throw Detour(services.errorPages.gone("used", request))
    case .over: throw Detour(services.errorPages.gone("registration", request))
    }
  }
}
