import FastCGI
import MariaDB

/// The change of a mail address: asked for with the password, proved by the URL that only the new
/// address gets, done with the password once more.
public struct AddressChange {
  let services: Services

  /// Sends the URL to the new address. One that is registered already gets a mail that says so;
  /// the person who asked sees no difference.
  public func ask(
    _ person: ConfirmedPerson, for address: EmailAddress, _ request: Request
  ) throws {
    let sender = try services.sender()
    try services.database.transaction { transaction in
      guard try services.throttle.admitMail(.address, to: address, request, in: transaction)
      else { return }
      let token = try services.tokens.issue(
        .email, to: address, account: person.account, consent: nil,
        seconds: services.settings.addressURLSeconds, in: transaction)
      let owner = try services.accounts.registered(with: address, in: transaction)
      // A registered address costs no more and no less than a new one.
      try services.tokens.withdraw(owner == nil ? Secret() : token, in: transaction)
      try Outbox.add(
        owner == nil
          ? MailTexts.addressConfirmation(
            to: address, token: token, hours: services.settings.addressURLHours,
            accountID: person.account, sender)
          : MailTexts.addressTaken(to: address, accountID: owner, sender),
        in: transaction)
      try Audit.record(
        "email.asked", actor: person.account, subject: person.account, client: request.client,
        in: transaction)
    }
  }

  /// How a change ended.
  public enum Outcome: Sendable {
    case changed
    /// The URL was used, replaced or ran out meanwhile.
    case gone
    /// Somebody registered with the address meanwhile.
    case taken
  }

  /// Makes the token's address, and no other, the person's own. Old and new address are told; URLs
  /// that went to the old one open nothing any more.
  public func complete(
    _ found: Tokens.Token, by person: ConfirmedPerson, _ request: Request
  ) throws -> Outcome {
    let sender = try services.sender()
    do {
      return try services.database.transaction { transaction in
        guard case .live(let token) = try services.tokens.lock(found, in: transaction),
          token.accountID == person.account
        else { return .gone }
        let new = try EmailAddress(token.email)
        let row = try transaction.first(
          "SELECT email FROM accounts WHERE id = ? FOR UPDATE", person.account)
        let old: String? = try row?["email"]
        let isOwn = try transaction.run(
          "UPDATE accounts SET email = ?, email_key = ? WHERE id = ? AND password_hash = ?",
          new.text, new.key, person.account, person.passwordHash)
        guard isOwn == 1 else { return .gone }
        try services.tokens.use(token, in: transaction)
        try services.tokens.withdrawAll(.reset, of: person.account, in: transaction)
        try keep(old ?? "", new.text, person.account, request, in: transaction)
        for mail in MailTexts.addressChanged(
          from: try old.map { try EmailAddress($0) }, to: new, accountID: person.account, sender)
        {
          try Outbox.add(mail, in: transaction)
        }
        return .changed
      }
    } catch let error as DatabaseError where error.kind == .duplicate(key: "email_key") {
      return .taken
    }
  }

  /// What stood there before, and who changed it.
  private func keep(
    _ old: String, _ new: String, _ account: Int, _ request: Request, in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO changes (at, account_id, actor_id, field, old_value, new_value)
      VALUES (NOW(3), ?, ?, 'email', ?, ?)
      """, account, account, old, new)
    try Audit.record(
      "email.changed", actor: account, subject: account, client: request.client,
      in: transaction)
  }
}

extension Services {
  public var addressChange: AddressChange { AddressChange(services: self) }
}
