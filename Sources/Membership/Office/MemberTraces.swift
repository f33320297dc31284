import MariaDB

/// Everywhere that one person stands in the database: what their export shows and what their
/// erasure removes.
///
/// Rows that name the account are theirs. Rows without an account (an inquiry, a mail or a URL from
/// before the registration) are theirs where they carry an address that is theirs alone: an
/// address that another account has, too, such as a hospital's, tells nothing.
public struct MemberTraces: Sendable {
  public let account: Int
  public let number: String
  /// Family and given name, as far as known.
  public let name: String
  /// When the account was made: with its number it names the person for good, also in a copy of the
  /// database, where later accounts may have got the same numbers.
  let createdAt: String
  /// As JSON_TABLE takes them: an array of rows of one value.
  let addresses: String
  let registryNumbers: String
  let tokens: String
  let consents: String
  let inquiries: String
  let mails: String
  let loginKeys: [String]
  let addressKeys: [String]

  /// A name that stands for several people.
  public struct Ambiguous: Error, CustomStringConvertible {
    public let description: String
  }

  /// The person of this member number or login ID; nil for none. Throws for one of the staff, whose
  /// deeds the audit trail must name.
  public static func find(_ text: String, in transaction: Transaction) throws -> MemberTraces? {
    let found = try transaction.rows(
      "SELECT id, kind FROM accounts WHERE login_key = ? OR number = ? FOR UPDATE",
      LoginID.key(of: text), text)
    guard let row = found.first else { return nil }
    guard found.count == 1 else {
      throw Ambiguous(description: "\(text) is one's number and another's login ID: use the number")
    }
    guard try ["member", "doctor"].contains(row["kind"] as String) else {
      throw Ambiguous(description: "\(text) is a staff account: suspend it instead")
    }
    return try MemberTraces(row["id"], in: transaction)
  }

  init(_ id: Int, in transaction: Transaction) throws {
    account = id
    let row = try transaction.first(
      """
      SELECT a.number, a.created_at,
        COALESCE(CONCAT(p.family_name, ' ', p.given_name),
          CONCAT(r.family_name, ' ', r.given_name), '') AS name
      FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id
        LEFT JOIN roll r ON r.account_id = a.id
      WHERE a.id = ?
      """, id)
    number = try row?["number"] ?? ""
    name = try row?["name"] ?? ""
    createdAt = try row?["created_at"] ?? ""
    registryNumbers = Self.list(
      try transaction.rows(
        """
        SELECT registry_number AS k FROM profiles WHERE account_id = ?
        UNION SELECT registry_number FROM roll
        WHERE account_id = ? AND registry_number IS NOT NULL
        """, id, id
      ).map { try $0["k"] })
    addressKeys = try Self.addresses(id, registryNumbers, in: transaction)
    addresses = Self.list(addressKeys)
    loginKeys = try transaction.rows(
      """
      SELECT login_key AS k FROM accounts WHERE id = ? AND login_key IS NOT NULL
      UNION SELECT LOWER(login_id) FROM postcards WHERE account_id = ?
      """, id, id
    ).map { try $0["k"] }
    tokens = try Self.tokens(id, addresses, registryNumbers, in: transaction)
    consents = try Self.consents(id, tokens, in: transaction)
    inquiries = try Self.inquiries(id, addresses, in: transaction)
    mails = try Self.mails(id, addresses, inquiries, in: transaction)
  }

  /// The addresses, folded, that are this person's alone; among them those of a registration that
  /// was begun with the person's registry number and not finished.
  private static func addresses(
    _ id: Int, _ numbers: String, in transaction: Transaction
  ) throws -> [String] {
    try transaction.rows(
      """
      SELECT DISTINCT k FROM (
        SELECT email_key AS k FROM accounts WHERE id = ?
        UNION SELECT email_key FROM roll WHERE account_id = ?
        UNION SELECT email_key FROM tokens WHERE account_id = ?
        UNION SELECT LOWER(old_value) FROM changes WHERE account_id = ? AND field = 'email'
        UNION SELECT LOWER(new_value) FROM changes WHERE account_id = ? AND field = 'email'
        UNION SELECT LOWER(recipient) FROM outbox WHERE account_id = ?
        UNION SELECT LOWER(email) FROM inquiries WHERE account_id = ?
        UNION SELECT t.email_key
          FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(6) PATH '$[0]')) AS mine
          JOIN drafts d ON INSTR(d.form, CONCAT('registry_number=', mine.k)) > 0
          JOIN tokens t ON t.id = d.token_id WHERE t.account_id IS NULL
      ) AS known
      WHERE k <> ''
        AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.email_key = k AND a.id <> ?)
        AND NOT EXISTS (SELECT 1 FROM roll r WHERE r.email_key = k AND r.account_id <> ?)
      """, id, id, id, id, id, id, id, numbers, id, id
    ).map { try $0["k"] }
  }

  private static func tokens(
    _ id: Int, _ addresses: String, _ numbers: String, in transaction: Transaction
  ) throws -> String {
    try ids(
      transaction.rows(
        """
        SELECT id FROM tokens WHERE account_id = ?
        UNION SELECT t.id FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(254) PATH '$[0]')) AS mine
          JOIN tokens t ON t.email_key = mine.k WHERE t.account_id IS NULL
        UNION SELECT t.id FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(6) PATH '$[0]')) AS mine
          JOIN drafts d ON INSTR(d.form, CONCAT('registry_number=', mine.k)) > 0
          JOIN tokens t ON t.id = d.token_id WHERE t.account_id IS NULL
        """, id, addresses, numbers))
  }

  private static func consents(
    _ id: Int, _ tokens: String, in transaction: Transaction
  ) throws -> String {
    try ids(
      transaction.rows(
        """
        SELECT id FROM consents WHERE account_id = ?
        UNION SELECT c.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
          JOIN tokens t ON t.id = mine.id JOIN consents c ON c.id = t.consent_id
          WHERE c.account_id IS NULL
        """, id, tokens))
  }

  private static func inquiries(
    _ id: Int, _ addresses: String, in transaction: Transaction
  ) throws -> String {
    try ids(
      transaction.rows(
        """
        SELECT id FROM inquiries WHERE account_id = ?
        UNION SELECT i.id FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(254) PATH '$[0]')) AS mine
          JOIN inquiries i ON LOWER(i.email) = mine.k WHERE i.account_id IS NULL
        """, id, addresses))
  }

  /// Mails to the person, and those to the secretariat that hold the person's inquiry.
  private static func mails(
    _ id: Int, _ addresses: String, _ inquiries: String, in transaction: Transaction
  ) throws -> String {
    try ids(
      transaction.rows(
        """
        SELECT id FROM outbox WHERE account_id = ?
        UNION SELECT o.id FROM JSON_TABLE(?, '$[*]' COLUMNS (k VARCHAR(254) PATH '$[0]')) AS mine
          JOIN outbox o ON LOWER(o.recipient) = mine.k WHERE o.account_id IS NULL
        UNION SELECT o.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
          JOIN outbox o ON o.kind = 'inquiry_for_office'
            AND o.subject LIKE CONCAT('%（受付番号', mine.id, '）')
        UNION SELECT e.outbox_id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]')) AS mine
          JOIN inquiry_entries e ON e.inquiry_id = mine.id WHERE e.outbox_id IS NOT NULL
        """, id, addresses, inquiries, inquiries))
  }

  private static func ids(_ rows: [Row]) throws -> String {
    list(try rows.map { String(try $0["id"] as Int) })
  }

  private static func list(_ values: [String]) -> String {
    JSONText.rows(values.map { [$0] })
  }
}
