import MariaDB
import Pages

/// The list of members, page by page.
public struct MemberList {
  /// Rows a page.
  public static let pageSize = 50

  /// How many accounts a search looks at in each index: what finds more is to be narrowed down.
  public static let most = 3_000

  private let database: Database

  public init(_ database: Database) {
    self.database = database
  }

  /// One page.
  public struct Page {
    /// Each as the slots of its row.
    public fileprivate(set) var rows: [Named<String>] = []
    /// The `page` of the addresses of the pages beside this one; nil where there is none.
    public fileprivate(set) var next: String?
    public fileprivate(set) var previous: String?
  }

  /// The page of an address's `page`: `17`, what follows account 17; `-17`, what comes before it;
  /// anything else is the first page.
  public func page(
    _ selection: MemberSelection, _ order: MemberOrder, at place: String?
  ) throws -> Page {
    let number = place.flatMap(Int.init) ?? 0
    let isBackward = number < 0
    let start = number == 0 ? nil : try row(abs(number))
    let walked = isBackward ? order.reversed : order
    var query = Query(
      """
      SELECT a.id, a.number, a.kind, a.status, a.first_time_until IS NOT NULL
          AND a.first_time_until <= NOW() AS is_expired,
        COALESCE(DATE_FORMAT(a.first_time_until + INTERVAL 9 HOUR, '%Y/%m/%d'), '') AS valid_until,
        COALESCE(DATE_FORMAT(a.registered_at + INTERVAL 9 HOUR, '%Y/%m/%d'), '') AS registered_at,
        COALESCE(p.family_name, r.family_name, '') AS family_name,
        COALESCE(p.given_name, r.given_name, '') AS given_name,
        COALESCE(p.family_name_kana, r.family_name_kana, '') AS family_name_kana,
        COALESCE(p.given_name_kana, r.given_name_kana, '') AS given_name_kana,
        COALESCE(p.former_family_name, '') AS former_family_name
      FROM (SELECT a.id
      """)
    query.add(selection.accounts(most: Self.most, order: walked))
    if let start { query.add(try walked.after(start)) }
    query.add(walked.sql)
    query.add(
      """
      LIMIT ?) AS page JOIN accounts a ON a.id = page.id
        LEFT JOIN roll r ON r.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id
      """, Self.pageSize + 1)
    query.add(walked.sql)
    var rows = try database.rows(query)
    let hasMore = rows.count > Self.pageSize
    if hasMore { rows.removeLast() }
    if isBackward { rows.reverse() }
    var page = Page(rows: try rows.map(slots))
    let (hasNext, hasPrevious) = isBackward ? (true, hasMore) : (hasMore, start != nil)
    if hasNext, let last: Int = try rows.last?["id"] { page.next = String(last) }
    if hasPrevious, let first: Int = try rows.first?["id"] { page.previous = "-\(first)" }
    return page
  }

  /// How many accounts a search finds; `most` and more is told as `most`. Nil without a search:
  /// there the count would take longer than the page; and on all pages but the first.
  public func count(_ selection: MemberSelection, _ page: Page) throws -> Int? {
    guard selection.isNarrowed, page.previous == nil else { return nil }
    guard page.next != nil else { return page.rows.count }
    var query = Query("SELECT COUNT(*) AS n FROM (SELECT 1")
    query.add(selection.accounts(most: Self.most))
    query.add("LIMIT ?) AS counted", Self.most)
    return try database.rows(query).first?["n"]
  }

  private func row(_ id: Int) throws -> Row? {
    try database.first(
      """
      SELECT id, number, sort_kana, COALESCE(sort_registered, '') AS sort_registered
      FROM accounts WHERE id = ? AND status <> 'staff'
      """, id)
  }

  private func slots(_ row: Row) throws -> Named<String> {
    let former: String = try row["former_family_name"]
    let family: String = try row["family_name"]
    let familyKana: String = try row["family_name_kana"]
    return [
      "number": try row["number"], "name": "\(family) \(try row["given_name"] as String)",
      "kana": "\(familyKana) \(try row["given_name_kana"] as String)",
      "former": former.isEmpty ? "" : "（旧姓 \(former)）",
      "state": try state(row), "registered_at": try row["registered_at"],
    ]
  }

  private func state(_ row: Row) throws -> String {
    let status: String = try row["status"]
    let until: String = try row["valid_until"]
    let label = MemberFilter(rawValue: status)?.label ?? status
    guard status == "issued" || status == "started", !until.isEmpty else { return label }
    return try row["is_expired"] ? "\(label)（\(until)で期限切れ）" : "\(label)（\(until)まで）"
  }
}
