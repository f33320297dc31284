import FastCGI
import MariaDB

/// The members that the secretariat asked for: by words, by state, or all. The list shows it page
/// by page, the export writes it whole.
public struct MemberSelection: Sendable {
  /// What was typed into the search box, without white space around it.
  public let words: String
  public let filter: MemberFilter?

  /// - Parameter words: any name or reading, former ones too, a number, login ID or address; its
  ///   beginning is enough.
  public init(words: String = "", filter: MemberFilter? = nil) {
    self.words = words.trimmingSpace()
    self.filter = filter
  }

  /// The selection of an address's `q` and `status`.
  public init(_ query: FormValues) {
    self.init(
      words: query.first("q") ?? "",
      filter: query.first("status").flatMap(MemberFilter.init(rawValue:)))
  }

  /// `q` and `status`, as addresses carry them.
  public var parameters: FormValues {
    var values = FormValues()
    if !words.isEmpty { values.append("q", words) }
    if let filter { values.append("status", filter.rawValue) }
    return values
  }

  /// `FROM accounts a …`, for all columns of `a`: every account selected, or those among the first
  /// `most` that a search finds in each index.
  /// - Parameter order: the index that has the accounts in the order wanted; used where no search
  ///   narrows them down.
  public func accounts(most: Int = .max, order: MemberOrder? = nil) -> Query {
    var query = Query()
    if let found = found(most: most) {
      query.add("FROM (")
      query.add(found)
      query.add(") AS found STRAIGHT_JOIN accounts a ON a.id = found.id WHERE a.status <> 'staff'")
    } else if let order {
      query.add("FROM accounts a")
      query.add(filter == nil ? order.index : order.statusIndex)
      query.add("WHERE a.status <> 'staff'")
    } else {
      query.add("FROM accounts a WHERE a.status <> 'staff'")
    }
    if let filter, filter.isColumn { query.add("AND a.status = ?", filter.rawValue) }
    return query
  }

  /// The numbers of the accounts that words or clock narrow down to; nil where neither does.
  func found(most: Int) -> Query? {
    let byTime = byTime(most: most)
    guard !words.isEmpty else { return byTime }
    var query = byWords(most: most)
    if let byTime {
      var both = Query("SELECT found.id FROM (")
      both.add(query)
      both.add(") AS found JOIN (")
      both.add(byTime)
      both.add(") AS timely ON timely.id = found.id")
      query = both
    }
    return query
  }

  private func byTime(most: Int) -> Query? {
    switch filter {
    case .expired:
      Query(
        """
        SELECT id FROM accounts
        WHERE first_time_until <= NOW() AND status IN ('issued', 'started')
        ORDER BY first_time_until DESC LIMIT ?
        """, most)
    case .expiring:
      Query(
        """
        SELECT id FROM accounts
        WHERE first_time_until > NOW() AND first_time_until <= NOW() + INTERVAL 7 DAY
          AND status IN ('issued', 'started')
        ORDER BY first_time_until LIMIT ?
        """, most)
    default: nil
    }
  }

  /// Names by their folded form, everything else as it is stored; each by its beginning. Bounds
  /// instead of LIKE: so no sign that was typed means anything else than itself.
  private func byWords(most: Int) -> Query {
    let key = Directory.key(words)
    var query = Query()
    query.add(
      """
      (SELECT account_id AS id FROM name_keys WHERE name_key >= ? AND name_key < ? LIMIT ?)
      """, key.isEmpty ? "\u{10FFFF}" : key, Self.end(key), most)
    let plain = words.halfWidth()
    guard plain.utf8.allSatisfy({ $0 < 0x80 }) else { return query }
    let lower = plain.lowerCaseASCII()
    query.add(
      "UNION (SELECT id FROM accounts WHERE number >= ? AND number < ? LIMIT ?)",
      plain, Self.end(plain), most)
    query.add(
      "UNION (SELECT id FROM accounts WHERE login_key >= ? AND login_key < ? LIMIT ?)",
      lower, Self.end(lower), most)
    query.add(
      "UNION (SELECT id FROM accounts WHERE email_key >= ? AND email_key < ? LIMIT ?)",
      lower, Self.end(lower), most)
    query.add(
      "UNION (SELECT account_id FROM roll WHERE email_key >= ? AND email_key < ? LIMIT ?)",
      lower, Self.end(lower), most)
    query.add(
      """
      UNION (SELECT account_id FROM profiles
        WHERE registry_number >= ? AND registry_number < ? LIMIT ?)
      """, plain, Self.end(plain), most)
    query.add(
      """
      UNION (SELECT account_id FROM roll
        WHERE registry_number >= ? AND registry_number < ? LIMIT ?)
      """, plain, Self.end(plain), most)
    return query
  }

  /// What comes after every text that begins so.
  private static func end(_ beginning: String) -> String { beginning + "\u{10FFFF}" }
}
