// secretariat - 事務局TOP: how registration is going, and what needs attention.
//
//   GET /secretariat  counts, and the newest registrations
//        303          /login without a session
//        403          for members and doctors
//
// Reads accounts, profiles, outbox, inquiries. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages

@main
struct Secretariat: PageScreen {
  static let page: String? = "secretariat.html"
  static let slots = Set(OfficeSummary.slots).union([
    "staff_name", "number", "name", "kind_label", "registered_at",
  ])
  static let parts: Set<String> = ["newest-row"]

  /// How many of the newest registrations are shown.
  static let newest = 10

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let office = OfficeSummary(services.database)
    return try show(request, services) { filling in
      filling.slots = try office.counts()
      filling.slots["staff_name"] = try office.staffName(session.accountID)
      filling.parts["newest-row"] = try office.newest(Self.newest).map { Filling(slots: $0) }
    }
  }
}
