import MariaDB
import Pages

/// One issue of postcards, from one form: the form sent again issues nothing again, so that a
/// reload does not void what was printed.
public struct PostcardRun: Sendable {
  /// How the cards leave the system.
  public enum Format: String, Choice {
    case sheet, csv

    public var label: String {
      switch self {
      case .sheet: "画面に表示して印刷する"
      case .csv: "印刷会社に渡すCSVファイルにする"
      }
    }
  }

  public let id: Int

  /// Begins a run. Nil where the form with this ticket was sent before.
  public static func start(
    _ ticket: Secret, _ format: Format, by actor: Int?, in database: Database
  ) throws -> PostcardRun? {
    do {
      return try database.transaction { transaction in
        PostcardRun(
          id: try transaction.insert(
            """
            INSERT INTO postcard_runs (ticket, actor_id, format, started_at)
            VALUES (?, ?, ?, NOW())
            """, ticket.hash, actor, format.rawValue))
      }
    } catch let error as DatabaseError where error.kind == .duplicate(key: "ticket") {
      return nil
    }
  }

  /// Issues to all of these, batch by batch, and hands over each batch's cards.
  public func issue(
    to accounts: [Int], by actor: Int?, client: String, with postcards: Postcards,
    _ cards: ([Postcard]) throws -> Void
  ) throws {
    let database = postcards.services.database
    var rest = accounts[...]
    while !rest.isEmpty {
      let issued = try postcards.issue(
        to: rest.prefix(Postcards.batch), by: actor, client: client, run: id)
      rest = rest.dropFirst(Postcards.batch)
      try database.transaction { transaction in
        try transaction.run(
          "UPDATE postcard_runs SET issued = issued + ? WHERE id = ?", issued.count, id)
      }
      try cards(issued)
    }
    try database.transaction { transaction in
      try transaction.run("UPDATE postcard_runs SET ended_at = NOW() WHERE id = ?", id)
    }
  }

  /// The newest runs, each as the slots of its row.
  public static func newest(_ most: Int, in database: Database) throws -> [Filling] {
    try database.rows(
      """
      SELECT r.id, r.format, r.issued, r.ended_at IS NOT NULL AS is_whole,
        COALESCE(s.name, '（コマンド）') AS name,
        DATE_FORMAT(r.started_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS started_at,
        (SELECT COUNT(*) FROM postcards p JOIN accounts a ON a.id = p.account_id
          WHERE p.run_id = r.id AND a.status IN ('unissued', 'issued', 'started')) AS open
      FROM postcard_runs r LEFT JOIN staff s ON s.account_id = r.actor_id
      ORDER BY r.id DESC LIMIT ?
      """, most
    ).map { row in
      let format = Format(rawValue: try row["format"]) ?? .sheet
      return Filling(slots: [
        "run": String(try row["id"] as Int), "started_at": try row["started_at"],
        "by": try row["name"], "format_label": format == .sheet ? "印刷" : "CSV",
        "issued": OfficeSummary.grouped(try row["issued"]),
        "open": OfficeSummary.grouped(try row["open"]),
        "end": try row["is_whole"] ? "最後まで発行" : "途中まで",
      ])
    }
  }
}

extension Postcard {
  /// The columns of the file for a printer's shop (screens.md §6).
  public static let columns = [
    "member_number", "family_name", "given_name", "postal_code", "prefecture", "address",
    "login_id", "password",
  ]

  /// The values of a card, in the order of `columns`.
  public var fields: [String] {
    [memberNumber, familyName, givenName, postalCode, prefecture, address, loginID, password]
  }
}
