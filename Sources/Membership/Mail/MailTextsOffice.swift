// The words of our mails: what the secretariat did to an account.

extension MailTexts {
  /// The secretariat corrected what is registered, or entered it on the person's behalf. It names
  /// the fields, never their content.
  /// - Parameter fields: the labels of the fields changed; none where all was entered.
  public static func profileCorrected(
    to address: EmailAddress, name: String, fields: [String], accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let what =
      fields.isEmpty
      ? "お申し出により、事務局が登録内容を代理で入力しました。"
      : "お申し出などにより、事務局が登録内容を変更しました。\n\n変更した項目：\n"
        + fields.map { "・\($0)" }.joined(separator: "\n")
    let text = """
      \(name) 様

      \(what)

      内容は、ログインしてマイページでご確認いただけます。

      \(sender.baseURL)/login

      お心当たりのない場合は、下記までご連絡ください。
      """
    return sender.mail(
      .profileCorrected, to: address.text, "登録内容の変更のお知らせ", text, accountID: accountID)
  }

  /// A doctor's own registration was joined with the record of the member that the doctor is.
  public static func accountsMerged(
    to address: EmailAddress, name: String, number: String, accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      ご本人が登録された内容を、医師会の会員の記録と一つにまとめました。

      会員番号：\(number)

      ログインIDとパスワードは、これまでのものをお使いください。
      ハガキに記載された初回用のIDとパスワードは、もう使えません。

      \(sender.baseURL)/login

      お心当たりのない場合は、下記までご連絡ください。
      """
    return sender.mail(
      .accountsMerged, to: address.text, "会員の記録との統合のお知らせ", text, accountID: accountID)
  }
}
