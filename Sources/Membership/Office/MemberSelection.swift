import FastCGI
import MariaDB

/// The members that the secretariat asked for: by words, by state, or all. The list shows it page
/// by page, the export writes it whole.
public struct MemberSelection: Sendable {
  /// What was typed into the search box, without white space around it.
  public let words: String
  /// The state; nil for all.
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

  /// True where words or the clock narrow the accounts down to a list of candidates.
  var isNarrowed: Bool {
    (!words.isEmpty && filter != .suspended) || filter == .expiring || filter == .expired
  }

  /// `FROM accounts a … WHERE …`, for all columns of `a`: every account selected, or those among
  /// the first `most` that a search finds in each index.
  /// - Parameter order: the index that has the accounts in the order wanted; used where no search
  ///   narrows them down.
  public func accounts(most: Int = .max, order: MemberOrder? = nil) -> Query {
    var query = Query("FROM")
    if isNarrowed {
      query.add("(")
      query.add(words.isEmpty ? byTime(most: most) : byWords(most: most))
      query.add(") AS found STRAIGHT_JOIN accounts a ON a.id = found.id")
    } else {
      query.add("accounts a")
      if let order { query.add(filter == nil ? order.index : order.statusIndex) }
    }
    query.add("WHERE a.status <> 'staff'")
    switch filter {
    case nil: break
    case .expired:
      query.add("AND a.first_time_until <= NOW() AND a.status IN ('issued', 'started')")
    case .expiring:
      query.add(
        """
        AND a.first_time_until > NOW() AND a.first_time_until <= NOW() + INTERVAL 7 DAY
          AND a.status IN ('issued', 'started')
        """)
    case .suspended:
      query.add("AND a.status = 'suspended'")
      // They are few: each is looked at, so that none is missed among many of one name.
      if !words.isEmpty { query.add(matching) }
    case .some(let state): query.add("AND a.status = ?", state.rawValue)
    }
    return query
  }

  private func byTime(most: Int) -> Query {
    filter == .expired
      ? Query(
        """
        SELECT id FROM accounts
        WHERE first_time_until <= NOW() AND status IN ('issued', 'started')
        ORDER BY first_time_until DESC LIMIT ?
        """, most)
      : Query(
        """
        SELECT id FROM accounts
        WHERE first_time_until > NOW() AND first_time_until <= NOW() + INTERVAL 7 DAY
          AND status IN ('issued', 'started')
        ORDER BY first_time_until LIMIT ?
        """, most)
  }

  /// Names by their folded form, everything else as it is stored; each by its beginning. Bounds
  /// instead of LIKE: so no sign that was typed means anything else than itself.
  private func byWords(most: Int) -> Query {
    let key = Directory.key(words)
    var query = Query()
    query.add(
      """
      (SELECT DISTINCT account_id AS id FROM name_keys
        WHERE name_key >= ? AND name_key < ? LIMIT ?)
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

  /// Whether the account `a` is one that `byWords` finds.
  private var matching: Query {
    let key = Directory.key(words)
    var query = Query()
    query.add(
      """
      AND (EXISTS (SELECT 1 FROM name_keys k
        WHERE k.account_id = a.id AND k.name_key >= ? AND k.name_key < ?)
      """, key.isEmpty ? "\u{10FFFF}" : key, Self.end(key))
    let plain = words.halfWidth()
    let lower = plain.lowerCaseASCII()
    query.add(
      """
      OR (a.number >= ? AND a.number < ?) OR (a.login_key >= ? AND a.login_key < ?)
      OR (a.email_key >= ? AND a.email_key < ?)
      """, plain, Self.end(plain), lower, Self.end(lower), lower, Self.end(lower))
    query.add(
      """
      OR EXISTS (SELECT 1 FROM roll r WHERE r.account_id = a.id
        AND ((r.email_key >= ? AND r.email_key < ?)
          OR (r.registry_number >= ? AND r.registry_number < ?)))
      OR EXISTS (SELECT 1 FROM profiles p WHERE p.account_id = a.id
        AND p.registry_number >= ? AND p.registry_number < ?))
      """, lower, Self.end(lower), plain, Self.end(plain), plain, Self.end(plain))
    return query
  }

  /// What comes after every text that begins so.
  private static func end(_ beginning: String) -> String { beginning + "\u{10FFFF}" }
}
