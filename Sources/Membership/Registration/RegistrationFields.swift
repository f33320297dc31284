/// The fields of the registration form, in the order of the page (screens.md §4). My page edits
/// the same ones.
public enum RegistrationFields {
  public static let loginID = Field("login_id", "ログインID", .loginID)
  public static let password = Field("password", "パスワード", .password)
  public static let passwordConfirm = Field(
    "password_confirm", "パスワード（確認）", .password, missing: "パスワードを、確認のためもう一度入力してください。")

  public static let registryNumber = Field("registry_number", "医籍登録番号", .registryNumber)
  public static let registryDate = Field("registry_date", "医籍登録日", .date)
  public static let familyNameKana = Field("family_name_kana", "氏名（フリガナ）のセイ", .kana(64))
  public static let givenNameKana = Field("given_name_kana", "氏名（フリガナ）のメイ", .kana(64))
  public static let familyName = Field("family_name", "氏名の姓", .personName(32))
  public static let givenName = Field("given_name", "氏名の名", .personName(32))
  public static let formerFamilyNameKana = OptionalField(
    "former_family_name_kana", "旧姓（フリガナ）", .kana(64))
  public static let formerGivenNameKana = OptionalField(
    "former_given_name_kana", "旧名（フリガナ）", .kana(64))
  public static let formerFamilyName = OptionalField("former_family_name", "旧姓", .personName(32))
  public static let formerGivenName = OptionalField("former_given_name", "旧名", .personName(32))
  public static let postalCode = Field("postal_code", "自宅現住所の郵便番号", .postalCode)
  public static let prefecture = Field(
    "prefecture", "自宅現住所の都道府県", .prefecture, missing: "自宅現住所の都道府県を選んでください。")
  public static let address = Field("address", "自宅現住所", .address(50))
  public static let mobilePhone = Field("mobile_phone", "TEL（携帯電話番号）", .phone)
  public static let phone = OptionalField("phone", "固定電話", .phone)
  public static let fax = OptionalField("fax", "FAX", .phone)
  public static let birthDate = Field("birth_date", "生年月日", .date)
  public static let sex = Field("sex", "性別", .sex, missing: "性別を選んでください。")
  public static let mainSpecialty = Field(
    "main_specialty", "主たる科名", .specialtyCode, missing: "主たる科名を選んでください。")
  public static let specialty = RepeatedField("specialty", "担当する科名", .specialtyCode, most: 10)
  // Several values may come: a partial name, and the full one chosen among its matches.
  public static let university = RepeatedField("university", "出身校", .masterName, most: 20)
  public static let universityOther = OptionalField(
    "university_other", "出身校（上欄に登録がない場合）", .fullWidth(30))
  public static let graduationDate = Field("graduation_date", "卒業年月", .yearMonth)
  public static let graduateSchool = RepeatedField(
    "graduate_school", "大学院（大学名）", .masterName, most: 20)
  public static let graduateSchoolDate = OptionalField(
    "graduate_school_date", "大学院修了年月", .yearMonth)
  public static let graduateDepartment = OptionalField(
    "graduate_department", "大学院（学部・学科名等名称）", .fullWidth(100))
  public static let degreeDate = OptionalField("degree_date", "学位取得年月（博士号）", .yearMonth)
  public static let society = RepeatedField("society", "所属学会", .masterName, most: 40)
  public static let societyOther = OptionalField(
    "society_other", "所属学会（上欄に登録がない場合）", .fullWidth(20))

  /// What makes a profile.
  public static let profile: [any FormField] = [
    registryNumber, registryDate, familyNameKana, givenNameKana, familyName, givenName,
    formerFamilyNameKana, formerGivenNameKana, formerFamilyName, formerGivenName, postalCode,
    prefecture, address, mobilePhone, phone, fax, birthDate, sex, mainSpecialty, specialty,
    university, universityOther, graduationDate, graduateSchool, graduateSchoolDate,
    graduateDepartment, degreeDate, society, societyOther,
  ]

  /// Where a field stands in a profile.
  static func place(of field: any FormField) -> Int {
    guard let place = profile.firstIndex(where: { $0.name == field.name }) else {
      preconditionFailure("\(field.name) is no field of a profile")
    }
    return place
  }

  /// Names and readings: a password is not built from them.
  static let names: [any FormField] = [
    familyNameKana, givenNameKana, familyName, givenName, formerFamilyNameKana,
    formerGivenNameKana, formerFamilyName, formerGivenName,
  ]

  /// What makes the account itself.
  public static let credentials: [any FormField] = [loginID, password, passwordConfirm]
}
