import FastCGI
import MariaDB

/// The profile of an account: what the person registered, as names and normal forms.
public enum Profiles {
  /// Stores the profile of somebody who registers: a new one, or in the place of one that the
  /// secretariat had entered on the person's behalf.
  static func register(_ values: FormValues, account: Int, in transaction: Transaction) throws {
    if let version = try version(of: account, in: transaction) {
      _ = try update(values, account: account, version: version, by: account, in: transaction)
    } else {
      try insert(values, account: account, in: transaction)
    }
  }

  /// Stores a new profile. Throws `duplicate(key: "registry_number")` where the number is taken.
  static func insert(_ values: FormValues, account: Int, in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO profiles (account_id, registry_number, registry_date, family_name_kana,
        given_name_kana, family_name, given_name, former_family_name_kana,
        former_given_name_kana, former_family_name, former_given_name, postal_code,
        prefecture, address, mobile_phone, phone, fax, birth_date, sex, main_specialty,
        university, university_other, graduation_date, graduate_school, graduate_school_date,
        graduate_department, degree_date, society_other)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, values: [account.bound] + columns(of: values)
    ) { _ in }
    try insertRepeated(values, account: account, in: transaction)
    try Directory.refresh(account, in: transaction)
  }

  /// Changes a profile, and keeps what stood there before.
  /// - Parameters:
  ///   - version: that of the profile which the form showed.
  ///   - actor: the person, or who does it on their behalf.
  /// - Returns: the names of the fields that changed; nil, and nothing is done, where somebody
  ///   else changed the profile since.
  public static func update(
    _ values: FormValues, account: Int, version: Int, by actor: Int, in transaction: Transaction
  ) throws -> [String]? {
    guard let old = try find(account, in: transaction) else { return nil }
    let changed = differences(old, values)
    // Nothing is overwritten where nothing differs, whatever was changed since.
    guard !changed.isEmpty else { return [] }
    let found = try transaction.run(
      """
      UPDATE profiles SET registry_number = ?, registry_date = ?, family_name_kana = ?,
        given_name_kana = ?, family_name = ?, given_name = ?, former_family_name_kana = ?,
        former_given_name_kana = ?, former_family_name = ?, former_given_name = ?, postal_code
        = ?, prefecture = ?, address = ?, mobile_phone = ?, phone = ?, fax = ?, birth_date =
        ?, sex = ?, main_specialty = ?, university = ?, university_other = ?, graduation_date
        = ?, graduate_school = ?, graduate_school_date = ?, graduate_department = ?,
        degree_date = ?, society_other = ?, version = version + 1
      WHERE account_id = ? AND version = ?
      """, values: columns(of: values) + [account.bound, version.bound]
    ) { _ in }.affected
    guard found == 1 else { return nil }
    try transaction.run("DELETE FROM profile_specialties WHERE account_id = ?", account)
    try transaction.run("DELETE FROM profile_societies WHERE account_id = ?", account)
    try insertRepeated(values, account: account, in: transaction)
    try Directory.refresh(account, in: transaction)
    for field in changed {
      try transaction.run(
        """
        INSERT INTO changes (at, account_id, actor_id, field, old_value, new_value)
        VALUES (NOW(3), ?, ?, ?, ?, ?)
        """, account, actor, field, text(old, field), text(values, field))
    }
    return changed
  }

  /// The names of the fields in which two profiles differ, in the order of the form.
  public static func differences(_ old: FormValues, _ new: FormValues) -> [String] {
    RegistrationFields.profile.map(\.name).filter { !text(old, $0).isExactly(text(new, $0)) }
  }

  /// A field's value as one text: the values of a repeated one with 、 between.
  public static func text(_ values: FormValues, _ field: String) -> String {
    values.all(field).joined(separator: "、")
  }

  /// The version of a profile, to be sent back with the form that changes it.
  public static func version(of account: Int, in database: any SQLRunner) throws -> Int? {
    try database.first("SELECT version FROM profiles WHERE account_id = ?", account)?["version"]
  }

  /// How the database keeps a field of a profile.
  private enum Column {
    case text, date
    /// In a table of its own; read as the lines of one text.
    case lines
  }

  /// The fields of a profile, in the order of the statements here.
  private static let columns = RegistrationFields.profile.map { field -> (name: String, Column) in
    switch field.name {
    case Fields.specialty.name, Fields.society.name: (field.name, .lines)
    default: (field.name, field.name.hasSuffix("_date") ? .date : .text)
    }
  }

  /// The values of those that stand in a column of their own.
  private static func columns(of values: FormValues) -> [Value] {
    columns.compactMap { name, column in
      let text = values.first(name) ?? ""
      switch column {
      case .text: return .text(text)
      case .date: return .text(iso(text))
      case .lines: return nil
      }
    }
  }

  private static func insertRepeated(
    _ values: FormValues, account: Int, in transaction: Transaction
  ) throws {
    for (position, code) in values.all(Fields.specialty.name).enumerated() {
      try transaction.run(
        "INSERT INTO profile_specialties (account_id, position, code) VALUES (?, ?, ?)",
        account, position, code)
    }
    for (position, name) in values.all(Fields.society.name).enumerated() {
      try transaction.run(
        "INSERT INTO profile_societies (account_id, position, name) VALUES (?, ?, ?)",
        account, position, name)
    }
  }

  /// The profile of an account, under the names of the form's fields; nil where there is none.
  public static func find(_ account: Int, in database: any SQLRunner) throws -> FormValues? {
    guard
      let row = try database.first(
        """
        SELECT registry_number, registry_date, family_name_kana, given_name_kana, family_name,
          given_name, former_family_name_kana, former_given_name_kana, former_family_name,
          former_given_name, postal_code, prefecture, address, mobile_phone, phone, fax,
          birth_date, sex, main_specialty, university, university_other, graduation_date,
          graduate_school, graduate_school_date, graduate_department, degree_date, society_other,
          (SELECT GROUP_CONCAT(code ORDER BY position SEPARATOR 0x0A) FROM profile_specialties s
            WHERE s.account_id = p.account_id) AS specialty,
          (SELECT GROUP_CONCAT(name ORDER BY position SEPARATOR 0x0A) FROM profile_societies s
            WHERE s.account_id = p.account_id) AS society
        FROM profiles p WHERE account_id = ?
        """, account)
    else { return nil }
    var values = FormValues(expecting: columns.count)
    for (name, column) in columns {
      switch column {
      case .lines:
        let lines: String? = try row[name]
        for line in (lines ?? "").utf8.split(separator: UInt8(ascii: "\n")) {
          values.append(name, String(Substring(line)))
        }
      case .text, .date:
        let text: String = try row[name]
        if !text.isEmpty { values.append(name, column == .date ? shown(text) : text) }
      }
    }
    return values
  }

  private typealias Fields = RegistrationFields

  /// Dates stand in the database as `1975-04-01`, in forms and on pages as `1975/04/01`.
  private static func iso(_ shown: String) -> String {
    replacing(UInt8(ascii: "/"), by: UInt8(ascii: "-"), in: shown)
  }
  private static func shown(_ iso: String) -> String {
    replacing(UInt8(ascii: "-"), by: UInt8(ascii: "/"), in: iso)
  }

  private static func replacing(_ old: UInt8, by new: UInt8, in text: String) -> String {
    String(decoding: text.utf8.map { $0 == old ? new : $0 }, as: UTF8.self)
  }
}
