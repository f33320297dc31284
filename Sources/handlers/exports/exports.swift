// exports - the people as a CSV file.
//
//   GET /secretariat/export.csv  the file, sent while it is read
//        ?q=&status=             only those whom the list of members shows for the same
//        ?encoding=cp932         for older programs; UTF-8 otherwise. Where CP932 lacks characters,
//                                a page says how many first; &replace=yes replaces them by 〓
//        303                     /login without a session
//        403                     for members and doctors
//
// Reads accounts, roll, profiles. Needs the session of the secretariat.

import FastCGI
import Membership
import Pages
import Platform

@main
struct Exports: PageScreen {
  static let page: String? = "secretariat/export.html"
  static let slots = OfficeView.slots.union(["lacking", "selection"])
  static let parts = OfficeView.parts.union(["choice"])

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let selection = MemberSelection(request.query)
    let export = MemberExport(services.settings, selection)
    let encoding = MemberExport.Encoding(rawValue: request.query.first("encoding") ?? "") ?? .utf8
    if request.query.first("replace") != "yes" {
      let lacking = try export.lacking(in: encoding)
      guard lacking == 0 else {
        return try ask(lacking, selection, session, request, services)
      }
    }
    try services.database.transaction { transaction in
      try Audit.record(
        "members.exported", actor: session.accountID, client: request.client,
        details:
          "encoding=\(encoding.rawValue)\(selection.parameters.pairs.isEmpty ? "" : " filtered")",
        in: transaction)
    }
    return .download(
      "members-\(japaneseDay()).csv",
      type: encoding == .utf8 ? "text/csv; charset=UTF-8" : "text/csv; charset=Shift_JIS"
    ) { writer in try export.write(encoding, to: writer) }
  }

  private func ask(
    _ lacking: Int, _ selection: MemberSelection, _ session: Session, _ request: Request,
    _ services: Services
  ) throws -> Response {
    try show(request, services) { filling in
      try OfficeView.fill(&filling, session, services)
      filling.slots["lacking"] = OfficeSummary.grouped(lacking)
      filling.parts["choice"] = [Filling(slots: ["selection": selection.parameters.urlencoded])]
    }
  }

  /// Today in Japan: `20261122`.
  private func japaneseDay() -> String {
    utcTimestamp(secondsNow() + 9 * 3600).prefix(10).filter { $0 != "-" }
  }
}
