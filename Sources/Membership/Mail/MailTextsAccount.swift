// The words of our mails: changes to an account, and inquiries.

/// What somebody wrote into the inquiry form.
public struct InquiryText: Sendable {
  public let name: String
  public let email: EmailAddress
  public let phone: String?
  public let category: InquiryCategory
  public let body: String

  /// An inquiry as its form was read.
  public init(
    name: String, email: EmailAddress, phone: String?, category: InquiryCategory, body: String
  ) {
    self.name = name
    self.email = email
    self.phone = phone
    self.category = category
    self.body = body
  }
}

extension MailTexts {
  /// The URL that confirms a new address, sent to the new one.
  /// - Parameter hours: how long the URL is valid.
  public static func addressConfirmation(
    to newAddress: EmailAddress, token: Secret, hours: Int, accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      メールアドレス変更のお申し込みを受け付けました。
      変更は、まだ終わっていません。

      次のURLを開いて、パスワードを入力してください。

      \(sender.baseURL)/mypage/email?token=\(OutgoingMail.tokenMark)

      URLの有効期限は、お申し込みから\(hours)時間です。
      期限を過ぎたときは、お手数ですが、もう一度お申し込みください。

      お心当たりのない場合は、このメールを破棄してください。
      メールアドレスは変わりません。
      """
    return sender.mail(
      .addressConfirmation, to: newAddress.text, "メールアドレス変更の確認", text, token: token,
      accountID: accountID)
  }

  /// メールアドレス変更のお知らせ: one mail for the old address and one for the new. Neither names
  /// the other address: whoever reads the one need not know the other.
  public static func addressChanged(
    from oldAddress: EmailAddress?, to newAddress: EmailAddress, accountID: Int, _ sender: Sender
  ) -> [OutgoingMail] {
    let old = """
      登録されているメールアドレスが変更されました。
      これからのお知らせは、新しいメールアドレスにお送りします。

      お心当たりのない場合は、すぐに下記までご連絡ください。
      """
    let new = """
      メールアドレスの変更が完了しました。
      これからのお知らせは、このメールアドレスにお送りします。

      お心当たりのない場合は、下記までご連絡ください。
      """
    let subject = "メールアドレス変更のお知らせ"
    let toNew = sender.mail(
      .addressChanged, to: newAddress.text, subject, new, accountID: accountID)
    guard let oldAddress else { return [toNew] }
    return [
      sender.mail(.addressChanged, to: oldAddress.text, subject, old, accountID: accountID), toNew,
    ]
  }

  /// A second factor was set up, or ended.
  public static func twoFactorChanged(
    to address: EmailAddress, isOn: Bool, accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      2段階認証が\(isOn ? "設定" : "解除")されました。

      お心当たりのない場合は、すぐに次のページで
      パスワードを再設定し、下記までご連絡ください。

      \(sender.baseURL)/password/forgot
      """
    return sender.mail(
      .twoFactorChanged, to: address.text, "2段階認証の\(isOn ? "設定" : "解除")のお知らせ", text,
      accountID: accountID)
  }

  /// To the person who wrote. It repeats nothing of what was typed: the form is open to everybody,
  /// and must not carry a stranger's words to an address of the stranger's choice.
  public static func inquiryReceived(
    _ inquiry: InquiryText, number: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      お問合せをいただき、ありがとうございます。
      次の番号で受け付けました。

      受付番号：\(number)

      担当者が確認し、あらためてご連絡します。
      お急ぎの場合は、お電話で下記までお問い合わせください。

      お心当たりのない場合は、このメールを破棄してください。
      """
    return sender.mail(
      .inquiryReceived, to: inquiry.email.text, "お問合せを受け付けました", text)
  }

  /// To the secretariat; nil where no address is set. Holds all that was typed, under our own words.
  public static func inquiryForOffice(
    _ inquiry: InquiryText, number: Int, _ sender: Sender
  ) -> OutgoingMail? {
    guard !sender.officeAddress.isEmpty else { return nil }
    let text = """
      お問合せがありました。

      受付番号：\(number)
      種類：\(inquiry.category.label)
      氏名：\(inquiry.name)
      メールアドレス：\(inquiry.email)
      電話番号：\(inquiry.phone ?? "（記入なし）")

      回答と対応の記録は、次のページからお願いします。

      \(sender.baseURL)/secretariat/inquiries/\(number)

      お問合せの内容：

      \(inquiry.body)
      """
    return sender.mail(
      .inquiryForOffice, to: sender.officeAddress, "お問合せ（受付番号\(number)）", text)
  }

  /// The secretariat's answer to an inquiry.
  public static func inquiryAnswer(
    to address: EmailAddress, number: Int, name: String, answer: String, accountID: Int?,
    _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      お問合せ（受付番号：\(number)）に、次のとおりお答えします。

      \(answer)
      """
    return sender.mail(
      .inquiryAnswer, to: address.text, "お問合せへの回答（受付番号\(number)）", text, accountID: accountID)
  }
}
