// The words of our mails: changes to an account, and inquiries.

extension OutgoingMail {
  /// The URL that confirms a new address, sent to the new one.
  /// - Parameter hours: how long the URL is valid.
  public static func addressConfirmation(
    to newAddress: String, name: String, token: Secret, account: Int, hours: Int,
    from sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      メールアドレス変更のお申し込みを受け付けました。
      変更は、まだ終わっていません。

      次のURLを開いて、パスワードを入力してください。

      \(sender.baseURL)/mypage/email?token=\(tokenMark)

      URLの有効期限は、お申し込みから\(hours)時間です。
      期限を過ぎたときは、お手数ですが、もう一度お申し込みください。

      お心当たりのない場合は、このメールを破棄してください。
      メールアドレスは変わりません。
      """
    return sender.mail(
      .addressConfirmation, to: newAddress, "メールアドレス変更の確認", text, token: token,
      account: account)
  }

  /// メールアドレス変更のお知らせ: one mail for the old address and one for the new. Neither names
  /// the other address: whoever reads the one need not know the other.
  public static func addressChanged(
    from oldAddress: String?, to newAddress: String, name: String, account: Int,
    from sender: Sender
  ) -> [OutgoingMail] {
    let old = """
      \(name) 様

      登録されているメールアドレスが変更されました。
      これからのお知らせは、新しいメールアドレスにお送りします。

      お心当たりのない場合は、すぐに下記までご連絡ください。
      """
    let new = """
      \(name) 様

      メールアドレスの変更が完了しました。
      これからのお知らせは、このメールアドレスにお送りします。

      お心当たりのない場合は、下記までご連絡ください。
      """
    let subject = "メールアドレス変更のお知らせ"
    let toNew = sender.mail(.addressChanged, to: newAddress, subject, new, account: account)
    guard let oldAddress else { return [toNew] }
    return [sender.mail(.addressChanged, to: oldAddress, subject, old, account: account), toNew]
  }

  /// A second factor was set up, or ended.
  public static func twoFactorChanged(
    to address: String, name: String, isOn: Bool, account: Int, from sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      2段階認証が\(isOn ? "設定" : "解除")されました。

      お心当たりのない場合は、すぐに次のページで
      パスワードを再設定し、下記までご連絡ください。

      \(sender.baseURL)/password/forgot
      """
    return sender.mail(
      .twoFactorChanged, to: address, "2段階認証の\(isOn ? "設定" : "解除")のお知らせ", text,
      account: account)
  }

  /// To the person who wrote. It repeats nothing of what was typed: the form is open to everybody,
  /// and must not carry a stranger's words to an address of the stranger's choice.
  public static func inquiryReceived(
    to address: String, number: Int, account: Int?, from sender: Sender
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
      .inquiryReceived, to: address, "お問合せを受け付けました", text, account: account)
  }

  /// To the secretariat; nil where no address is set. Holds all that was typed, under our own words.
  public static func inquiryForOffice(
    number: Int, name: String, email: String, phone: String, category: String, body: String,
    from sender: Sender
  ) -> OutgoingMail? {
    guard !sender.officeAddress.isEmpty else { return nil }
    let text = """
      お問合せがありました。

      受付番号：\(number)
      種類：\(category)
      氏名：\(name)
      メールアドレス：\(email)
      電話番号：\(phone.isEmpty ? "（記入なし）" : phone)

      回答と対応の記録は、次のページからお願いします。

      \(sender.baseURL)/secretariat/inquiries/\(number)

      お問合せの内容：

      \(body)
      """
    return sender.mail(
      .inquiryForOffice, to: sender.officeAddress, "お問合せ（受付番号\(number)）", text)
  }

  /// The secretariat's answer to an inquiry.
  public static func inquiryAnswer(
    to address: String, number: Int, name: String, answer: String, account: Int?,
    from sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      お問合せ（受付番号：\(number)）に、次のとおりお答えします。

      \(answer)
      """
    return sender.mail(
      .inquiryAnswer, to: address, "お問合せへの回答（受付番号\(number)）", text, account: account)
  }
}
