// email - send the URL at which registration goes on to the address that the person gives.
//
//   POST /email   the address, twice, from www/email.html
//        303      /email/sent, whether the address is known, new, or asked for too often
//        401      the same form, when the session ran out
//        422      the same form, with what is wrong
//
// Needs the session of somebody who agreed to the terms (first login or visitor); others are sent
// to /terms. Writes tokens, throttles and the outbox: a new address gets the URL, a registered one
// a mail that says so.

import FastCGI
import MariaDB
import Membership

@main
struct Email: FormScreen {
  static let page: String? = "email.html"
  static let email = Field("email", "メールアドレス", .email)
  static let confirm = Field(
    "email_confirm", "メールアドレス（確認）", .email, missing: "メールアドレスを、確認のためもう一度入力してください。")
  static let fields: [any FormField] = [email, confirm]

  static let different = "2つのメールアドレスが違っています。同じものをもう一度入力してください。"

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(
      [.registering, .firstLogin], request, entrance: "/terms")
    guard let consent = session.consentID else { throw Detour.redirect(to: "/terms") }
    var form = Form(request, Self.fields)
    if let first = form.valid(Self.email), let second = form.valid(Self.confirm) {
      form.require(first.key == second.key, Self.confirm, Self.different)
    }
    let address = try form[Self.email]
    let sender = try services.sender()
    try services.database.transaction { transaction in
      guard
        try services.throttle.admitMail(
          .confirmation, to: address, account: session.accountID, request, in: transaction)
      else { return }
      let token = try services.tokens.issue(
        .registration, to: address, account: session.accountID, consent: consent,
        seconds: services.settings.registrationURLSeconds, in: transaction)
      let owner = try services.accounts.registered(with: address, in: transaction)
      // A registered address costs no more and no less than a new one.
      try services.tokens.withdraw(owner == nil ? Secret() : token, in: transaction)
      try Outbox.add(
        owner == nil
          ? MailTexts.registration(
            to: address, token: token, hours: services.settings.registrationURLHours,
            accountID: session.accountID, sender)
          : MailTexts.alreadyRegistered(to: address, accountID: owner, sender),
        in: transaction)
    }
    return .redirect(to: "/email/sent")
  }
}
