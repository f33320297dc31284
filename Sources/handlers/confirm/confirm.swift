// confirm - show the registration once more, and complete it.
//
//   GET  /register/confirm  everything that was typed, in its normal form, without the passwords
//   POST /register/confirm  action=register: the account is made, 303 /register/complete
//                           action=back: 303 /register
//        410                the draft's time is over
//        422                the same page: somebody else took the login ID meanwhile
//
// Needs the draft's session; without it 303 /terms. A second POST leads where the first did.
// Writes accounts, profiles, consents, tokens, drafts, sessions, audit and the outbox (completion
// mail), in one transaction.

import FastCGI
import Membership
import Pages

@main
struct Confirm: PageScreen, FormScreen {
  static let page: String? = "register/confirm.html"
  static let slots = ProfileView.slots.union(["email", "login_id"])
  static let parts = ProfileView.parts

  func get(_ request: Request, _ services: Services) throws -> Response {
    switch try services.drafts.presence(request) {
    case .open: try show(request, services)
    case .completed: .redirect(to: "/register/complete")
    case .over: services.errorPages.gone("registration", request)
    case .none: .redirect(to: "/terms")
    }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    switch request.form.first("action") {
    case "register":
      switch try services.registrations.complete(request) {
      case .completed: return .redirect(to: "/register/complete")
      case .over: return services.errorPages.gone("registration", request)
      case .none: return .redirect(to: "/terms")
      }
    case "back": return .redirect(to: "/register")
    default: return .redirect(to: "/register/confirm")
    }
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    guard case .open(let draft) = try services.drafts.presence(request) else {
      throw Detour(services.errorPages.gone("registration", request))
    }
    ProfileView.fill(&filling, draft.values, try services.specialties())
    filling.slots["email"] = draft.email
    filling.slots["login_id"] = draft.values.first(RegistrationFields.loginID.name)
  }
}
