// The words of our mails: what was changed on my page.

extension MailTexts {
  /// 登録内容変更のお知らせ. It names what was changed, never how: a mailbox is no place for an
  /// address or a telephone number.
  /// - Parameter labels: the fields that were changed.
  public static func profileChanged(
    to address: EmailAddress, labels: [String], accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      登録内容が変更されました。

      変更された項目：
      \(labels.map { "・\($0)" }.joined(separator: "\n"))

      変更後の内容は、マイページで確かめられます。

      \(sender.baseURL)/mypage

      お心当たりのない場合は、下記までご連絡ください。
      """
    return sender.mail(
      .profileChanged, to: address.text, "登録内容変更のお知らせ", text, accountID: accountID)
  }

  /// Instead of the URL that confirms a new address, to one that is registered already: only its
  /// owner learns it.
  public static func addressTaken(
    to address: EmailAddress, accountID: Int?, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      登録のメールアドレスをこのアドレスに変更する
      お申し込みがありましたが、このアドレスは
      すでに登録されているため、変更できません。

      お心当たりのない場合は、このメールを破棄してください。
      登録の内容は何も変わりません。
      """
    return sender.mail(
      .addressTaken, to: address.text, "このメールアドレスはすでに登録されています", text, accountID: accountID)
  }
}
