import MariaDB

/// What the association's record says of a person, where it says anything.
public struct RollRecord: Sendable {
  public let registryNumber: String?
  /// `1975-04-01`.
  public let birthDate: String?

  init(registryNumber: String?, birthDate: String?) {
    self.registryNumber = registryNumber
    self.birthDate = birthDate
  }

  /// The record of an account; empty for a doctor who is no member.
  public init(of account: Int, in database: any SQLRunner) throws {
    let row = try database.first(
      "SELECT registry_number, birth_date FROM roll WHERE account_id = ?", account)
    registryNumber = try row?["registry_number"]
    birthDate = try row?["birth_date"]
  }
}

extension ProfileForm {
  /// One account per registry number; a member's number and birth date agree with the record.
  /// - Parameter account: whose profile it is; nil for a doctor who registers.
  mutating func checkRecord(
    _ record: RollRecord, account: Int?, _ services: Services
  ) throws {
    let fields = RegistrationFields.self
    if let number = registryNumber {
      let owner: Int? = try services.database.first(
        "SELECT account_id FROM profiles WHERE registry_number = ?", number)?["account_id"]
      if let owner, owner != account {
        refuse(Problem(fields.registryNumber, RegistrationForm.registryNumberTaken))
      } else if let known = record.registryNumber, known != number {
        refuse(Problem(fields.registryNumber, Self.disagrees("医籍登録番号")))
      }
    }
    if let birth = birthDate, let known = record.birthDate, known != birth.iso {
      refuse(Problem(fields.birthDate, Self.disagrees("生年月日")))
    }
  }

  private static func disagrees(_ label: String) -> String {
    "\(label)が、医師会の記録と一致しません。入力をお確かめのうえ、正しい場合は、画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"
  }
}
