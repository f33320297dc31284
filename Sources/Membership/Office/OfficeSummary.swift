import MariaDB

/// The figures of 事務局TOP.
public struct OfficeSummary {
  /// The slots that `counts` fills.
  public static let slots = [
    "count_unregistered", "count_issued", "count_first_login", "count_registered_members",
    "count_registered_doctors", "count_waiting_mails", "count_abandoned_mails",
    "count_open_inquiries",
  ]

  private let database: Database

  public init(_ database: Database) {
    self.database = database
  }

  /// Every count, under the name of its slot.
  public func counts() throws -> [String: String] {
    let row = try database.first(
      """
      SELECT
        (SELECT COUNT(*) FROM accounts WHERE kind = 'member' AND registered_at IS NULL
          AND login_key IS NULL) AS count_unregistered,
        (SELECT COUNT(*) FROM accounts WHERE kind = 'member' AND registered_at IS NULL
          AND login_key IS NOT NULL AND first_login_at IS NULL) AS count_issued,
        (SELECT COUNT(*) FROM accounts WHERE kind = 'member' AND registered_at IS NULL
          AND first_login_at IS NOT NULL) AS count_first_login,
        (SELECT COUNT(*) FROM accounts WHERE kind = 'member' AND registered_at IS NOT NULL)
          AS count_registered_members,
        (SELECT COUNT(*) FROM accounts WHERE kind = 'doctor' AND registered_at IS NOT NULL)
          AS count_registered_doctors,
        (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending'))
          AS count_waiting_mails,
        (SELECT COUNT(*) FROM outbox WHERE state = 'abandoned') AS count_abandoned_mails,
        (SELECT COUNT(*) FROM inquiries WHERE state = 'open') AS count_open_inquiries
      """)
    var counts: [String: String] = [:]
    for slot in Self.slots { counts[slot] = Self.grouped(try row?[slot] ?? 0) }
    return counts
  }

  /// The newest registrations, each as the slots of its row.
  public func newest(_ most: Int) throws -> [[String: String]] {
    try database.rows(
      """
      SELECT a.number, a.kind, p.family_name, p.given_name,
        DATE_FORMAT(a.registered_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS registered_at
      FROM accounts a JOIN profiles p ON p.account_id = a.id
      WHERE a.registered_at IS NOT NULL ORDER BY a.registered_at DESC, a.id DESC LIMIT ?
      """, most
    ).map { row in
      let kind: String = try row["kind"]
      let family: String = try row["family_name"]
      return [
        "number": try row["number"], "name": "\(family) \(try row["given_name"] as String)",
        "kind_label": kind == "member" ? "会員" : "会員ではない医師",
        "registered_at": try row["registered_at"],
      ]
    }
  }

  /// The name of a staff member.
  public func staffName(_ account: Int?) throws -> String {
    try database.first("SELECT name FROM staff WHERE account_id = ?", account)?["name"] ?? ""
  }

  /// `12,345`.
  private static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
