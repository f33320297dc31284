// profile - change what is registered.
//
//   GET  /mypage/profile  the form of the registration, filled with what is registered
//   POST /mypage/profile  all fields of a profile, and its version
//        303              /mypage; GET without a session: /login
//        401              the same form, when the session ran out while typing
//        403              for the secretariat
//        422              the same form, with what is wrong; where the profile was changed meanwhile,
//                         with what is registered now beside what was typed
//
// Needs the session of a member or doctor. Reads profiles, roll and masters. Writes the profile,
// changes, audit and the outbox (a mail that names what was changed), in one transaction.

import FastCGI
import Membership
import Pages

@main
struct Profile: PageScreen, FormScreen {
  static let page: String? = "mypage/profile.html"
  static let fields = ProfileChange.fields
  static let slots = ProfileForm.slots.union(ProfileChange.slots)
  static let parts = ProfileForm.parts.union(ProfileChange.parts)

  func get(_ request: Request, _ services: Services) throws -> Response {
    let change = try change(request, services)
    return try show(request, services) { filling in
      guard try change.show(&filling) else { throw Detour.redirect(to: "/login") }
      try ProfileForm.furnish(&filling, of: Self.page, services)
    }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    try change(request, services).make(request.form, request)
    return Notice.profileChanged.adding(to: .redirect(to: "/mypage"), services)
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    try ProfileForm.furnish(&filling, of: Self.page, services)
    guard request.isPost, let session = try services.sessions.presence(request).session,
      Stage.people.contains(session.stage), let account = session.accountID
    else { return }
    try ProfileChange(of: account, services).compare(request.form, &filling)
  }

  /// The signed-in person's own profile: whose it is never comes from the request.
  private func change(_ request: Request, _ services: Services) throws -> ProfileChange {
    let session = try services.sessions.require(Stage.people, request)
    guard let account = session.accountID else { throw Detour.redirect(to: "/login") }
    return ProfileChange(of: account, services)
  }
}
