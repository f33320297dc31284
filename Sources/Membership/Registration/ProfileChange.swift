import FastCGI
import MariaDB
import Pages

/// A registered person's change of their own details: the fields and rules of the registration,
/// and the version that the form showed.
public struct ProfileChange {
  /// The hidden field with the profile's version.
  public static let version = OptionalField("version", "登録内容の版", .line(20))
  public static let fields: [any FormField] = [version] + RegistrationFields.profile
  /// What `fill` fills, beside the fields.
  public static let slots: Set<String> = ["changed_label", "changed_now"]
  public static let parts: Set<String> = ["changed-meanwhile", "changed-row"]

  static let changedMeanwhile = Problem(
    nil,
    "この画面を開いたあとに、登録内容が別のところで変更されました。まだ何も上書きしていません。"
      + "下の「いま登録されている内容」と見比べて、入力を直してから、もう一度「変更する」を押してください。")

  private let services: Services
  private let account: Int

  public init(of account: Int, _ services: Services) {
    self.account = account
    self.services = services
  }

  /// Puts the profile as it stands into the form. False where there is none.
  public func show(_ filling: inout Filling) throws -> Bool {
    guard let profile = try Profiles.find(account, in: services.database),
      let version = try Profiles.version(of: account, in: services.database)
    else { return false }
    filling.add(profile)
    filling.values[Self.version.name] = [String(version)]
    return true
  }

  /// Makes the change, tells the person by mail, and notes it; nothing of that where nothing
  /// differs from what is registered.
  ///
  /// Throws `FormRefused` with everything that is wrong, and where the profile was changed since
  /// the form was shown.
  public func make(_ typed: FormValues, _ request: Request) throws {
    var profile = try ProfileForm(typed, fields: Self.fields, services)
    try profile.checkRecord(
      RollRecord(of: account, in: services.database), account: account, services)
    try profile.form.passed()
    do {
      try services.database.transaction { transaction in
        guard
          let changed = try Profiles.update(
            profile.values, account: account, version: Self.shownVersion(typed), by: account,
            in: transaction)
        else { throw FormRefused(Self.changedMeanwhile) }
        guard !changed.isEmpty else { return }
        try tell(changed, request, in: transaction)
      }
    } catch let error as DatabaseError
      where error.kind == .duplicate(key: RegistrationFields.registryNumber.name)
    {
      throw FormRefused(
        Problem(RegistrationFields.registryNumber, RegistrationForm.registryNumberTaken))
    }
  }

  private func tell(
    _ changed: [String], _ request: Request, in transaction: Transaction
  ) throws {
    try Audit.record(
      "profile.changed", actor: account, subject: account, client: request.client,
      details: changed.joined(separator: " "), in: transaction)
    let row = try transaction.first("SELECT email FROM accounts WHERE id = ?", account)
    guard let email: String = try row?["email"] else { return }
    let labels = RegistrationFields.profile.filter { changed.contains($0.name) }.map(\.label)
    try Outbox.add(
      MailTexts.profileChanged(
        to: EmailAddress(email), labels: labels, accountID: account, services.sender()),
      in: transaction)
  }

  /// Where the profile was changed since the form was shown: what is registered now wherever it
  /// differs from what was typed, and the version that goes with it. Whoever sends the form again
  /// has seen it.
  public func compare(_ typed: FormValues, _ filling: inout Filling) throws {
    guard let now = try Profiles.find(account, in: services.database),
      let version = try Profiles.version(of: account, in: services.database),
      version != Self.shownVersion(typed)
    else { return }
    filling.values[Self.version.name] = [String(version)]
    let specialties = try services.specialties()
    let rows = RegistrationFields.profile.filter { field in
      let texts = typed.all(field.name)
      let normal = (try? field.normalForms(of: texts)) ?? texts
      // To the letter: kanji that Unicode calls equivalent are different in a name.
      return !normal.joined(separator: "\n").isExactly(now.all(field.name).joined(separator: "\n"))
    }.map { field in
      Filling(slots: [
        "changed_label": field.label,
        "changed_now": ProfileView.words(now.all(field.name), of: field, specialties),
      ])
    }
    guard !rows.isEmpty else { return }
    filling.parts["changed-meanwhile"] = [Filling(parts: ["changed-row": rows])]
  }

  /// The version that the form came with; 0, which no profile has, for anything else.
  private static func shownVersion(_ typed: FormValues) -> Int {
    Int(typed.first(version.name) ?? "") ?? 0
  }
}
