import MariaDB
import Membership
import Sodium

/// Made-up people for one check: accounts that no password opens, sessions and tokens of five
/// minutes. `remove` leaves nothing of them but the lines of the audit trail.
final class TrialPeople {
  private let services: Services
  private var accounts: [Int] = []
  private var sessions: [[UInt8]] = []
  private var consents: [Int] = []
  /// When the check began, by the database's clock.
  let start: String

  private var database: Database { services.database }

  init(_ services: Services) throws {
    self.services = services
    start = try services.database.first("SELECT CAST(NOW(3) AS CHAR) AS start")?["start"] ?? ""
    // Those of a check that was killed.
    try services.database.transaction { transaction in
      _ = try transaction.run(
        """
        DELETE a FROM accounts a LEFT JOIN roll r ON r.account_id = a.id
        WHERE a.number LIKE 'CHECK-%' AND a.number REGEXP '^CHECK-[0-9a-f]{8}$'
          AND r.account_id IS NULL AND a.created_at < NOW() - INTERVAL 1 HOUR
        """)
    }
  }

  /// The `Cookie` line of somebody whose session has this stage.
  func cookie(_ stage: Stage) throws -> String {
    let account = stage == .registering ? nil : try account(kind(of: stage))
    let consent = try account == nil ? self.consent(of: nil) : nil
    let secret = hexadecimal(randomBytes(32))
    let hash = blake2b(Array(secret.utf8))
    try database.transaction { transaction in
      _ = try transaction.run(
        """
        INSERT INTO sessions (token_hash, account_id, stage, consent_id, created_at, seen_at,
          idle_seconds, expires_at, client_address, user_agent)
        VALUES (?, ?, ?, ?, NOW(), NOW(), 300, NOW() + INTERVAL 300 SECOND, '127.0.0.1',
          'mamis check')
        """, hash, account, stage.rawValue, consent)
    }
    sessions.append(hash)
    return "\(cookieName)=\(secret)"
  }

  /// A cookie that no session has.
  func staleCookie() -> String { "\(cookieName)=\(hexadecimal(randomBytes(32)))" }

  var cookieName: String { services.settings.isSecure ? "__Host-session" : "session" }

  /// A token as a mail would carry it.
  func token(_ door: ScreenContract.Door) throws -> String {
    let account = door == .reset ? try self.account("member") : nil
    let consent = door == .registration ? try self.consent(of: nil) : nil
    let secret = hexadecimal(randomBytes(32))
    let email = "check-\(hexadecimal(randomBytes(4)))@check.invalid"
    try database.transaction { transaction in
      _ = try transaction.run(
        """
        INSERT INTO tokens (token_hash, purpose, account_id, email, email_key, consent_id,
          created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, NOW(), NOW() + INTERVAL 300 SECOND)
        """, blake2b(Array(secret.utf8)), door.rawValue, account, email, email, consent)
    }
    tokens.append(email)
    return secret
  }

  private var tokens: [String] = []

  /// Somebody who can sign in: login ID and password.
  func login() throws -> (loginID: String, password: String) {
    let account = try self.account("member")
    let loginID = "check\(hexadecimal(randomBytes(6)))"
    let password = "Kq7!\(hexadecimal(randomBytes(12)))"
    let hash = try hashPassword(Array(password.utf8), services.settings.passwordCost)
    try database.transaction { transaction in
      _ = try transaction.run(
        "UPDATE accounts SET login_id = ?, login_key = ?, password_hash = ? WHERE id = ?",
        loginID, loginID, hash, account)
    }
    return (loginID, password)
  }

  /// The session that an answer's cookie opens, to be looked at and removed: its hash.
  func taken(from answer: TrialAnswer) -> [UInt8]? {
    for line in answer.all("set-cookie") where line.hasPrefix("\(cookieName)=") {
      let value = line.dropFirst(cookieName.utf8.count + 1).prefix { $0 != ";" }
      let hash = blake2b(Array(value.utf8))
      sessions.append(hash)
      return hash
    }
    return nil
  }

  /// Has this consent removed at the end.
  func remember(consent: Int) { consents.append(consent) }

  func remove() throws {
    try database.transaction { transaction in
      for account in accounts {
        try transaction.run("DELETE FROM outbox WHERE account_id = ?", account)
        try transaction.run("DELETE FROM second_factors WHERE account_id = ?", account)
        try transaction.run("DELETE FROM accounts WHERE id = ?", account)
      }
      for session in sessions {
        try transaction.run("DELETE FROM sessions WHERE token_hash = ?", session)
      }
      for token in tokens {
        try transaction.run("DELETE FROM tokens WHERE email_key = ?", token)
      }
      for consent in consents {
        try transaction.run("DELETE FROM consents WHERE id = ? AND account_id IS NULL", consent)
      }
    }
  }

  private func kind(of stage: Stage) -> String {
    switch stage {
    case .secretariat, .administrator, .doctor: stage.rawValue
    default: "member"
    }
  }

  private func account(_ kind: String) throws -> Int {
    let mark = hexadecimal(randomBytes(4))
    let account = try database.transaction { transaction in
      let account = try transaction.insert(
        """
        INSERT INTO accounts (number, kind, login_id, login_key, registered_at)
        VALUES (?, ?, ?, ?, NOW())
        """, "CHECK-\(mark)", kind, "check\(mark)", "check\(mark)")
      if kind == "member" {
        try transaction.run(
          """
          INSERT INTO profiles (account_id, registry_number, registry_date, family_name_kana,
            given_name_kana, family_name, given_name, postal_code, prefecture, address,
            mobile_phone, birth_date, sex, main_specialty, university, graduation_date)
          VALUES (?, ?, '2000-01-01', 'ドウサ', 'カクニン', '動作', '確認', '100-0001', '東京都',
            '千代田区', '03-0000-0000', '1970-01-01', 'unspecified', '01', '東京大学', '1999-03')
          """, account, "C\(mark.prefix(5))")
      } else {
        try transaction.run(
          "INSERT INTO staff (account_id, name) VALUES (?, '動作 確認')", account)
      }
      return account
    }
    accounts.append(account)
    _ = try consent(of: account)
    return account
  }

  private func consent(of account: Int?) throws -> Int {
    let terms = try services.terms()
    let consent = try database.transaction { transaction in
      try transaction.insert(
        """
        INSERT INTO consents (account_id, version, text_hash, agreed_at, client_address)
        VALUES (?, ?, ?, NOW(), '127.0.0.1')
        """, account, terms.version, terms.textHash)
    }
    consents.append(consent)
    return consent
  }
}
