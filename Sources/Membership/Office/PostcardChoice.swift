import MariaDB
import Pages

/// Who gets postcards: always members who have not registered and are not suspended.
public enum PostcardChoice: Hashable, Sendable {
  /// All of them.
  case unregistered
  /// Those who never got one.
  case unissued
  /// Those whose last one ran out.
  case expired
  /// Those of an earlier run.
  case run(Int)
  /// The one with this number.
  case member(String)

  /// The choice of a form's control; `one` goes with the member number of a field beside it.
  public init?(_ text: String, number: String) {
    switch text {
    case "unregistered": self = .unregistered
    case "unissued": self = .unissued
    case "expired": self = .expired
    case "one": self = .member(number)
    default:
      guard text.hasPrefix("run-"), let run = Int(text.dropFirst(4)) else { return nil }
      self = .run(run)
    }
  }
}

extension Postcards {
  /// The accounts of those who are chosen, by member number.
  public func recipients(_ choice: PostcardChoice) throws -> [Int] {
    try rows(choice).map { try $0["id"] }
  }

  private func rows(_ choice: PostcardChoice) throws -> [Row] {
    let database = services.database
    switch choice {
    case .unregistered:
      return try database.rows(
        """
        SELECT id FROM accounts
        WHERE status IN ('unissued', 'issued', 'started') AND kind = 'member' ORDER BY number
        """)
    case .unissued:
      return try database.rows(
        "SELECT id FROM accounts WHERE status = 'unissued' AND kind = 'member' ORDER BY number")
    case .expired:
      return try database.rows(
        """
        SELECT id FROM accounts WHERE status IN ('issued', 'started') AND kind = 'member'
          AND first_time_until <= NOW() ORDER BY number
        """)
    case .run(let run):
      return try database.rows(
        """
        SELECT a.id FROM postcards p JOIN accounts a ON a.id = p.account_id
        WHERE p.run_id = ? AND a.status IN ('unissued', 'issued', 'started') ORDER BY a.number
        """, run)
    case .member(let number):
      return try database.rows(
        """
        SELECT id FROM accounts
        WHERE number = ? AND status IN ('unissued', 'issued', 'started') AND kind = 'member'
        """, number)
    }
  }

  /// How many each choice would reach, as slots of the page.
  public func counts() throws -> Named<String> {
    let row = try services.database.first(
      """
      SELECT COUNT(*) AS unregistered, COALESCE(SUM(status = 'unissued'), 0) AS unissued,
        COALESCE(SUM(status <> 'unissued' AND first_time_until <= NOW()), 0) AS expired
      FROM accounts WHERE status IN ('unissued', 'issued', 'started') AND kind = 'member'
      """)
    var counts: Named<String> = [:]
    for name in ["unregistered", "unissued", "expired"] {
      // SUM gives a DECIMAL, which comes as text.
      let number: Int? =
        name == "unregistered"
        ? try row?[name] : Int(try row?[name] ?? "")
      counts["count_\(name)"] = OfficeSummary.grouped(number ?? 0)
    }
    return counts
  }
}
