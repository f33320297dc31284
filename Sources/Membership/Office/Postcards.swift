import MariaDB
import Sodium

/// First-time credentials, as they are printed on one postcard (ID・パスワード通知ハガキ). They exist
/// in clear here only, once.
public struct Postcard: Sendable {
  public let memberNumber: String
  public let familyName: String
  public let givenName: String
  public let postalCode: String
  public let prefecture: String
  public let address: String
  public let loginID: String
  /// Printed in groups: `ABCD-EFGH-JKLM-NPQR`.
  public let password: String
  /// The last day, in Japan: `2026年12月22日`.
  public let validUntil: String
}

/// Issues first-time credentials to members who have not registered.
public struct Postcards {
  let services: Services

  /// Letters of a first-time ID: 32^10, so that guessing one is no use.
  private static let idLength = 10

  /// What a first-time password's hash costs: 10 µs instead of 20 ms, so that thousands of cards
  /// are issued while one waits. A slow hash protects passwords that people think of; these
  /// are 80 random bits that live for 30 days, and whoever stole the hashes would have to try 2^79
  /// of them for one: at 10^12 a second, 19,000 years.
  private static let cost = PasswordCost(passes: 1, memoryKiB: 8)

  /// Cards issued in one transaction.
  public static let batch = 200

  /// Issues new credentials to one member; see below.
  /// - Returns: nil where the member registered or was suspended meanwhile.
  public func issue(to account: Int, by actor: Int?, client: String = "") throws -> Postcard? {
    try issue(to: [account], by: actor, client: client).first
  }

  /// Issues new credentials to these members, in one transaction: no more than `batch` of them.
  /// Those issued before become void, and so does a URL asked for with them.
  /// - Returns: the cards, in the order of the accounts, without those of members who registered or
  ///   were suspended meanwhile.
  public func issue(
    to accounts: some Collection<Int>, by actor: Int?, client: String = "", run: Int? = nil
  ) throws -> [Postcard] {
    var passwords: [Int: FirstTimePassword] = [:]
    let fresh = try accounts.map { account in
      let password = FirstTimePassword(random: randomBytes(FirstTimePassword.length))
      passwords[account] = password
      let id = Self.newID()
      return [
        String(account), id, id.lowercased(), try hashPassword(password.canonical.bytes, Self.cost),
      ]
    }
    return try services.database.transaction { transaction in
      try store(JSONText.rows(fresh), in: transaction)
      let rows = try issued(JSONText.rows(fresh), in: transaction)
      let ids: [Int] = try rows.map { try $0["id"] }
      try replaceEarlier(ids, run, in: transaction)
      try Audit.record(
        "postcard.issued", actor: actor, subjects: ids, client: client, in: transaction)
      return try rows.compactMap { row in
        try passwords[row["id"]].map { try Self.postcard(row, $0) }
      }
    }
  }

  private func store(_ fresh: String, in transaction: Transaction) throws {
    let seconds = try secondsToLive(in: transaction)
    try transaction.run(
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
          id BIGINT UNSIGNED PATH '$[0]', login_id VARCHAR(32) PATH '$[1]',
          login_key VARCHAR(32) PATH '$[2]', hash VARCHAR(128) PATH '$[3]')) j
        STRAIGHT_JOIN accounts a ON a.id = j.id
      SET a.login_id = j.login_id, a.login_key = j.login_key, a.password_hash = j.hash,
        a.first_time_until = NOW() + INTERVAL ? SECOND, a.first_login_at = NULL
      WHERE a.kind = 'member' AND a.registered_at IS NULL AND a.suspended_at IS NULL
      """, fresh, seconds)
  }

  /// To the end of the day in Japan that the card names; periods under a day, for tests, exactly.
  private func secondsToLive(in transaction: Transaction) throws -> Int {
    let seconds = services.settings.firstTimeSeconds
    guard seconds >= 86_400 else { return seconds }
    let row = try transaction.first(
      """
      SELECT TIMESTAMPDIFF(SECOND, NOW() + INTERVAL 9 HOUR,
        TIMESTAMP(DATE(NOW() + INTERVAL 9 HOUR), '23:59:59')) AS rest
      """)
    return seconds + (try row?["rest"] ?? 0)
  }

  /// What stands on the cards of those who got the new credentials.
  private func issued(_ fresh: String, in transaction: Transaction) throws -> [Row] {
    try transaction.rows(
      """
      SELECT a.id, a.number, a.login_id, r.family_name, r.given_name, r.postal_code, r.prefecture,
        r.address,
        DATE_FORMAT(a.first_time_until + INTERVAL 9 HOUR, '%Y年%c月%e日') AS valid_until
      FROM JSON_TABLE(?, '$[*]' COLUMNS (position FOR ORDINALITY,
          id BIGINT UNSIGNED PATH '$[0]', login_key VARCHAR(32) PATH '$[2]')) j
        JOIN accounts a ON a.id = j.id AND a.login_key = j.login_key
        JOIN roll r ON r.account_id = a.id
      ORDER BY j.position
      """, fresh)
  }

  private func replaceEarlier(
    _ accounts: [Int], _ run: Int?, in transaction: Transaction
  ) throws {
    let ids = JSONText.rows(accounts.map { [String($0)] })
    try transaction.run(
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]')) j
        STRAIGHT_JOIN postcards p ON p.account_id = j.id
      SET p.void_at = NOW() WHERE p.void_at IS NULL
      """, ids)
    try transaction.run(
      """
      INSERT INTO postcards (account_id, login_id, issued_at, expires_at, run_id)
      SELECT a.id, a.login_id, NOW(), a.first_time_until, ?
      FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]')) j
        JOIN accounts a ON a.id = j.id
      """, run, ids)
    try transaction.run(
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]')) j
        STRAIGHT_JOIN sessions s ON s.account_id = j.id
      SET s.ended_at = NOW() WHERE s.ended_at IS NULL
      """, ids)
    try transaction.run(
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]')) j
        STRAIGHT_JOIN tokens t ON t.account_id = j.id
      SET t.ended_at = NOW(), t.ended_by = 'replaced'
      WHERE t.purpose = 'registration' AND t.ended_at IS NULL
      """, ids)
  }

  private static func postcard(_ row: Row, _ password: FirstTimePassword) throws -> Postcard {
    Postcard(
      memberNumber: try row["number"], familyName: try row["family_name"],
      givenName: try row["given_name"], postalCode: try row["postal_code"],
      prefecture: try row["prefecture"], address: try row["address"],
      loginID: try row["login_id"], password: password.formatted,
      validUntil: try row["valid_until"])
  }

  /// Random letters without look-alikes.
  private static func newID() -> String {
    let alphabet = FirstTimePassword.alphabet
    let letters = randomBytes(idLength).map { alphabet[Int($0) % alphabet.count] }
    return String(decoding: letters, as: UTF8.self)
  }
}
