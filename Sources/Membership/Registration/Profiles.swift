import FastCGI
import MariaDB

/// The profile of an account: what the person registered, as names and normal forms.
public enum Profiles {
  /// Stores a new profile. Throws `duplicate(key: "registry_number")` where the number is taken.
  static func insert(_ values: FormValues, account: Int, in transaction: Transaction) throws {
    func text(_ field: any FormField) -> String { values.first(field.name) ?? "" }
    func date(_ field: any FormField) -> String { iso(text(field)) }
    try transaction.run(
      """
      INSERT INTO profiles (account_id, registry_number, registry_date, family_name_kana,
        given_name_kana, family_name, given_name, former_family_name_kana,
        former_given_name_kana, former_family_name, former_given_name, postal_code, prefecture,
        address, mobile_phone, phone, fax, birth_date, sex, main_specialty, university,
        university_other, graduation_date, graduate_school, graduate_school_date,
        graduate_department, degree_date, society_other)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      account, text(Fields.registryNumber), date(Fields.registryDate), text(Fields.familyNameKana),
      text(Fields.givenNameKana), text(Fields.familyName), text(Fields.givenName),
      text(Fields.formerFamilyNameKana), text(Fields.formerGivenNameKana),
      text(Fields.formerFamilyName), text(Fields.formerGivenName), text(Fields.postalCode),
      text(Fields.prefecture), text(Fields.address), text(Fields.mobilePhone), text(Fields.phone),
      text(Fields.fax), date(Fields.birthDate), text(Fields.sex), text(Fields.mainSpecialty),
      text(Fields.university), text(Fields.universityOther), date(Fields.graduationDate),
      text(Fields.graduateSchool), date(Fields.graduateSchoolDate),
      text(Fields.graduateDepartment), date(Fields.degreeDate), text(Fields.societyOther))
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
          graduate_school, graduate_school_date, graduate_department, degree_date, society_other
        FROM profiles WHERE account_id = ?
        """, account)
    else { return nil }
    var values = FormValues()
    for field in RegistrationFields.profile {
      switch field.name {
      case Fields.specialty.name:
        let codes = try database.rows(
          "SELECT code FROM profile_specialties WHERE account_id = ? ORDER BY position", account)
        for code in codes { values.append(field.name, try code["code"]) }
      case Fields.society.name:
        let names = try database.rows(
          "SELECT name FROM profile_societies WHERE account_id = ? ORDER BY position", account)
        for name in names { values.append(field.name, try name["name"]) }
      default:
        let text: String = try row[field.name]
        let isDate = field.name.hasSuffix("_date")
        if !text.isEmpty { values.append(field.name, isDate ? shown(text) : text) }
      }
    }
    return values
  }

  private typealias Fields = RegistrationFields

  /// Dates stand in the database as `1975-04-01`, in forms and on pages as `1975/04/01`.
  private static func iso(_ shown: String) -> String { replacing("/", by: "-", in: shown) }
  private static func shown(_ iso: String) -> String { replacing("-", by: "/", in: iso) }

  private static func replacing(_ old: Character, by new: Character, in text: String) -> String {
    String(text.map { $0 == old ? new : $0 })
  }
}
