import FastCGI
import MariaDB
import Sodium

/// The kinds of mail that anybody can ask for; each is limited by itself.
public enum AskedMail: String, CaseIterable, Sendable {
  case confirmation, reset, inquiry, address
}

/// What slows down guessing and mail floods (screens.md §4a). It counts in the database, so it
/// holds over any number of processes and hosts, and by what was typed, known or not, so that it
/// tells a stranger nothing.
public struct Throttle {
  let services: Services

  private var settings: Settings { services.settings }

  /// Lets a password be tried for this login key, or throws 429 with the time to wait.
  ///
  /// The try is counted as a failure beforehand, and taken back by `forgive` when the password is
  /// right: so a thousand guesses at once are still counted one by one.
  public func admitPassword(for key: String, _ request: Request) throws {
    try admit(Self.subject("login", key), Self.resetHelps, request)
  }

  /// Lets a code of the second factor be tried, counted by itself: a right password, or a new one,
  /// does not clear it.
  public func admitCode(for account: Int, _ request: Request) throws {
    try admit(Self.subject("code", String(account)), "", request)
  }

  private func admit(_ subject: [UInt8], _ hint: String, _ request: Request) throws {
    let client = Self.subject("client", request.client)
    let mostOfClient = settings[number: "CLIENT_FAILURES_PER_MINUTE"]
    let wait = try services.database.transaction { transaction -> Int in
      let failures = try transaction.count(
        """
        SELECT COUNT(*) AS n FROM throttle_events
        WHERE subject = ? AND at > NOW(3) - INTERVAL 1 MINUTE
        """, client)
      if failures >= mostOfClient { return 60 }
      let state = try lock(subject, in: transaction)
      if state.wait > 0 { return state.wait }
      try count(state, subject, in: transaction)
      return 0
    }
    guard wait == 0 else {
      services.note(.warning, "login.paused", request, [("seconds", String(wait))])
      throw FormRefused([Self.pause(wait, hint)], status: 429, retryAfter: wait)
    }
  }

  /// Counts a wrong password against the client's address.
  public func countFailure(_ request: Request, in transaction: Transaction) throws {
    let client = Self.subject("client", request.client)
    try transaction.run("INSERT INTO throttle_events (subject, at) VALUES (?, NOW(3))", client)
  }

  /// Clears the count of a login key: after a good login or a reset.
  public func forgive(_ key: String, in transaction: Transaction) throws {
    try transaction.run(
      "DELETE FROM login_failures WHERE subject = ?", Self.subject("login", key))
  }

  /// Seconds that the pause of a login key still lasts; 0 where there is none.
  public func pause(of key: String) throws -> Int {
    let row = try services.database.first(
      """
      SELECT CAST(COALESCE(TIMESTAMPDIFF(SECOND, NOW(3), paused_until), 0) AS SIGNED) AS wait
      FROM login_failures WHERE subject = ?
      """, Self.subject("login", key))
    return max(0, try row?["wait"] ?? 0)
  }

  /// Clears the count of codes: after a right one.
  public func forgiveCode(_ account: Int, in transaction: Transaction) throws {
    try transaction.run(
      "DELETE FROM login_failures WHERE subject = ?", Self.subject("code", String(account)))
  }

  /// Whether one more mail of this kind may go to this address; counts it if so. Each kind counts
  /// by itself.
  ///
  /// What one client address may ask for is for strangers: who is signed in with a postcard
  /// (`account`) counts by themselves, and a mail that was answered (`returnMail`) counts no more.
  /// So a hospital with one address for all can register three hundred people in an hour.
  public func admitMail(
    _ kind: AskedMail, to address: EmailAddress, account: Int? = nil, _ request: Request,
    in transaction: Transaction
  ) throws -> Bool {
    let subject = Self.subject("mail:\(kind.rawValue)", address.key)
    let asker = account.map { "account \($0)" } ?? request.client
    let client = Self.subject("mails:\(kind.rawValue)", asker)
    for locked in [subject, client] {
      try transaction.run(
        """
        INSERT INTO throttle_subjects (subject, at) VALUES (?, NOW(3))
        ON DUPLICATE KEY UPDATE at = NOW(3)
        """, locked)
    }
    let lately = try transaction.first(
      """
      SELECT CAST(COALESCE(SUM(at > NOW(3) - INTERVAL 1 MINUTE), 0) AS SIGNED) AS minute,
        COUNT(*) AS hour
      FROM throttle_events WHERE subject = ? AND at > NOW(3) - INTERVAL 1 HOUR
      """, subject)
    let answered = Self.subject("answered:\(kind.rawValue)", asker)
    let unanswered = try transaction.count(
      """
      SELECT CAST(COALESCE(SUM(IF(subject = ?, 1, -1)), 0) AS SIGNED) AS n
      FROM throttle_events WHERE subject IN (?, ?) AND at > NOW(3) - INTERVAL 1 HOUR
      """, client, client, answered)
    guard let lately, try lately["minute"] < settings[number: "MAILS_PER_MINUTE"],
      try lately["hour"] < settings[number: "MAILS_PER_HOUR"],
      unanswered < settings[number: "CLIENT_MAILS_PER_HOUR"]
    else {
      services.note(.warning, "mail.withheld", request, [("kind", kind.rawValue)])
      return false
    }
    for counted in [subject, client] {
      try transaction.run("INSERT INTO throttle_events (subject, at) VALUES (?, NOW(3))", counted)
    }
    return true
  }

