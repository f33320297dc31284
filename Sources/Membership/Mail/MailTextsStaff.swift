// The words of our mails: to the secretariat's own people.

extension MailTexts {
  /// The URL at which a new member of the staff sets a password. Nobody else ever knows one.
  /// - Parameter hours: how long the URL is valid.
  public static func staffInvitation(
    to address: EmailAddress, name: String, loginID: LoginID, token: Secret, hours: Int,
    accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      事務局の職員として、アカウントが作られました。

      ログインID：\(loginID.text)

      次のURLを開いて、パスワードを設定してください。

      \(sender.baseURL)/password/reset?token=\(OutgoingMail.tokenMark)

      URLの有効期限は、このメールの送信から\(hours)時間です。
      期限を過ぎたときは、案内メールの再送を管理者に頼むか、
      次のページで、ご自分で申し込んでください。

      \(sender.baseURL)/password/forgot

      お心当たりのない場合は、このメールを破棄し、
      下記までご連絡ください。
      """
    return sender.mail(
      .staffInvitation, to: address.text, "職員アカウントのご案内", text, token: token,
      accountID: accountID)
  }
}
