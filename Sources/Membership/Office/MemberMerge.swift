import FastCGI
import MariaDB
import Pages

/// A doctor who registered by themselves and turns out to be a member: the two accounts become one.
///
/// Only where register number and birth date agree, the member has not registered, and a person of
/// the secretariat says so. The doctor's account stays, with login ID, password, address, profile
/// and consent, and takes over the member's number, record and history; the member's account, which
/// had first-time credentials at the most, goes.
public struct MemberMerge: Sendable {
  public let member: MemberRecord
  public let doctor: MemberRecord

  /// The slots of the table in which both stand side by side.
  public static let slots: Set<String> = ["label", "of_member", "of_doctor", "other"]

  /// The account that this one may be the same person as; nil where there is none.
  public static func candidate(
    for record: MemberRecord, in database: any SQLRunner
  ) throws -> MemberMerge? {
    let row =
      record.isDoctor
      ? try database.first(
        """
        SELECT m.number FROM profiles p
          JOIN roll r ON r.registry_number = p.registry_number AND r.birth_date = p.birth_date
          JOIN accounts m ON m.id = r.account_id
        WHERE p.account_id = ? AND m.kind = 'member' AND m.registered_at IS NULL LIMIT 1
        """, record.id)
      : try database.first(
        """
        SELECT d.number FROM roll r
          JOIN profiles p ON p.registry_number = r.registry_number AND p.birth_date = r.birth_date
          JOIN accounts d ON d.id = p.account_id
        WHERE r.account_id = ? AND d.kind = 'doctor' AND d.registered_at IS NOT NULL LIMIT 1
        """, record.id)
    guard record.isDoctor || !record.isRegistered, let row,
      let other = try MemberRecord.find(try row["number"], in: database)
    else { return nil }
    return record.isDoctor
      ? MemberMerge(member: other, doctor: record) : MemberMerge(member: record, doctor: other)
  }

  /// The other account's number.
  public func other(than record: MemberRecord) -> String {
    record.isDoctor ? member.number : doctor.number
  }

  /// Both side by side, a row a field.
  public var rows: [Named<String>] {
    let registered = doctor.profile ?? FormValues()
    func row(_ label: String, _ fields: String...) -> Named<String> {
      func text(_ values: FormValues) -> String {
        let words = fields.compactMap { values.first($0) }.joined(separator: " ")
        return words.isEmpty ? "（なし）" : words
      }
      return ["label": label, "of_member": text(member.roll), "of_doctor": text(registered)]
    }
    return [
      ["label": "会員番号", "of_member": member.number, "of_doctor": doctor.number],
      row("氏名", "family_name", "given_name"),
      row("フリガナ", "family_name_kana", "given_name_kana"),
      row("旧姓・旧名", "former_family_name", "former_given_name"),
      row("医籍登録番号", "registry_number"), row("生年月日", "birth_date"),
      row("郵便番号", "postal_code"), row("住所", "prefecture", "address"),
      [
        "label": "メールアドレス", "of_member": member.roll.first("email") ?? "（なし）",
        "of_doctor": doctor.email,
      ],
    ]
  }

  /// Makes one account of the two.
  /// - Returns: false, and nothing is done, where they changed since they were shown.
  public func run(_ services: Services, by actor: Int?, client: String) throws -> Bool {
    let sender = try services.sender()
    return try services.database.transaction { transaction in
      guard try isStillRight(in: transaction) else { return false }
      try moveRecords(in: transaction)
      try transaction.run("DELETE FROM accounts WHERE id = ?", member.id)
      try transaction.run(
        "UPDATE accounts SET kind = 'member', number = ? WHERE id = ?", member.number, doctor.id)
      // Signed in as a doctor: the next login is a member's.
      try services.sessions.endAll(of: doctor.id, in: transaction)
      try Directory.refresh(doctor.id, in: transaction)
      try MemberHistory.record(
        doctor.id, "number", from: doctor.number, to: member.number, by: actor, in: transaction)
      try Audit.record(
        "members.merged", actor: actor, subject: doctor.id, client: client,
        details: "from=\(member.id)", in: transaction)
      if let address = doctor.address {
        try Outbox.add(
          MailTexts.accountsMerged(
            to: address, name: doctor.name, number: member.number, accountID: doctor.id, sender),
          in: transaction)
      }
      return true
    }
  }

  /// Both accounts, locked, are still what they were, and number and birth date agree.
  private func isStillRight(in transaction: Transaction) throws -> Bool {
    try transaction.first(
      """
      SELECT m.id FROM accounts m JOIN accounts d JOIN roll r ON r.account_id = m.id
        JOIN profiles p ON p.account_id = d.id
          AND p.registry_number = r.registry_number AND p.birth_date = r.birth_date
      WHERE m.id = ? AND m.number = ? AND m.kind = 'member' AND m.registered_at IS NULL
        AND d.id = ? AND d.number = ? AND d.kind = 'doctor' AND d.registered_at IS NOT NULL
      FOR UPDATE
      """, member.id, member.number, doctor.id, doctor.number) != nil
  }

  /// What is known of the member goes to the account that stays. Sessions and mailed URLs go with
  /// the other one.
  private func moveRecords(in transaction: Transaction) throws {
    let (to, from) = (doctor.id, member.id)
    try transaction.run("UPDATE roll SET account_id = ? WHERE account_id = ?", to, from)
    try transaction.run(
      "UPDATE postcards SET account_id = ?, void_at = COALESCE(void_at, NOW()) WHERE account_id = ?",
      to, from)
    try transaction.run("UPDATE consents SET account_id = ? WHERE account_id = ?", to, from)
    try transaction.run("UPDATE changes SET account_id = ? WHERE account_id = ?", to, from)
    try transaction.run("UPDATE logins SET account_id = ? WHERE account_id = ?", to, from)
    try transaction.run("UPDATE outbox SET account_id = ? WHERE account_id = ?", to, from)
    try transaction.run("UPDATE inquiries SET account_id = ? WHERE account_id = ?", to, from)
  }
}
