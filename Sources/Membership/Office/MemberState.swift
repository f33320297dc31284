import Platform

/// The state of an account in a sentence or two, as one would tell it on the telephone.
public enum MemberState {
  /// - Parameters:
  ///   - pause: seconds that the pause after failed logins still lasts; 0 where there is none.
  ///   - today: in Japan; days of another year are told with it.
  public static func sentence(
    _ record: MemberRecord, pause: Int = 0, today: CivilDate = .inJapan(at: secondsNow())
  ) -> String {
    var sentences = state(record, today)
    if !record.isRegistered, record.profile != nil {
      sentences += "事務局が代理で入力した登録内容があります。"
    }
    if pause > 0 {
      sentences += "ログインの失敗が続いたため、一時停止中です（あと約\((pause + 59) / 60)分）。"
    }
    return sentences
  }

  private static func state(_ record: MemberRecord, _ today: CivilDate) -> String {
    let days = record.days
    if let suspended = days.suspended {
      let reason = record.reason.isEmpty ? "" : "理由：\(record.reason)。"
      return "\(day(suspended, today))から利用を停止しています。\(reason)"
    }
    if let registered = days.registered {
      let login = days.lastLogin.map { "最後のログインは\(day($0, today))です。" } ?? "登録後はまだログインしていません。"
      return "\(day(registered, today))に登録が完了しました。\(login)"
    }
    guard let issued = days.issued, let until = days.validUntil else {
      return "初期IDはまだ発行していません。"
    }
    let validity =
      days.isExpired ? "\(day(until, today))で期限が切れました" : "\(day(until, today))まで有効"
    let credentials = "初期IDは\(day(issued, today))発行、\(validity)。"
    guard let login = days.firstLogin else { return credentials + "まだログインしていません。" }
    let consent = days.agreed == nil ? "利用規約にはまだ同意していません。" : "利用規約に同意しましたが、登録は終わっていません。"
    return credentials + "\(day(login, today))に初回ログイン。" + consent
  }

  /// `2026-10-03` as 「10月3日」, with the year where it is another one.
  static func day(_ iso: String, _ today: CivilDate) -> String {
    guard let date = try? CivilDate(iso) else { return iso }
    let year = date.year == today.year ? "" : "\(date.year)年"
    return "\(year)\(date.month)月\(date.day)日"
  }
}
