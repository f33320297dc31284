// mypage - what is registered, shown to the person.
//
//   GET /mypage  the profile, login ID and address
//        303     /login without a session
//        403     for the secretariat
//
// Reads accounts, profiles and masters. Needs the session of a member or doctor.

import FastCGI
import Membership
import Pages

@main
struct Mypage: PageScreen {
  static let page: String? = "mypage.html"
  static let slots = ProfileView.slots.union(["person_name", "last_login", "email", "login_id"])
  static let parts = ProfileView.parts

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.people, request)
    guard let account = session.accountID,
      let profile = try Profiles.find(account, in: services.database)
    else { throw Detour.redirect(to: "/login") }
    return try show(request, services) { filling in
      ProfileView.fill(&filling, profile, try services.masters())
      filling.slots.merge(try services.accounts.summary(of: account)) { $1 }
      filling.slots["person_name"] = ProfileView.name(profile)
    }
  }
}
