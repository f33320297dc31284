/// What the audit trail's words mean on its page.
public enum AuditAction {
  /// Every action that a program records, with its words, in the order of the filter.
  public static let labels: KeyValuePairs<String, String> = [
    "login": "ログイン（パスワード）",
    "login.code": "ログイン（確認コード）",
    "login.recovery_code": "ログイン（予備コード）",
    "login.refused": "ログインの失敗（パスワード）",
    "login.code_refused": "ログインの失敗（確認コード）",
    "logout": "ログアウト",
    "session.ended": "ほかの端末のログアウト",
    "access.refused": "権限のない画面へのアクセス",
    "registration.completed": "利用者登録の完了",
    "password.reset": "パスワードの再設定",
    "password.changed": "パスワードの変更",
    "password.refused": "パスワード確認の失敗",
    "email.asked": "メールアドレス変更の申し込み",
    "email.changed": "メールアドレスの変更",
    "profile.changed": "登録内容の変更",
    "two_factor.enabled": "2段階認証の設定",
    "two_factor.codes": "予備コードの作り直し",
    "two_factor.ended": "2段階認証の解除",
    "member.viewed": "会員情報の閲覧",
    "member.corrected": "会員情報の訂正（代理）",
    "member.entered": "会員情報の代理入力",
    "member.suspended": "会員の利用停止",
    "member.reinstated": "会員の利用再開",
    "members.merged": "登録の統合",
    "member.pause_released": "ログインの待ち時間の解除",
    "mail.resent": "メールの再送",
    "members.imported": "会員の取り込み",
    "members.exported": "会員の書き出し",
    "postcard.issued": "ハガキの発行",
    "inquiry.answered": "お問い合わせへの回答",
    "inquiry.noted": "お問い合わせの記録",
    "inquiry.closed": "お問い合わせの完了",
    "inquiry.open": "お問い合わせを未対応に戻す",
    "staff.added": "職員の追加",
    "staff.invited": "職員への案内メール",
    "staff.suspended": "職員の利用停止",
    "staff.reinstated": "職員の利用再開",
    "staff.role": "職員の役割の変更",
    "audit.viewed": "監査記録の閲覧",
    "audit.exported": "監査記録の書き出し",
    "audit.pruned": "古い監査記録の削除",
    "member.disclosed": "保有個人データの書き出し（開示）",
    "member.erased": "個人データの消去",
    "backup.made": "バックアップの作成",
    "backup.restored": "バックアップからの復元",
  ]

  /// The words of an action; the action itself where a program of somebody's own recorded it.
  public static func label(_ action: String) -> String {
    labels.first { $0.key == action }?.value ?? action
  }

  /// What a line says besides, in the words of the screens: fields by their labels, counts by what
  /// was counted. What has no words here stays as it is, as in the file of the trail.
  public static func words(of details: String) -> String {
    details.split(separator: " " as Character).map { word(of: String($0)) }.joined(separator: " ")
  }

  private static func word(of part: String) -> String {
    guard let sign = part.firstIndex(of: "=") else {
      return single.first { $0.key == part }?.value ?? MemberHistory.label(part)
    }
    let value = String(part[part.index(after: sign)...])
    switch part[..<sign] {
    case "fields":
      return value.split(separator: "," as Character).map { MemberHistory.label(String($0)) }
        .joined(separator: " ")
    case "action": return "できごと：\(label(value))"
    case "added": return "追加：\(value)人"
    case "changed": return "変更：\(value)人"
    case "encoding": return "文字コード：\(value)"
    default: return part
    }
  }

  private static let single: KeyValuePairs<String, String> = [
    "administrator": "管理者", "secretariat": "事務局", "filtered": "絞り込みあり", "encrypted": "暗号化",
    "inquiry": "受付番号", "others:": "ほかの機器：",
  ]
}
