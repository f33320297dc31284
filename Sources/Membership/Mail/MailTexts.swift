// The words of our mails: registration and passwords. Lines have at most 40 full-width characters,
// so that no mail program breaks them; a URL has a line to itself.

/// The mails of screens.md §5, one function each.
public enum MailTexts {
  /// 確認メール: the URL that opens the registration form.
  /// - Parameters:
  ///   - accountID: the postcard's account; nil for a doctor who is not a member.
  ///   - hours: how long the URL is valid.
  public static func registration(
    to address: EmailAddress, token: Secret, hours: Int, accountID: Int? = nil, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      利用者登録のお申し込みをいただき、ありがとうございます。

      次のURLを開いて、登録を進めてください。

      \(sender.baseURL)/register?token=\(OutgoingMail.tokenMark)

      URLの有効期限は、お申し込みから\(hours)時間です。
      期限を過ぎたときは、お手数ですが、はじめからお手続きください。
      もう一度お申し込みをされると、このURLは使えなくなります。

      お心当たりのない場合は、このメールを破棄してください。
      URLを開いて手続きをしないかぎり、何も登録されません。
      """
    return sender.mail(
      .registration, to: address.text, "利用者登録のご案内", text, token: token, accountID: accountID)
  }

  /// Instead of the 確認メール, to an address that is registered already: the screen shows the same
  /// as ever, only the owner of the address learns it.
  public static func alreadyRegistered(
    to address: EmailAddress, accountID: Int?, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      利用者登録のお申し込みをいただきましたが、
      このメールアドレスは、すでに登録されています。

      登録したログインIDとパスワードで、ログインしてください。

      \(sender.baseURL)/login

      パスワードをお忘れの方は、次のページから再設定できます。

      \(sender.baseURL)/password/forgot

      お心当たりのない場合は、このメールを破棄してください。
      登録の内容は何も変わりません。
      """
    return sender.mail(
      .alreadyRegistered, to: address.text, "メールアドレスはすでに登録されています", text, accountID: accountID)
  }

  /// 登録完了メール.
  /// - Parameters:
  ///   - name: family and given name, separated by a space.
  ///   - loginID: shown with its middle hidden.
  public static func registered(
    to address: EmailAddress, name: String, loginID: LoginID, accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      \(name) 様

      利用者登録が完了しました。

      ログインID：\(hidingMiddle(of: loginID.text))
      （安全のため、一部を＊で隠しています）

      これからは、登録したログインIDとパスワードで
      ログインしてください。

      \(sender.baseURL)/login

      ハガキに記載された初回用のIDとパスワードは、もう使えません。

      お心当たりのない場合は、下記までご連絡ください。
      """
    return sender.mail(.registered, to: address.text, "利用者登録が完了しました", text, accountID: accountID)
  }

  /// パスワード再設定メール.
  /// - Parameters:
  ///   - accountID: nil in the mail for a stranger that `Outbox.withhold` takes.
  ///   - hours: how long the URL is valid.
  public static func passwordReset(
    to address: EmailAddress, token: Secret, hours: Int, accountID: Int?, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      パスワード再設定のお申し込みを受け付けました。

      次のURLを開いて、新しいパスワードを設定してください。

      \(sender.baseURL)/password/reset?token=\(OutgoingMail.tokenMark)

      URLの有効期限は、お申し込みから\(hours)時間です。
      期限を過ぎたときは、お手数ですが、もう一度お申し込みください。
      もう一度お申し込みをされると、このURLは使えなくなります。

      お心当たりのない場合は、このメールを破棄してください。
      パスワードは変わりません。
      """
    return sender.mail(
      .passwordReset, to: address.text, "パスワードの再設定", text, token: token, accountID: accountID)
  }

  /// パスワード変更のお知らせ, after a reset and after a change on my page.
  public static func passwordChanged(
    to address: EmailAddress, accountID: Int, _ sender: Sender
  ) -> OutgoingMail {
    let text = """
      パスワードが変更されました。
      安全のため、ほかの端末ではログアウトしています。

      お心当たりのない場合は、すぐに次のページで
      パスワードを再設定し、下記までご連絡ください。

      \(sender.baseURL)/password/forgot
      """
    return sender.mail(
      .passwordChanged, to: address.text, "パスワード変更のお知らせ", text, accountID: accountID)
  }

  /// The ends of a login ID, enough for its owner to know it. The stars do not tell its length.
  static func hidingMiddle(of loginID: String) -> String {
    "\(loginID.prefix(2))****\(loginID.suffix(2))"
  }
}

extension Sender {
  /// A mail of this sender: subject and foot name the system and the contact.
  func mail(
    _ kind: OutgoingMail.Kind, to address: String, _ subject: String, _ text: String,
    token: Secret? = nil, accountID: Int? = nil
  ) -> OutgoingMail {
    let noAnswer =
      replyTo.isEmpty
      ? "このメールは送信専用です。返信いただいてもお答えできません。\n" : ""
    let foot = """
      ----------------------------------------
      \(associationName)
      \(systemName)
      \(baseURL)/

      \(contactLines)

      """
    return OutgoingMail(
      kind, to: address, subject: "【\(systemName)】\(subject)",
      body: "\(text)\n\n\(noAnswer)\(foot)", token: token, accountID: accountID)
  }
}
