import MariaDB
import Membership
import Sodium

/// A form that passes, and what must be in the database afterwards.
struct GoodTrial {
  let fields: [String: String]
  var cookie: String?
  /// Where the 303 leads.
  let place: String
  /// Looks for the traces and removes them; tells those that are missing.
  let missingTraces: (TrialAnswer) throws -> [String]

  /// Nil for a screen of which only a person can tell whether it worked.
  /// - Parameter mailbox: where mails of the trial go: the caller's own address.
  static func of(
    _ screen: String, _ people: TrialPeople, _ services: Services, version: String,
    mailbox: String
  ) throws -> GoodTrial? {
    let tries = Tries(people: people, services: services, mailbox: mailbox)
    switch screen {
    case "login": return try tries.login()
    case "logout": return try tries.logout()
    case "terms": return try tries.terms(version)
    case "email": return try tries.email()
    case "forgot": return try tries.forgot()
    case "inquiry": return try tries.inquiry()
    default: return nil
    }
  }
}

private struct Tries {
  let people: TrialPeople
  let services: Services
  let mailbox: String

  private var database: Database { services.database }

  func login() throws -> GoodTrial {
    let person = try people.login()
    return GoodTrial(
      fields: ["login_id": person.loginID, "password": person.password], place: "/mypage"
    ) { answer in
      try session(of: answer, stage: "member")
    }
  }

  func logout() throws -> GoodTrial {
    let cookie = try people.cookie(.member)
    let hash = blake2b(Array(cookie.dropFirst(people.cookieName.utf8.count + 1).utf8))
    return GoodTrial(fields: [:], cookie: cookie, place: "/login") { answer in
      let row = try database.first(
        "SELECT ended_at IS NOT NULL AS ended FROM sessions WHERE token_hash = ?", hash)
      let isForgotten = answer.all("set-cookie").contains {
        $0.hasPrefix("\(people.cookieName)=;") && $0.contains("Max-Age=0")
      }
      return (try row?["ended"] == true ? [] : ["the session's row is not ended"])
        + (isForgotten ? [] : ["the browser's cookie is not cleared"])
    }
  }

  func terms(_ version: String) throws -> GoodTrial {
    GoodTrial(fields: ["agree": "yes", "version": version], place: "/email") { answer in
      let terms = try services.terms()
      let problems = try session(of: answer, stage: "registering")
      guard problems.isEmpty, let hash = people.taken(from: answer) else { return problems }
      let row = try database.first(
        """
        SELECT c.id, c.version, c.text_hash FROM sessions s JOIN consents c ON c.id = s.consent_id
        WHERE s.token_hash = ?
        """, hash)
      guard let row else { return ["the session names no row in consents"] }
      people.remember(consent: try row["id"])
      let isSame: Bool =
        try row["version"] == terms.version && row["text_hash"] == terms.textHash
      return isSame ? [] : ["the consent's version or text_hash is another than the page's"]
    }
  }

  func email() throws -> GoodTrial {
    GoodTrial(
      fields: ["email": mailbox, "email_confirm": mailbox],
      cookie: try people.cookie(.registering), place: "/email/sent"
    ) { _ in
      let problems = try mail(["registration", "already_registered"], to: mailbox)
      try forget("confirmation", mailbox)
      return problems
    }
  }

  /// Of nobody: the same answer, and no mail.
  func forgot() throws -> GoodTrial {
    let nobody = "check-\(hexadecimal(randomBytes(6)))@check.invalid"
    return GoodTrial(
      fields: ["email": nobody, "login_id": "check\(hexadecimal(randomBytes(6)))"],
      place: "/password/sent"
    ) { _ in
      let sent = try database.count(
        "SELECT COUNT(*) AS n FROM outbox WHERE recipient = ?", nobody)
      try forget("reset", nobody)
      return sent == 0 ? [] : ["a stranger's address gets a mail"]
    }
  }

  func inquiry() throws -> GoodTrial {
    let lines = ["mamis check による動作確認です。対応は不要です。", "番号：\(hexadecimal(randomBytes(8)))"]
    let body = lines.joined(separator: "\n")
    return GoodTrial(
      fields: [
        "name": "動作 確認 <\"&'>", "email": mailbox, "phone": "03-0000-0000",
        "category": "other", "body": lines.joined(separator: "\r\n"),
      ], place: "/inquiry/sent"
    ) { _ in
      let row = try database.first(
        """
        SELECT id, name, email, phone, category, state FROM inquiries
        WHERE body = ? AND created_at >= ? - INTERVAL 1 SECOND
        """, body, people.start)
      guard let row else { return ["no row in inquiries has the text as it was typed"] }
      let isSame: Bool =
        try row["name"] == "動作 確認 <\"&'>" && row["email"] == mailbox
        && row["phone"] == "03-0000-0000" && row["category"] == "other" && row["state"] == "open"
      var problems = isSame ? [] : ["the inquiry's columns are not what was typed"]
      problems += try mail(["inquiry_received"], to: mailbox)
      if !services.settings.officeAddress.isEmpty {
        problems += try mail(["inquiry_for_office"], to: services.settings.officeAddress)
      }
      try forget("inquiry", mailbox)
      try database.transaction { transaction in
        _ = try transaction.run("DELETE FROM inquiries WHERE id = ?", row["id"] as Int)
      }
      return problems
    }
  }

  /// The answer's cookie opens a session of this stage.
  private func session(of answer: TrialAnswer, stage: String) throws -> [String] {
    guard let hash = people.taken(from: answer) else { return ["no session cookie comes"] }
    let row = try database.first(
      """
      SELECT stage, idle_seconds > 0 AND expires_at > NOW() AND ended_at IS NULL AS live
      FROM sessions WHERE token_hash = ?
      """, hash)
    guard let row else { return ["sessions has no row with the cookie's BLAKE2b hash"] }
    return try row["live"] && row["stage"] == stage ? [] : ["the session is no live \(stage)"]
  }

  private func mail(_ kinds: [String], to address: String) throws -> [String] {
    let found = try database.rows(
      """
      SELECT kind, state, body LIKE BINARY '%{token}%' AS marked FROM outbox
      WHERE recipient = ? AND created_at >= ? - INTERVAL 1 SECOND
      """, address, people.start)
    for row in found {
      let kind: String = try row["kind"]
      guard kinds.contains(kind) else { continue }
      let state: String = try row["state"]
      return ["waiting", "sending", "sent"].contains(state) ? [] : ["the mail \(kind) is \(state)"]
    }
    return ["the outbox has no mail \(kinds.joined(separator: " or "))"]
  }

  /// The trial counts towards no limit of the address, and leaves no token for it.
  private func forget(_ kind: String, _ address: String) throws {
    let key = address.lowercased()
    try database.transaction { transaction in
      try transaction.run(
        "DELETE FROM throttle_events WHERE subject = ? AND at >= ?",
        blake2b(Array("mail:\(kind)\u{0}\(key)".utf8)), people.start)
      try transaction.run(
        """
        DELETE FROM tokens
        WHERE email_key = ? AND account_id IS NULL AND created_at >= ? - INTERVAL 1 SECOND
        """, key, people.start)
    }
  }
}