  /// The confirmation mail of a token was read: this client filled in the form that it leads to. It
  /// counts no longer, for as long as it would have counted. Call it once a token.
  func returnMail(of token: Int, _ request: Request, in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO throttle_events (subject, at)
      SELECT ?, created_at FROM tokens WHERE id = ? AND account_id IS NULL
      """, Self.subject("answered:\(AskedMail.confirmation.rawValue)", request.client), token)
  }

  /// What is known of a subject.
  private struct State {
    var failures = 0
    /// Seconds that it still has to wait.
    var wait = 0
    /// Failures in the 24 hours that began with the first of them, and the seconds left of those.
    var today = 0
    var dayLeft = Self.day

    static let day = 86_400
  }

  /// One failure more, and the pause that follows it: until the day is over where it was the day's
  /// last (the pauses alone would let 104 guesses through in 24 hours).
  private func count(_ state: State, _ subject: [UInt8], in transaction: Transaction) throws {
    let isLast = state.today + 1 >= settings[number: "LOGIN_FAILURES_PER_DAY"]
    let pause = pause(after: state.failures + 1)
    try transaction.run(
      """
      UPDATE login_failures SET failures = ?, updated_at = NOW(), day_failures = ?,
        day_started_at = IF(? = 0, NOW(3), day_started_at),
        paused_until = NOW(3) + INTERVAL ? SECOND
      WHERE subject = ?
      """, state.failures + 1, state.today + 1, state.today,
      isLast ? max(state.dayLeft, pause) : pause, subject)
  }

  /// What is known of a subject; its row is locked.
  private func lock(_ subject: [UInt8], in transaction: Transaction) throws -> State {
    try transaction.run(
      """
      INSERT INTO login_failures (subject, failures, updated_at) VALUES (?, 0, NOW())
      ON DUPLICATE KEY UPDATE updated_at = updated_at
      """, subject)
    let row = try transaction.first(
      """
      SELECT failures, day_failures, CAST(COALESCE(
          CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), paused_until) / 1000000), 0) AS SIGNED) AS wait,
        CAST(COALESCE(
          TIMESTAMPDIFF(SECOND, NOW(3), day_started_at + INTERVAL 1 DAY), 0) AS SIGNED) AS day_left
      FROM login_failures WHERE subject = ? FOR UPDATE
      """, subject)
    guard let row else { return State() }
    var state = State(failures: try row["failures"], wait: max(0, try row["wait"]))
    if try row["day_left"] > 0 {
      state.today = try row["day_failures"]
      state.dayLeft = try row["day_left"]
    }
    return state
  }

  /// Seconds of the pause after so many failures in a row: none, then doubling to a limit.
  private func pause(after failures: Int) -> Int {
    let beyond = failures - settings[number: "LOGIN_FAILURES_BEFORE_PAUSE"]
    guard beyond >= 0 else { return 0 }
    let longest = settings[number: "LOGIN_PAUSE_MOST_SECONDS"]
    return min(settings[number: "LOGIN_PAUSE_SECONDS"] << min(beyond, 20), longest)
  }

  private static let resetHelps = "お急ぎの場合は、パスワードを再設定すると、すぐにログインできます。"

  private static func pause(_ seconds: Int, _ hint: String) -> Problem {
    let time =
      switch seconds {
      case ..<60: "\(seconds)秒"
      case ..<7200: "\((seconds + 59) / 60)分"
      default: "\((seconds + 3599) / 3600)時間"
      }
    return Problem(
      nil,
      "続けて何度か失敗したため、しばらくお待ちいただいています。\(time)ほどたってから、もう一度お試しください。"
        + hint)
  }

  /// The key of what is counted: a hash, so that the table holds no IDs and no addresses.
  static func subject(_ kind: String, _ text: String) -> [UInt8] {
    blake2b([UInt8]("\(kind)\u{0}\(text)".utf8))
  }
}
