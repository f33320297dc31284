// secretariat - 事務局TOP: what needs attention, and how registration is going.
//
//   GET /secretariat?days=14  counts, pictures, and the newest registrations
//         days  the period of the registrations a day: 14, 30 or 90
//        303    /login without a session
//        403    for members and doctors
//
// Reads accounts, profiles, consents, drafts, outbox, inquiries, failures. Writes the figures that
// it keeps. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages

@main
struct Secretariat: PageScreen {
  static let page: String? = "secretariat.html"
  static let slots = OfficeView.slots.union(OfficeSummary.slots).union(OfficePictures.slots).union([
    "number", "name", "kind_label", "registered_at", "count_unissued", "count_doctors",
    "count_suspended", "period", "current",
  ])
  static let parts = OfficeView.parts.union(OfficePictures.parts).union([
    "newest-row", "period-link", "paused", "paused-row",
  ])

  /// How many of the newest registrations are shown.
  static let newest = 10
  /// The periods to choose from, in days.
  static let periods = [14, 30, 90]

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let office = OfficeSummary(services)
    let asked = request.query.first("days").flatMap(Int.init) ?? 0
    let days = Self.periods.contains(asked) ? asked : Self.periods[0]
    return try show(request, services) { filling in
      let progress = try office.progress()
      filling.slots = try office.attention()
      filling.slots["count_unissued"] = OfficeSummary.grouped(progress.unissued)
      filling.slots["count_doctors"] = OfficeSummary.grouped(progress.doctors)
      filling.slots["count_suspended"] = OfficeSummary.grouped(progress.suspended)
      OfficePictures.fill(&filling, steps: progress.steps)
      OfficePictures.fill(&filling, days: try office.registrations(days: days))
      filling.parts["period-link"] = Self.periods.map {
        Filling(slots: ["period": String($0), "current": $0 == days ? "true" : "false"])
      }
      let paused = try office.paused()
      filling.parts["paused"] =
        paused.isEmpty ? [] : [Filling(parts: ["paused-row": paused.map { Filling(slots: $0) }])]
      filling.parts["newest-row"] = try office.newest(Self.newest).map { Filling(slots: $0) }
      try OfficeView.fill(&filling, session, services)
    }
  }
}
