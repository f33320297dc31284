import MariaDB
import Pages

/// What was changed about an account: who, when, what before and after.
public enum MemberHistory {
  /// The slots of a row.
  public static let slots: Set<String> = ["at", "who", "field", "old", "new"]

  /// The field under which suspending and reinstating are kept.
  static let suspension = "suspended"

  /// The newest changes first, each as the slots of its row.
  public static func rows(
    _ account: Int, most: Int = 100, _ specialties: [Specialty], in database: any SQLRunner
  ) throws -> [Named<String>] {
    try database.rows(
      """
      SELECT DATE_FORMAT(c.at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS at, c.field, c.old_value,
        c.new_value, COALESCE(c.actor_id = c.account_id, 0) AS is_own,
        COALESCE(s.name, '') AS staff_name
      FROM changes c LEFT JOIN staff s ON s.account_id = c.actor_id
      WHERE c.account_id = ? ORDER BY c.at DESC, c.id DESC LIMIT ?
      """, account, most
    ).map { row in
      let field: String = try row["field"]
      let name: String = try row["staff_name"]
      return [
        "at": try row["at"],
        "who": try row["is_own"] ? "本人" : name.isEmpty ? "システム" : "\(name)（事務局）",
        "field": label(field), "old": shown(try row["old_value"], field, specialties),
        "new": shown(try row["new_value"], field, specialties),
      ]
    }
  }

  /// Keeps one change.
  static func record(
    _ account: Int, _ field: String, from old: String, to new: String, by actor: Int?,
    in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO changes (at, account_id, actor_id, field, old_value, new_value)
      VALUES (NOW(3), ?, ?, ?, ?, ?)
      """, account, actor, field, old, new)
  }

  /// The words for a field: those of the form.
  static func label(_ field: String) -> String {
    switch field {
    case suspension: "利用の停止"
    case "email": "メールアドレス"
    case "login_id": "ログインID"
    case "number": "会員番号"
    default: RegistrationFields.profile.first { $0.name == field }?.label ?? field
    }
  }

  private static func shown(
    _ value: String, _ field: String, _ specialties: [Specialty]
  ) -> String {
    guard !value.isEmpty else { return "（なし）" }
    switch field {
    case RegistrationFields.sex.name: return Sex(rawValue: value)?.label ?? value
    case RegistrationFields.mainSpecialty.name, RegistrationFields.specialty.name:
      return value.split(separator: "、").map { code in
        specialties.label(of: String(code))
      }.joined(separator: "、")
    default: return value
    }
  }
}
