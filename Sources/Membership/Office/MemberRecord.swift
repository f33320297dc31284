import FastCGI
import MariaDB
import Platform

/// Everything known of one member or doctor, as the secretariat sees it.
public struct MemberRecord: Sendable {
  public let id: Int
  public let number: String
  public let isDoctor: Bool
  public let isRegistered: Bool
  public let isSuspended: Bool
  /// Why, where it is suspended.
  public let reason: String
  public let loginKey: String?
  public let loginID: String
  /// The confirmed address; empty where there is none.
  public let email: String
  /// What the association's list says, under the names of the form's fields and `email`; empty for
  /// a doctor who is not a member.
  public let roll: FormValues
  /// What was registered; nil where nothing was.
  public let profile: FormValues?
  /// The profile's version, 0 where there is none.
  public let version: Int
  /// The number of the newest postcard, 0 where none was issued: a form that issues another one
  /// brings it along.
  public let postcard: Int
  /// When things happened, as days in Japan, `2026-11-02`; nil for what did not.
  public let days: Days

  /// The days of an account's life.
  public struct Days: Sendable {
    public let issued: String?
    public let validUntil: String?
    public let isExpired: Bool
    public let firstLogin: String?
    public let lastLogin: String?
    public let registered: String?
    public let suspended: String?
    public let agreed: String?
  }

  /// Where a postcard may be issued: to a member who has not registered.
  public var canBeIssued: Bool { !isDoctor && !isRegistered && !isSuspended }

  /// Where mails about the account go: the confirmed address, else the one on the list.
  public var address: EmailAddress? {
    if let confirmed = try? EmailAddress(email) { return confirmed }
    return try? EmailAddress(roll.first("email") ?? "")
  }

  /// Family and given name: those registered, else those of the list.
  public var name: String { ProfileView.name(profile ?? roll) }

  /// The record of this member number; nil where nobody but perhaps staff has it.
  public static func find(_ number: String, in database: any SQLRunner) throws -> MemberRecord? {
    guard let row = try account(number, in: database) else { return nil }
    let id: Int = try row["id"]
    return MemberRecord(
      id: id, number: try row["number"], isDoctor: try row["kind"] == "doctor",
      isRegistered: try row["registered"] != (nil as String?),
      isSuspended: try row["suspended"] != (nil as String?), reason: try row["reason"],
      loginKey: try row["login_key"], loginID: try row["login_id"], email: try row["email"],
      roll: try roll(id, in: database), profile: try Profiles.find(id, in: database),
      version: try row["version"] ?? 0, postcard: try row["postcard"] ?? 0, days: try days(row))
  }

  private static func account(_ number: String, in database: any SQLRunner) throws -> Row? {
    try database.first(
      """
      SELECT a.id, a.number, a.kind, a.login_key, COALESCE(a.login_id, '') AS login_id,
        COALESCE(a.email, '') AS email, COALESCE(a.suspended_reason, '') AS reason,
        p.version,
        (SELECT MAX(c.id) FROM postcards c WHERE c.account_id = a.id) AS postcard,
        DATE_FORMAT((SELECT MAX(c.issued_at) FROM postcards c WHERE c.account_id = a.id)
          + INTERVAL 9 HOUR, '%Y-%m-%d') AS issued,
        DATE_FORMAT(a.first_time_until + INTERVAL 9 HOUR, '%Y-%m-%d') AS valid_until,
        COALESCE(a.first_time_until <= NOW(), 0) AS is_expired,
        DATE_FORMAT(a.first_login_at + INTERVAL 9 HOUR, '%Y-%m-%d') AS first_login,
        DATE_FORMAT(a.last_login_at + INTERVAL 9 HOUR, '%Y-%m-%d') AS last_login,
        DATE_FORMAT(a.registered_at + INTERVAL 9 HOUR, '%Y-%m-%d') AS registered,
        DATE_FORMAT(a.suspended_at + INTERVAL 9 HOUR, '%Y-%m-%d') AS suspended,
        DATE_FORMAT((SELECT MAX(s.agreed_at) FROM consents s WHERE s.account_id = a.id)
          + INTERVAL 9 HOUR, '%Y-%m-%d') AS agreed
      FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id
      WHERE a.number = ? AND a.kind IN ('member', 'doctor')
      """, number)
  }

  private static func days(_ row: Row) throws -> Days {
    Days(
      issued: try row["issued"], validUntil: try row["valid_until"],
      isExpired: try row["is_expired"], firstLogin: try row["first_login"],
      lastLogin: try row["last_login"], registered: try row["registered"],
      suspended: try row["suspended"], agreed: try row["agreed"])
  }

  /// The columns of the roll that a form has fields for, in their order.
  static let rollFields = [
    "registry_number", "family_name_kana", "given_name_kana", "family_name", "given_name",
    "postal_code", "prefecture", "address", "birth_date",
  ]

  private static func roll(_ id: Int, in database: any SQLRunner) throws -> FormValues {
    var values = FormValues()
    let row = try database.first(
      """
      SELECT COALESCE(registry_number, '') AS registry_number, family_name_kana, given_name_kana,
        family_name, given_name, postal_code, prefecture, address,
        COALESCE(DATE_FORMAT(birth_date, '%Y/%m/%d'), '') AS birth_date, email
      FROM roll WHERE account_id = ?
      """, id)
    guard let row else { return values }
    for field in rollFields + ["email"] {
      let text: String = try row[field]
      if !text.isEmpty { values.append(field, text) }
    }
    return values
  }
}
