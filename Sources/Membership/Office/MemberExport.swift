import FastCGI
import MariaDB
import Platform

/// The people as a CSV file: the columns of the import first, then how far their registration is
/// and what they registered themselves. It is written while it is read, in constant memory.
public struct MemberExport: Sendable {
  /// How the file is written.
  public enum Encoding: String, Sendable {
    /// With a byte order mark, as Excel wants it.
    case utf8 = "utf-8"
    /// Excel's "Shift_JIS".
    case cp932
  }

  /// Columns after those of the import; an import passes over them.
  static let stateColumns = [
    "kind", "status", "first_time_until", "registered_at", "registered_family_name",
    "registered_given_name", "registered_family_name_kana", "registered_given_name_kana",
    "registered_postal_code", "registered_prefecture", "registered_address", "registered_email",
    "mobile_phone",
  ]

  /// Lines that are encoded and sent together.
  private static let portion = 200

  let location: DatabaseLocation
  let selection: MemberSelection

  /// - Parameter selection: as on the list of members.
  public init(_ settings: Settings, _ selection: MemberSelection) {
    location = settings.database
    self.selection = selection
  }

  /// How many characters the encoding lacks: in a file of that encoding each becomes 〓, or goes
  /// where it is a mark on another.
  public func lacking(in encoding: Encoding) throws -> Int {
    guard encoding == .cp932 else { return 0 }
    return try encode(encoding) { _ in }
  }

  /// Writes the file, on a connection of its own.
  public func write(_ encoding: Encoding, to writer: BodyWriter) throws {
    _ = try encode(encoding) { try writer.write($0) }
  }

  private func encode(_ encoding: Encoding, _ send: ([UInt8]) throws -> Void) throws -> Int {
    var csv = CSVWriter(mark: encoding == .utf8)
    var lacking = 0
    var lines = 0
    func pass() throws {
      let bytes = csv.take()
      try send(encoding == .utf8 ? bytes : encodeCP932(bytes, lacking: &lacking))
    }
    csv.write(MembersImport.columns + Self.stateColumns)
    try rows { row in
      csv.write(row.texts)
      lines += 1
      if lines % Self.portion == 0 { try pass() }
    }
    try pass()
    return lacking
  }

  private func rows(_ row: (Row) throws -> Void) throws {
    var query = Query(
      """
      SELECT a.number,
        COALESCE(r.family_name, p.family_name, '') AS family_name,
        COALESCE(r.given_name, p.given_name, '') AS given_name,
        COALESCE(r.family_name_kana, p.family_name_kana, '') AS family_name_kana,
        COALESCE(r.given_name_kana, p.given_name_kana, '') AS given_name_kana,
        IF(r.account_id IS NULL, p.registry_number, r.registry_number) AS registry_number,
        IF(r.account_id IS NULL, p.birth_date, r.birth_date) AS birth_date,
        COALESCE(r.postal_code, p.postal_code, '') AS postal_code,
        COALESCE(r.prefecture, p.prefecture, '') AS prefecture,
        COALESCE(r.address, p.address, '') AS address,
        IF(r.account_id IS NULL, a.email, r.email) AS email,
        a.kind, a.status,
        DATE_FORMAT(a.first_time_until + INTERVAL 9 HOUR, '%Y-%m-%d') AS first_time_until,
        DATE_FORMAT(a.registered_at + INTERVAL 9 HOUR, '%Y-%m-%d %H:%i:%s') AS registered_at,
        p.family_name AS registered_family_name, p.given_name AS registered_given_name,
        p.family_name_kana AS registered_family_name_kana,
        p.given_name_kana AS registered_given_name_kana,
        p.postal_code AS registered_postal_code, p.prefecture AS registered_prefecture,
        p.address AS registered_address,
        IF(a.registered_at IS NULL, NULL, a.email) AS registered_email, p.mobile_phone
      FROM (SELECT a.id
      """)
    query.add(selection.accounts())
    query.add(
      """
      ) AS selected JOIN accounts a ON a.id = selected.id
        LEFT JOIN roll r ON r.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id
      """)
    try Database(location).stream(query, row: row)
  }
}
