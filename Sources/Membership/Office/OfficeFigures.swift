import MariaDB
import Platform

/// Figures that take long to count at a million accounts. They are kept in the database, for a
/// hundred times as long as counting them took: a small association sees every change at once, a
/// large one a picture that is a minute old, and counting takes no more than a hundredth of the
/// time of any program.
struct OfficeFigures {
  let database: Database

  /// The figures of this name, counted now where those kept are too old.
  func read(_ name: String, _ count: () throws -> [Int]) throws -> [Int] {
    let row = try database.first(
      """
      SELECT figures FROM office_figures
      WHERE name = ? AND computed_at > NOW(3) - INTERVAL (cost_ms * 100000) MICROSECOND
      """, name)
    if let text: String = try row?["figures"] {
      return text.split(separator: ",").compactMap { Int($0) }
    }
    let start = monotonicMicroseconds()
    let figures = try count()
    let milliseconds = (monotonicMicroseconds() - start) / 1000
    try database.transaction { transaction in
      try transaction.run(
        """
        INSERT INTO office_figures (name, figures, computed_at, cost_ms) VALUES (?, ?, NOW(3), ?)
        ON DUPLICATE KEY UPDATE figures = VALUES(figures), computed_at = VALUES(computed_at),
          cost_ms = VALUES(cost_ms)
        """, name, figures.map(String.init).joined(separator: ","), min(milliseconds, 3_000))
    }
    return figures
  }
}
