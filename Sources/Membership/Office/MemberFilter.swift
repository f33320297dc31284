/// Where a member stands, as the secretariat chooses in the list. The raw value is that of the
/// address's `status`; all but the last two are values of the column `accounts.status`.
public enum MemberFilter: String, CaseIterable, Sendable {
  case unissued, issued, started, registered, doctor, suspended
  /// First-time credentials that run out within seven days, and those that ran out.
  case expiring, expired

  /// The words for it on a page.
  public var label: String {
    switch self {
    case .unissued: "ハガキ未発行"
    case .issued: "ハガキ発行済み"
    case .started: "初回ログイン済み"
    case .registered: "登録済みの会員"
    case .doctor: "登録済みの未入会の医師"
    case .suspended: "利用停止中"
    case .expiring: "ハガキの期限が7日以内"
    case .expired: "ハガキの期限切れ"
    }
  }
}
