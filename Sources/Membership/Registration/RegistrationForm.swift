import FastCGI
import MariaDB
import Sodium

/// The registration form: the profile, and the login ID and password that the person chooses.
public struct RegistrationForm {
  private typealias Fields = RegistrationFields

  /// The hidden field that carries a mailed URL's token; empty where a draft's session stands in.
  public static let token = OptionalField("token", "トークン", .line(64))
  public static let fields: [any FormField] = [token] + Fields.credentials + Fields.profile

  private var profile: ProfileForm
  private let typed: FormValues

  /// Holds what was typed against every rule, those against other accounts and the association's
  /// record included.
  public init(
    _ typed: FormValues, for token: Tokens.Token, _ services: Services
  ) throws {
    self.typed = typed
    profile = try ProfileForm(typed, fields: Self.fields, services)
    let own = try Self.ownRecord(token.accountID, services)
    // First what the database is asked.
    try checkLoginID(own, services)
    try profile.checkRecord(
      RollRecord(registryNumber: own?.registryNumber, birthDate: own?.birthDate),
      account: token.accountID, services)
    try checkPassword(token, own, services)
  }

  /// The normal forms of all fields but the passwords, and the password's hash. Throws
  /// `FormRefused` with everything that is wrong.
  public func draft(
    _ cost: @autoclosure () -> PasswordCost
  ) throws -> (values: FormValues, passwordHash: String) {
    try profile.form.passed()
    var values = profile.values
    values.append(Fields.loginID.name, try profile.form[Fields.loginID].text)
    let password = try profile.form[Fields.password]
    return (values, try hashPassword(password.bytes, cost()))
  }

  /// What the association's record says of a member who registers.
  private struct OwnRecord {
    let loginKey: String?
    let passwordHash: String?
    let registryNumber: String?
    let birthDate: String?
  }

  private static func ownRecord(_ account: Int?, _ services: Services) throws -> OwnRecord? {
    guard let account else { return nil }
    let row = try services.database.first(
      """
      SELECT a.login_key, a.password_hash, r.registry_number, r.birth_date
      FROM accounts a LEFT JOIN roll r ON r.account_id = a.id WHERE a.id = ?
      """, account)
    return try row.map { row in
      OwnRecord(
        loginKey: try row["login_key"], passwordHash: try row["password_hash"],
        registryNumber: try row["registry_number"], birthDate: try row["birth_date"])
    }
  }

  private mutating func checkLoginID(_ own: OwnRecord?, _ services: Services) throws {
    guard let id = profile.form.valid(Fields.loginID) else { return }
    if id.key == own?.loginKey {
      profile.refuse(Problem(Fields.loginID, "ログインIDは、ハガキに印刷された初回用のIDとは別のものにしてください。"))
    } else if try services.database.first(
      "SELECT id FROM accounts WHERE login_key = ?", id.key) != nil
    {
      profile.refuse(Problem(Fields.loginID, RegistrationForm.loginIDTaken))
    }
  }

  private mutating func checkPassword(
    _ token: Tokens.Token, _ own: OwnRecord?, _ services: Services
  ) throws {
    guard let password = profile.form.valid(Fields.password) else { return }
    var isFirstTime: (@Sendable (FirstTimePassword) -> Bool)?
    if let hash = own?.passwordHash {
      isFirstTime = { isPassword($0.canonical.bytes, of: hash) }
    }
    let context = PasswordContext(
      common: try services.commonPasswords(),
      loginID: typed.first(Fields.loginID.name) ?? "", email: token.email,
      names: profile.names, isFirstTime: isFirstTime)
    for problem in NewPassword.problems(
      password, confirmed: profile.form.valid(Fields.passwordConfirm), context, services)
    {
      profile.refuse(problem)
    }
  }

  public static let loginIDTaken = "このログインIDは、すでに使われています。別のログインIDを入力してください。"
  public static let registryNumberTaken =
    "この医籍登録番号は、すでに登録されています。お心当たりがない場合は、画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"
  public static let emailTaken =
    "このメールアドレスは、ほかの登録で使われています。別のメールアドレスで、はじめからお手続きください。"
}

/// A new password and its repetition, held against the association's policy.
public enum NewPassword {
  /// What is wrong, bound to the fields `password` and `password_confirm`.
  public static func problems(
    _ password: Password, confirmed: Password?, _ context: PasswordContext, _ services: Services
  ) -> [Problem] {
    var problems = services.settings.passwordPolicy.problems(password, context: context).map {
      Problem(RegistrationFields.password, $0.sentence(about: "パスワード"))
    }
    if let confirmed, confirmed != password {
      problems.append(
        Problem(RegistrationFields.passwordConfirm, "2つのパスワードが違っています。同じものをもう一度入力してください。"))
    }
    return problems
  }
}
