// terms - keep the consent to the terms of use.
//
//   POST /terms   「利用規約に同意する」 from www/terms.html, and which text was shown
//        303      /email for a member's first login and for a doctor who begins to register;
//                 the person's own place where only a newer version was due
//        401      the same form, when a member's login ran out while reading
//        422      the same form, without the check mark or with an old text
//
// Reads sessions. Writes consents and sessions. Sends no mail. Opens the session of a visitor who
// has none: that is how a doctor who is no member begins.

import FastCGI
import Membership
import Pages

@main
struct Terms: FormScreen {
  static let page: String? = "terms.html"
  static let agree = Field(
    "agree", "「利用規約に同意する」", .agreement, missing: "利用規約をお読みになり、「利用規約に同意する」にチェックを入れてください。")
  static let version = Field("version", "利用規約の版", .line(32))
  static let fields: [any FormField] = [agree, version]

  static let outdated = Problem(
    agree, "利用規約が新しくなりました。この画面にある新しい利用規約をお読みになってから、もう一度チェックを入れてください。")

  func post(_ request: Request, _ services: Services) throws -> Response {
    let bearer = try bearer(request, services)
    let form = Form(request, Self.fields)
    _ = try form[Self.agree]
    let terms = try services.terms()
    guard try form[Self.version].text == terms.version else { throw FormRefused(Self.outdated) }
    let stage = try stage(after: bearer, services)
    let secret = try services.database.transaction { transaction in
      let consent = try services.consents.record(
        terms, account: bearer?.accountID, request, in: transaction)
      return try services.sessions.open(
        stage, account: bearer?.accountID, consent: consent, request, in: transaction)
    }
    let next = stage == .firstLogin ? "/email" : stage.home
    return services.sessions.adding(secret, to: .redirect(to: next))
  }

  /// The page that comes back shows today's text: its version, and no check mark under it yet.
  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    guard request.form.first(Self.version.name) != (try services.terms().version) else { return }
    filling.values[Self.version.name] = nil
    filling.values[Self.agree.name] = nil
  }

  /// The live session of the person who agrees; nil for a visitor. A member whose login ran out
  /// must not become a visitor by that, so the form comes back.
  private func bearer(_ request: Request, _ services: Services) throws -> Session? {
    switch try services.sessions.presence(request) {
    // Half a login agrees to nothing.
    case .live(let session) where Stage.halfWay.contains(session.stage):
      return try services.sessions.require([], request)
    case .live(let session): return session
    case .ended(let stage?) where stage != .registering:
      return try services.sessions.require([], request)
    case .stranger, .ended: return nil
    }
  }

  /// The stage of the session after the consent.
  private func stage(after bearer: Session?, _ services: Services) throws -> Stage {
    guard let bearer else { return .registering }
    guard bearer.stage == .consentDue, let account = bearer.accountID else { return bearer.stage }
    return try services.accounts.ownStage(of: account)
  }
}
