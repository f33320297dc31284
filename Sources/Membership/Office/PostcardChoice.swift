import MariaDB
import Pages

/// Who gets postcards: always members who have not registered and are not suspended. (That is what
/// the three values of `status` say: a doctor's account begins with the registration.)
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
        WHERE status IN ('unissued', 'issued', 'started') ORDER BY number
        """)
    case .unissued:
      return try database.rows(
        "SELECT id FROM accounts WHERE status = 'unissued' ORDER BY number")
    case .expired:
      return try database.rows(
        """
        SELECT id FROM accounts WHERE status IN ('issued', 'started')
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
      SELECT
        (SELECT COUNT(*) FROM accounts WHERE status IN ('unissued', 'issued', 'started'))
          AS unregistered,
        (SELECT COUNT(*) FROM accounts WHERE status = 'unissued') AS unissued,
        (SELECT COUNT(*) FROM accounts WHERE status IN ('issued', 'started')
          AND first_time_until <= NOW()) AS expired
      """)
    var counts: Named<String> = [:]
    for name in ["unregistered", "unissued", "expired"] {
      counts["count_\(name)"] = OfficeSummary.grouped(try row?[name] ?? 0)
    }
    return counts
  }
}
