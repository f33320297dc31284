import FastCGI
import MariaDB

/// What the secretariat does to an account. Each is one transaction, with its line in the audit
/// trail; what it changes is kept with what stood there before.
public struct MemberActions {
  let services: Services
  let actor: Int?
  let client: String

  /// - Parameters:
  ///   - actor: who does it: the session's account.
  ///   - client: from where.
  public init(_ services: Services, by actor: Int?, client: String) {
    self.services = services
    self.actor = actor
    self.client = client
  }

  /// Stores what the secretariat entered: a correction, or (代理入力) the whole profile of somebody
  /// who has none. The person is told by mail.
  /// - Parameter version: that of the profile which the form showed, 0 for none.
  /// - Returns: false, and nothing is done, where somebody else changed the profile since.
  public func enter(
    _ values: FormValues, version: Int, for record: MemberRecord
  ) throws -> Bool {
    let sender = try services.sender()
    do {
      return try services.database.transaction { transaction in
        guard let fields = try write(values, version, record, in: transaction) else { return false }
        guard !fields.isEmpty else { return true }
        try Audit.record(
          version == 0 ? "member.entered" : "member.corrected", actor: actor, subject: record.id,
          client: client, details: "fields=\(fields.joined(separator: ","))", in: transaction)
        guard let address = record.address else { return true }
        try Outbox.add(
          MailTexts.profileCorrected(
            to: address, name: ProfileView.name(values),
            fields: version == 0 ? [] : fields.map(MemberHistory.label), accountID: record.id,
            sender),
          in: transaction)
        return true
      }
    } catch let error as DatabaseError
      where error.kind == .duplicate(key: "registry_number")
    {
      throw FormRefused(
        Problem(RegistrationFields.registryNumber, "この医籍登録番号は、ほかの方の登録にあります。番号をお確かめください。"))
    }
  }

  /// The names of the fields that changed; nil where somebody was quicker.
  private func write(
    _ values: FormValues, _ version: Int, _ record: MemberRecord, in transaction: Transaction
  ) throws -> [String]? {
    // Locked, so that of two first entries at once one comes second.
    _ = try transaction.first("SELECT id FROM accounts WHERE id = ? FOR UPDATE", record.id)
    let now = try Profiles.version(of: record.id, in: transaction) ?? 0
    guard now == version else { return nil }
    if version > 0 {
      let old = try Profiles.find(record.id, in: transaction)
      if let old, Profiles.differences(old, values).isEmpty { return [] }
      return try Profiles.update(
        values, account: record.id, version: version, by: actor ?? 0, in: transaction)
    }
    try Profiles.insert(values, account: record.id, in: transaction)
    let fields = Profiles.differences(FormValues(), values)
    for field in fields {
      try MemberHistory.record(
        record.id, field, from: "", to: Profiles.text(values, field), by: actor, in: transaction)
    }
    return fields
  }

  /// Stops an account: it can't sign in, its sessions end, its mailed URLs open nothing.
  /// - Returns: false where it was stopped already.
  public func suspend(_ record: MemberRecord, reason: String) throws -> Bool {
    try services.database.transaction { transaction in
      let found = try transaction.run(
        """
        UPDATE accounts SET suspended_at = NOW(), suspended_reason = ?
        WHERE id = ? AND suspended_at IS NULL
        """, reason, record.id)
      guard found == 1 else { return false }
      try services.sessions.endAll(of: record.id, in: transaction)
      try transaction.run(
        """
        UPDATE tokens SET ended_at = NOW(), ended_by = 'replaced'
        WHERE account_id = ? AND ended_at IS NULL
        """, record.id)
      try MemberHistory.record(
        record.id, MemberHistory.suspension, from: "", to: reason, by: actor, in: transaction)
      try audit("member.suspended", record, in: transaction)
      return true
    }
  }

  /// Lets a stopped account sign in again.
  /// - Returns: false where it was not stopped.
  public func reinstate(_ record: MemberRecord) throws -> Bool {
    try services.database.transaction { transaction in
      let found = try transaction.run(
        """
        UPDATE accounts SET suspended_at = NULL, suspended_reason = NULL
        WHERE id = ? AND suspended_at IS NOT NULL
        """, record.id)
      guard found == 1 else { return false }
      try MemberHistory.record(
        record.id, MemberHistory.suspension, from: record.reason, to: "", by: actor,
        in: transaction)
      try audit("member.reinstated", record, in: transaction)
      return true
    }
  }

  /// Ends the pause after failed logins.
  public func release(_ record: MemberRecord) throws {
    guard let key = record.loginKey else { return }
    try services.database.transaction { transaction in
      try services.throttle.forgive(key, in: transaction)
      try audit("member.pause_released", record, in: transaction)
    }
  }

  /// Notes that a record was looked at.
  public func noteView(_ record: MemberRecord) throws {
    try services.database.transaction { transaction in
      try audit("member.viewed", record, in: transaction)
    }
  }

  private func audit(
    _ action: String, _ record: MemberRecord, details: String = "", in transaction: Transaction
  ) throws {
    try Audit.record(
      action, actor: actor, subject: record.id, client: client, details: details, in: transaction)
  }
}
