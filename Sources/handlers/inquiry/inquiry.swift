// inquiry - take a question to the secretariat.
//
//   POST /inquiry  name, address, category and text from www/inquiry.html
//        303       /inquiry/sent
//        422       the same form, with what is wrong
//
// Needs no session; where there is one, the inquiry is noted as that account's. Writes inquiries,
// and the outbox: a receipt to the sender, a note to the secretariat. Over the limit on mails the
// inquiry is still kept for the office.

import FastCGI
import Membership

@main
struct Inquiry: FormScreen {
  static let page: String? = "inquiry.html"
  static let name = Field("name", "お名前", .line(64))
  static let email = Field("email", "メールアドレス", .email)
  static let phone = OptionalField("phone", "電話番号", .phone)
  static let category = Field(
    "category", "お問い合わせの種類", .inquiryCategory, missing: "お問い合わせの種類を選んでください。")
  static let body = Field("body", "お問い合わせの内容", .plainText(2000))
  static let fields: [any FormField] = [name, email, phone, category, body]

  func post(_ request: Request, _ services: Services) throws -> Response {
    let form = Form(request, Self.fields)
    let inquiry = InquiryText(
      name: try form[Self.name].text, email: try form[Self.email],
      phone: try form[Self.phone]?.text, category: try form[Self.category],
      body: try form[Self.body].text)
    let account = try services.sessions.presence(request).session?.accountID
    let sender = try services.sender()
    try services.database.transaction { transaction in
      let number = try transaction.insert(
        """
        INSERT INTO inquiries (account_id, name, email, phone, category, body, client_address,
          created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, NOW())
        """, account, inquiry.name, inquiry.email.text, inquiry.phone ?? "",
        inquiry.category.rawValue, inquiry.body, request.client)
      guard
        try services.throttle.admitMail(.inquiry, to: inquiry.email, request, in: transaction)
      else { return }
      try Outbox.add(MailTexts.inquiryReceived(inquiry, number: number, sender), in: transaction)
      if let mail = MailTexts.inquiryForOffice(inquiry, number: number, sender) {
        try Outbox.add(mail, in: transaction)
      }
    }
    return .redirect(to: "/inquiry/sent")
  }
}
