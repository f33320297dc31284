// mypage - what is registered, shown to the person.
//
//   GET /mypage  the profile, login ID and address, the consent, the sign-in history, and the ways
//                to change them
//        303     /login without a session
//        403     for the secretariat
//
// Reads accounts, profiles, masters, consents and logins. Needs the session of a member or doctor.

import FastCGI
import Membership
import Pages

@main
struct Mypage: PageScreen {
  static let page: String? = "mypage.html"
  static let slots = ProfileView.slots.union(Notice.slots).union([
    "person_name", "last_login", "email", "login_id", "consent_version", "consent_at",
    "at", "outcome", "device", "client",
  ])
  static let parts = ProfileView.parts.union(Notice.parts).union(["login-row"])

  /// How many of the newest tries to sign in are shown: enough to see a stranger's.
  static let newest = 10

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.people, request)
    guard let account = session.accountID,
      let profile = try Profiles.find(account, in: services.database)
    else { throw Detour.redirect(to: "/login") }
    let page = try show(request, services) { filling in
      ProfileView.fill(&filling, profile, try services.specialties())
      filling.slots.merge(try services.accounts.summary(of: account))
      filling.slots["person_name"] = ProfileView.name(profile)
      filling.parts["login-row"] = try history(of: account, services)
      Notice.fill(&filling, request, services)
    }
    return Notice.clearing(page, request, services)
  }

  private func history(of account: Int, _ services: Services) throws -> [Filling] {
    // Most people sign in with the same one or two devices.
    var devices: Named<String> = [:]
    return try services.loginHistory.newest(Self.newest, of: account).map { entry in
      let device = devices[entry.userAgent] ?? DeviceName.words(entry.userAgent)
      devices[entry.userAgent] = device
      return Filling(slots: [
        "at": entry.at, "outcome": entry.outcome.label, "device": device,
        "client": entry.clientAddress,
      ])
    }
  }
}
