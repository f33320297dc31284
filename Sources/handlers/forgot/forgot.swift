// forgot - send the URL at which a new password can be set.
//
//   POST /password/forgot  the address, and the login ID or both registry number and birth date
//        303               /password/sent, whether an account fits or not
//        422               the same form, with what is wrong with what was typed
//
// Needs no session. Writes tokens, throttles and the outbox; for a stranger the same work is done,
// with a token that opens nothing and a mail that is never sent.

import FastCGI
import Membership

@main
struct Forgot: FormScreen {
  static let page: String? = "password/forgot.html"
  static let email = Field("email", "メールアドレス", .email)
  static let loginID = OptionalField("login_id", "ログインID", .line(254))
  static let registryNumber = OptionalField("registry_number", "医籍登録番号", .registryNumber)
  static let birthDate = OptionalField("birth_date", "生年月日", .date)
  static let fields: [any FormField] = [email, loginID, registryNumber, birthDate]

  static let oneOfTwo = "ログインIDを入力してください。お忘れの場合は、医籍登録番号と生年月日の両方を入力してください。"
  static let otherHalf = "を入力してください。ログインIDをお忘れの場合は、医籍登録番号と生年月日の両方が必要です。"

  func post(_ request: Request, _ services: Services) throws -> Response {
    var form = Form(request, Self.fields)
    if !form.isTyped(Self.loginID) {
      let (number, birth) = (form.isTyped(Self.registryNumber), form.isTyped(Self.birthDate))
      form.require(number || birth, Self.loginID, Self.oneOfTwo)
      form.require(number || !birth, Self.registryNumber, "医籍登録番号" + Self.otherHalf)
      form.require(birth || !number, Self.birthDate, "生年月日" + Self.otherHalf)
    }
    let address = try form[Self.email]
    let key = try form[Self.loginID].map { LoginID.key(of: $0.text) }
    let registryNumber = try form[Self.registryNumber]
    let birthDate = try form[Self.birthDate]
    let sender = try services.sender()
    let asked = try services.database.transaction { transaction -> Asked in
      guard try services.throttle.admitMail(.reset, to: address, request, in: transaction)
      else { return .nothing }
      let owner = try services.accounts.owner(
        of: address, loginKey: key, registryNumber: registryNumber, birthDate: birthDate,
        in: transaction)
      let token = try services.tokens.issue(
        .reset, to: owner?.address ?? address, account: owner?.account, consent: nil,
        seconds: services.settings.resetURLSeconds, in: transaction)
      let mail = MailTexts.passwordReset(
        to: owner?.address ?? address, token: token, hours: services.settings.resetURLHours,
        accountID: owner?.account, sender)
      if owner == nil {
        try Outbox.withhold(mail, in: transaction)
      } else {
        try Outbox.add(mail, in: transaction)
      }
      return owner.map { .resetOf($0.account) } ?? .resetOfNobody
    }
    switch asked {
    case .nothing: break
    // One line each: the time of the answer must not tell which it was.
    case .resetOf(let account): services.note(.info, "reset.asked", request, account: account)
    case .resetOfNobody: services.note(.warning, "reset.refused", request)
    }
    return .redirect(to: "/password/sent")
  }

  /// What a request came to.
  private enum Asked {
    /// The limit on mails was reached.
    case nothing
    case resetOf(Int)
    case resetOfNobody
  }
}
