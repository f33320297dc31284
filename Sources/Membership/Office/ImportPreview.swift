import FastCGI
import MariaDB
import Pages
import Platform

/// What an import would do, member by member, for who decides about it.
public struct ImportPreview {
  /// Members on one page of each list.
  static let most = 50

  let staged: StagedImport
  let database: Database

  public init(_ staged: StagedImport, _ database: Database) {
    self.staged = staged
    self.database = database
  }

  /// Members of the list after a line of the file, as the slots of their rows; `next` is where the
  /// following page begins, nil on the last one.
  public typealias Part = (rows: [Filling], next: Int?)

  /// Members who will be added.
  public func added(after line: Int) throws -> Part {
    let rows = try database.rows(
      """
      SELECT line, number, family_name, given_name, prefecture, address FROM import_lines
      WHERE import_id = ? AND outcome = 'added' AND line > ? ORDER BY line LIMIT 51
      """, staged.id, line)
    return try Self.part(rows) { row in
      ["address": try (row["prefecture"] as String) + (row["address"] as String)]
    }
  }

  /// Members who will change: a part `change-value` for each value, old beside new.
  public func changed(after line: Int) throws -> Part {
    let rows = try database.rows(
      """
      SELECT l.line, l.number, l.family_name, l.given_name, l.family_name_kana,
        l.given_name_kana, COALESCE(l.registry_number, '') AS registry_number,
        COALESCE(l.birth_date, '') AS birth_date, l.postal_code, l.prefecture, l.address,
        l.email, r.family_name AS old_family_name, r.given_name AS old_given_name,
        r.family_name_kana AS old_family_name_kana, r.given_name_kana AS old_given_name_kana,
        COALESCE(r.registry_number, '') AS old_registry_number,
        COALESCE(r.birth_date, '') AS old_birth_date, r.postal_code AS old_postal_code,
        r.prefecture AS old_prefecture, r.address AS old_address, r.email AS old_email
      FROM import_lines l JOIN roll r ON r.account_id = l.account_id
      WHERE l.import_id = ? AND l.outcome = 'changed' AND l.line > ? ORDER BY l.line LIMIT 51
      """, staged.id, line)
    var part = try Self.part(rows) { _ in [:] }
    for (index, row) in rows.prefix(Self.most).enumerated() {
      part.rows[index].parts["change-value"] = try Self.differences(row)
    }
    return part
  }

  private static func part(_ rows: [Row], _ more: (Row) throws -> Named<String>) throws -> Part {
    let shown = try rows.prefix(most).map { row in
      let family: String = try row["family_name"]
      var slots = try more(row)
      slots["line"] = String(try row["line"] as Int)
      slots["number"] = try row["number"]
      slots["name"] = "\(family) \(try row["given_name"] as String)"
      return Filling(slots: slots)
    }
    let last: Int? = rows.count > most ? try rows[most - 1]["line"] : nil
    return (shown, last)
  }

  private static func differences(_ row: Row) throws -> [Filling] {
    let names = zip(MembersImport.columns, MembersImport.labels).dropFirst()
    return try names.compactMap { column, label in
      let old: String = try row["old_\(column)"]
      let new: String = try row[column]
      guard !old.isExactly(new) else { return nil }
      return Filling(slots: [
        "label": label, "old": old.isEmpty ? "（空）" : old, "new": new.isEmpty ? "（空）" : new,
      ])
    }
  }
}

extension StagedImport {
  /// Writes what was claimed after the answer to 「取り込む」 has gone out, on connections of its own:
  /// the person looks at the progress meanwhile.
  public static func writeLater(
    _ id: Int, of actor: Int?, client: String, settings: Settings, program: String
  ) {
    let database = Database(settings.database)
    let beside = Database(settings.database)
    do {
      guard let staged = try find(id, of: actor, in: database) else { return }
      do {
        _ = try staged.write(in: database, client: client) { written in
          try beside.transaction { try note(written, of: id, in: $0) }
        }
      } catch let error where !(error is Outdated) {
        try staged.leave(.failed, in: database)
        throw error
      }
    } catch is Outdated {
      log(.info, "import.outdated", program: program, [("import", "\(id)")])
    } catch {
      log(.error, "import.failed", program: program, [("import", "\(id)"), ("reason", "\(error)")])
    }
  }
}
