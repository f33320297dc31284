import MariaDB
import Pages
import Platform

/// The figures of 事務局TOP: what needs attention, how far registration has come, how many a day.
public struct OfficeSummary {
  let services: Services
  private var database: Database { services.database }

  public init(_ services: Services) {
    self.services = services
  }

  /// The slots that `attention` fills.
  public static let slots: Set<String> = [
    "count_expiring", "count_abandoned_mails", "count_open_inquiries", "count_since_yesterday",
    "count_paused", "count_waiting_mails",
  ]

  /// What needs attention, under the names of its slots.
  public func attention() throws -> Named<String> {
    let slots = Self.slots.sorted()
    let figures = try OfficeFigures(database: database).read("attention") {
      // Yesterday begins at midnight in Japan.
      let row = try database.first(
        """
        SELECT
          (SELECT COUNT(*) FROM accounts WHERE first_time_until > NOW()
            AND first_time_until <= NOW() + INTERVAL 7 DAY AND status IN ('issued', 'started'))
            AS count_expiring,
          (SELECT COUNT(*) FROM outbox WHERE state = 'abandoned') AS count_abandoned_mails,
          (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending'))
            AS count_waiting_mails,
          (SELECT COUNT(*) FROM inquiries WHERE state = 'open') AS count_open_inquiries,
          (SELECT COUNT(*) FROM accounts WHERE status IN ('registered', 'doctor', 'suspended')
            AND sort_registered >=
              DATE(NOW() + INTERVAL 9 HOUR) - INTERVAL 1 DAY - INTERVAL 9 HOUR)
            AS count_since_yesterday,
          (SELECT COUNT(*) FROM login_failures WHERE paused_until > NOW(3)) AS count_paused
        """)
      return try slots.map { try row?[$0] ?? 0 }
    }
    return Named(zip(slots, figures.map(Self.grouped)))
  }

  /// The members whose login is paused now, each as the slots of its row. (A pause itself only
  /// knows a hash of what was typed: they are found among those whose login failed lately.)
  public func paused(_ most: Int = 10) throws -> [Named<String>] {
    let failed = try database.rows(
      """
      SELECT DISTINCT a.number, a.login_key, COALESCE(p.family_name, r.family_name, '') AS family,
        COALESCE(p.given_name, r.given_name, '') AS given
      FROM logins l JOIN accounts a ON a.id = l.account_id
        LEFT JOIN roll r ON r.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id
      WHERE l.at > NOW(3) - INTERVAL 1 HOUR AND l.outcome <> 'opened' AND a.status <> 'staff'
        AND a.login_key IS NOT NULL
      LIMIT 200
      """)
    return try failed.filter { try services.throttle.pause(of: try $0["login_key"]) > 0 }
      .prefix(most)
      .map { row in
        [
          "number": try row["number"],
          "name": "\(try row["family"] as String) \(try row["given"] as String)",
        ]
      }
  }

  /// How many people stand where.
  public struct Progress: Sendable {
    public let unissued: Int
    public let doctors: Int
    public let suspended: Int
    /// From the postcard to the end of registration: a label, and how many came so far.
    public let steps: [(label: String, count: Int)]
  }

  /// How far the members have come. Counted at most every hundred times as long as it takes.
  public func progress() throws -> Progress {
    let figures = try OfficeFigures(database: database).read("progress") {
      var byStatus: [String: Int] = [:]
      for row in try database.rows("SELECT status, COUNT(*) AS n FROM accounts GROUP BY status") {
        byStatus[try row["status"]] = try row["n"]
      }
      let agreed = try database.count(
        """
        SELECT COUNT(*) AS n FROM accounts a WHERE a.status = 'started'
          AND EXISTS (SELECT 1 FROM consents c WHERE c.account_id = a.id)
        """)
      let confirmed = try database.count(
        """
        SELECT COUNT(DISTINCT t.account_id) AS n FROM drafts d JOIN tokens t ON t.id = d.token_id
          JOIN accounts a ON a.id = t.account_id WHERE a.status = 'started'
        """)
      func count(_ status: String) -> Int { byStatus[status] ?? 0 }
      let registered = count("registered")
      return [
        count("unissued"), count("doctor"), count("suspended"),
        count("issued") + count("started") + registered, count("started") + registered,
        agreed + registered, confirmed + registered, registered,
      ]
    }
    let labels = ["ハガキ発行", "初回ログイン", "規約に同意", "メール確認", "登録完了"]
    guard figures.count == 3 + labels.count else {
      return Progress(unissued: 0, doctors: 0, suspended: 0, steps: [])
    }
    return Progress(
      unissued: figures[0], doctors: figures[1], suspended: figures[2],
      steps: zip(labels, figures.dropFirst(3)).map { (label: $0, count: $1) })
  }

  /// Registrations on each of the last days, today's last.
  public func registrations(days: Int) throws -> [(day: CivilDate, count: Int)] {
    let today = CivilDate.inJapan(at: secondsNow())
    let first = today.adding(days: 1 - days)
    let figures = try OfficeFigures(database: database).read("registrations.\(days).\(today.iso)") {
      var counts = [Int](repeating: 0, count: days)
      let rows = try database.rows(
        """
        SELECT DATEDIFF(sort_registered + INTERVAL 9 HOUR, ?) AS day, COUNT(*) AS n FROM accounts
        WHERE status IN ('registered', 'doctor', 'suspended')
          AND sort_registered >= CAST(? AS DATETIME) - INTERVAL 9 HOUR
        GROUP BY day
        """, first.iso, first.iso)
      for row in rows {
        let day: Int = try row["day"]
        if counts.indices.contains(day) { counts[day] = try row["n"] }
      }
      return counts
    }
    return figures.enumerated().map { (day: first.adding(days: $0.offset), count: $0.element) }
  }

  /// The newest registrations, each as the slots of its row.
  public func newest(_ most: Int) throws -> [Named<String>] {
    try database.rows(
      """
      SELECT a.number, a.kind, p.family_name, p.given_name,
        DATE_FORMAT(a.registered_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS registered_at
      FROM accounts a FORCE INDEX (registered_at)
        STRAIGHT_JOIN profiles p ON p.account_id = a.id
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

  /// `12,345`.
  public static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
