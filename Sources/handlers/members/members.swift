// members - the list of members: searched, filtered, sorted, paged.
//
//   GET /secretariat/members?q=&status=&sort=&page=
//         q       the beginning of a name or reading (former ones too), of a registry number,
//                 member number, login ID or address
//         status  a state (MemberFilter)
//         sort    kana, number or registered; with - before it the other way round
//         page    where the page beside this one ends (MemberList)
//        303      /login without a session
//        403      for members and doctors
//
// Reads accounts, roll, profiles and name_keys. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages

@main
struct Members: PageScreen {
  static let page: String? = "secretariat/members.html"
  static let words = OptionalField("q", "探す言葉", .line(200))
  static let status = OptionalField("status", "状態", .line(20))
  static let fields: [any FormField] = [words, status]
  static let slots = OfficeView.slots.union([
    "value", "label", "selection", "count", "number", "name", "kana", "former", "state",
    "registered_at", "next", "previous", "first",
    "by_kana", "by_number", "by_registered", "kana_order", "number_order", "registered_order",
  ])
  static let parts = OfficeView.parts.union([
    "states", "counted", "too-many", "found", "row", "nothing", "next-page",
    "previous-page", "export",
  ])

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let selection = MemberSelection(request.query)
    let order = MemberOrder(request.query.first("sort"))
    let list = MemberList(services.database)
    let page = try list.page(selection, order, at: request.query.first("page"))
    let count = try list.count(selection, page)
    return try show(request, services) { filling in
      try OfficeView.fill(&filling, session, services)
      filling.values = ["q": [selection.words], "status": [selection.filter?.rawValue ?? ""]]
      filling.slots["selection"] = selection.parameters.urlencoded
      filling.parts["export"] = page.rows.isEmpty ? [] : [Filling()]
      filling.slots["first"] = Self.address(selection, order)
      fill(&filling, count)
      fill(&filling, page, selection, order)
    }
  }

  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    filling.parts["states"] = MemberFilter.allCases.map {
      Filling(slots: ["value": $0.rawValue, "label": $0.label])
    }
  }

  private func fill(_ filling: inout Filling, _ count: Int?) {
    guard let count, count > 0 else { return }
    let isWhole = count < MemberList.most
    filling.parts[isWhole ? "counted" : "too-many"] = [
      Filling(slots: ["count": OfficeSummary.grouped(count)])
    ]
  }

  private func fill(
    _ filling: inout Filling, _ page: MemberList.Page, _ selection: MemberSelection,
    _ order: MemberOrder
  ) {
    guard !page.rows.isEmpty else {
      filling.parts["nothing"] = [Filling()]
      return
    }
    var slots: Named<String> = [:]
    for column in MemberOrder.Column.allCases {
      let isThis = order.column == column
      // The newest registration first; a second click turns any column round.
      let next = MemberOrder(
        column, isDescending: isThis ? !order.isDescending : column == .registered)
      slots["by_\(column.rawValue)"] = Self.address(selection, next)
      slots["\(column.rawValue)_order"] =
        isThis ? (order.isDescending ? "descending" : "ascending") : "none"
    }
    filling.parts["found"] = [
      Filling(slots: slots, parts: ["row": page.rows.map { Filling(slots: $0) }])
    ]
    for (part, slot, place) in [
      ("next-page", "next", page.next), ("previous-page", "previous", page.previous),
    ] {
      guard let place else { continue }
      filling.parts[part] = [
        Filling(slots: [slot: Self.address(selection, order, page: place)])
      ]
    }
  }

  /// The parameters of an address of this list.
  private static func address(
    _ selection: MemberSelection, _ order: MemberOrder, page: String? = nil
  ) -> String {
    var values = selection.parameters
    values.append("sort", order.text)
    if let page { values.append("page", page) }
    return values.urlencoded
  }
}
