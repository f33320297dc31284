// sessions - where one is signed in, and how to end it there.
//
//   GET  /mypage/sessions  the account's live sessions: device, address, last use; this one marked
//   POST /mypage/sessions  action=end and session=HANDLE: that one ends; action=end_others: all but
//                          this one
//        303               /mypage/sessions; /login after ending this one, or without a session
//        403               for the secretariat
//
// Needs the session of a member or doctor. A handle of another account's session ends nothing.
// Writes sessions and audit. Sends no mail.

import FastCGI
import Membership
import Pages

@main
struct Sessions: PageScreen, FormScreen {
  static let page: String? = "mypage/sessions.html"
  static let slots: Set<String> = Notice.slots.union([
    "device", "own", "seen", "opened", "client", "handle", "button",
  ])
  static let parts: Set<String> = Notice.parts.union(["session-row", "others"])

  static let own = "（いまお使いの機器）"
  static let endOwn = "この機器でログアウト"
  static let endOther = "ログインを終わらせる"

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.people, request)
    let open = try services.sessions.open(besides: session)
    let page = try show(request, services) { filling in
      Notice.fill(&filling, request, services)
      filling.parts["session-row"] = open.map(row)
      filling.parts["others"] = open.count > 1 ? [Filling()] : []
    }
    return Notice.clearing(page, request, services)
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    // Nothing was typed that could be lost: a session that ran out is no more than signed out.
    guard let live = try services.sessions.presence(request).session, live.accountID != nil
    else { return .redirect(to: "/login") }
    let session = try services.sessions.require(Stage.people, request)
    switch request.form.first("action") {
    case "end": return try end(request.form.first("session") ?? "", session, request, services)
    case "end_others":
      let count = try services.database.transaction { transaction in
        let count = try services.sessions.endOthers(of: session, in: transaction)
        try Audit.record(
          "session.ended", actor: session.accountID, subject: session.accountID,
          client: request.client, details: "others: \(count)", in: transaction)
        return count
      }
      services.note(
        .info, "session.ended", request, account: session.accountID, [("count", String(count))])
      return Notice.othersEnded.adding(to: .redirect(to: "/mypage/sessions"), services)
    default: return .redirect(to: "/mypage/sessions")
    }
  }

  /// Ends the account's session of this handle. Ending the request's own is signing out.
  private func end(
    _ handle: String, _ session: Session, _ request: Request, _ services: Services
  ) throws -> Response {
    guard
      let chosen = try services.sessions.open(besides: session).first(where: {
        $0.handle == handle
      })
    else { return .redirect(to: "/mypage/sessions") }
    try services.database.transaction { transaction in
      try services.sessions.end(chosen, in: transaction)
      try Audit.record(
        chosen.isOwn ? "logout" : "session.ended", actor: session.accountID,
        subject: session.accountID, client: request.client, in: transaction)
    }
    services.note(
      .info, chosen.isOwn ? "logout" : "session.ended", request, account: session.accountID)
    guard chosen.isOwn else {
      return Notice.sessionEnded.adding(to: .redirect(to: "/mypage/sessions"), services)
    }
    return services.sessions.signedOut()
  }

  private func row(_ open: OpenSession) -> Filling {
    Filling(slots: [
      "device": open.device, "own": open.isOwn ? Self.own : "", "seen": open.seenAt,
      "opened": open.openedAt, "client": open.clientAddress, "handle": open.handle,
      "button": open.isOwn ? Self.endOwn : Self.endOther,
    ])
  }
}
