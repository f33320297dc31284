import MariaDB
import Membership
import Sodium

/// Fills a database with made-up accounts, as the system itself would have written them.
///
/// The server makes the rows (INSERT … SELECT over a sequence): a million accounts with all that
/// belongs to them take some minutes. Everything follows from an account's number N, so the same
/// number of accounts is the same database:
///
///   N % 20    0–11 registered members, 12–13 registered doctors, 14–18 members with a postcard
///             (18: signed in once, and asked for a registration URL), 19 not asked yet
///   N % 500   7: suspended
///
/// One Argon2id hash serves all who are registered, one of a postcard's kind all others.
struct BenchSeed {
  /// Registry numbers have six digits, and no two doctors share one.
  static let mostAccounts = 1_000_000

  static let password = "Ringo-9-mikan"
  static let firstTimePassword = "BENC-HBEN-CHBE-NCH2"

  /// Accounts a transaction.
  private static let batch = 10_000

  let database: Database
  let cost: PasswordCost
  let terms: TermsText

  /// The cookie of account N, or the registration token: known, so that a load test can send it.
  static func secret(_ kind: String, _ number: Int) -> String {
    hexadecimal(sha256([UInt8]("mamis bench \(kind) \(number)".utf8)))
  }

  /// Whether there are people that this program did not make.
  func hasOthers() throws -> Bool {
    try database.first(
      """
      SELECT id FROM accounts
      WHERE kind IN ('member', 'doctor') AND number NOT LIKE 'BENCH_______' LIMIT 1
      """) != nil
  }

  /// Adds what is missing.
  /// - Returns: how many accounts and sessions there are now.
  func fill(accounts: Int, sessions: Int) throws -> (accounts: Int, sessions: Int) {
    try prepare()
    try addOffice()
    let there = try database.count(
      """
      SELECT COUNT(*) AS n FROM accounts
      WHERE number >= 'BENCH0000001' AND number <= 'BENCH9999999'
      """)
    var first = there + 1
    while first <= accounts {
      let last = min(first + Self.batch - 1, accounts)
      try database.transaction { try add(first, last, in: $0) }
      first = last + 1
    }
    try addSessions(upTo: sessions)
    if there < accounts { try measure() }
    return (max(there, accounts), try sessionCount())
  }

  /// Temporary tables: names and their keys, places, masters by number.
  private func prepare() throws {
    guard try database.first("SELECT code FROM postal_codes LIMIT 1") != nil else {
      throw Failure("there are no master lists: run `mamis masters import` first")
    }
    try database.administer("SET unique_checks = 0, foreign_key_checks = 0")
    try database.administer(
      """
      CREATE OR REPLACE TEMPORARY TABLE bench_names (n INT PRIMARY KEY, family VARCHAR(64),
        given VARCHAR(64), family_kana VARCHAR(64), given_kana VARCHAR(64), sort_kana VARCHAR(100))
      """)
    try database.administer(
      """
      CREATE OR REPLACE TEMPORARY TABLE bench_keys (n INT, name_key VARCHAR(64),
        PRIMARY KEY (n, name_key))
      """)
    try database.administer(
      """
      CREATE OR REPLACE TEMPORARY TABLE bench_places (n INT PRIMARY KEY)
      SELECT CAST(ROW_NUMBER() OVER (ORDER BY code) - 1 AS INT) AS n, code, prefecture,
        CONCAT(city, town) AS place
      FROM postal_codes WHERE position = 1 AND town <> '' AND CRC32(code) % 60 = 0
        AND CHAR_LENGTH(city) + CHAR_LENGTH(town) < 30
      """)
    try database.administer(
      """
      CREATE OR REPLACE TEMPORARY TABLE bench_universities (n INT PRIMARY KEY)
      SELECT CAST(ROW_NUMBER() OVER (ORDER BY code) - 1 AS INT) AS n, name FROM universities
      """)
    try database.administer(
      """
      CREATE OR REPLACE TEMPORARY TABLE bench_people (id BIGINT UNSIGNED PRIMARY KEY, n INT, s INT,
        name INT, place INT, birth DATE, registry CHAR(6), dice INT UNSIGNED, KEY (n))
      """)
    let names = JSONRows(BenchNames.names).text
    let keys = JSONRows(BenchNames.keys).text
    try database.transaction { transaction in
      try transaction.run(
        """
        INSERT INTO bench_names SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]',
          family VARCHAR(64) PATH '$[1]', given VARCHAR(64) PATH '$[2]',
          family_kana VARCHAR(64) PATH '$[3]', given_kana VARCHAR(64) PATH '$[4]',
          sort_kana VARCHAR(100) PATH '$[5]')) AS j
        """, names)
      try transaction.run(
        """
        INSERT INTO bench_keys SELECT * FROM JSON_TABLE(?, '$[*]' COLUMNS (
          n INT PATH '$[0]', name_key VARCHAR(64) PATH '$[1]')) AS j
        """, keys)
    }
  }

  /// The secretariat's account, an administrator, and its session: secret number 0.
  private func addOffice() throws {
    guard try database.first("SELECT id FROM accounts WHERE login_key = 'benchoffice'") == nil
    else { return }
    let hash = try hashPassword([UInt8](Self.password.utf8), cost)
    try database.transaction { transaction in
      let id = try transaction.insert(
        """
        INSERT INTO accounts (number, kind, login_id, login_key, password_hash, registered_at)
        VALUES ('SBENCH', 'administrator', 'benchoffice', 'benchoffice', ?, NOW())
        """, hash)
      try transaction.run("INSERT INTO staff (account_id, name) VALUES (?, '負荷 試子')", id)
      try addSessions([(0, id, "administrator")], in: transaction)
      try Audit.record("staff.added", actor: nil, subject: id, in: transaction)
    }
  }

  private func sessionCount() throws -> Int {
    try database.count("SELECT COUNT(*) AS n FROM sessions WHERE user_agent = 'mamis bench'")
  }

  /// Up-to-date statistics: the server chooses its plans by them.
  private func measure() throws {
    try database.administer(
      """
      ANALYZE TABLE accounts, roll, profiles, profile_specialties, profile_societies, name_keys,
        postcards, consents, sessions, tokens, logins, audit
      """)
  }

  // Sessions and tokens: their hashes are BLAKE2b, which the server does not have.

  private func addSessions(upTo most: Int) throws {
    var next = 1
    while next <= most {
      let rows = try database.rows(
        """
        SELECT id, CAST(SUBSTRING(number, 6) AS INT) AS n, kind,
          registered_at IS NOT NULL AS is_registered, first_login_at IS NOT NULL AS has_come
        FROM accounts
        WHERE number >= CONCAT('BENCH', LPAD(?, 7, '0')) AND number <= 'BENCH9999999'
        ORDER BY number LIMIT ?
        """, next, min(Self.batch, most - next + 1))
      guard !rows.isEmpty else { return }
      let sessions = try rows.map { row in
        let kind: String = try row["kind"]
        return (
          number: try row["n"] as Int, account: try row["id"] as Int,
          stage: try row["is_registered"] ? kind : "first_login"
        )
      }
      let waiting = try rows.filter { try !$0["is_registered"] && $0["has_come"] }.map { row in
        (number: try row["n"] as Int, account: try row["id"] as Int)
      }
      try database.transaction { transaction in
        try addSessions(sessions, in: transaction)
        try addTokens(waiting, in: transaction)
      }
      next += Self.batch
    }
  }

  /// Open for ninety days, and last used in sixty: so no request has to write the time of last use,
  /// and a measurement is of what was asked for.
  private func addSessions(
    _ sessions: [(number: Int, account: Int, stage: String)], in transaction: Transaction
  ) throws {
    let rows = JSONRows(
      try sessions.map { session in
        let hash = try Self.hash(of: Self.secret("session", session.number))
        return [hash, String(session.account), session.stage]
      })
    try transaction.run(
      """
      INSERT IGNORE INTO sessions (token_hash, account_id, stage, created_at, seen_at,
        idle_seconds, expires_at, client_address, user_agent)
      SELECT UNHEX(hash), account, stage, NOW(), NOW() + INTERVAL 60 DAY, 2592000,
        NOW() + INTERVAL 90 DAY, '192.0.2.1', 'mamis bench'
      FROM JSON_TABLE(?, '$[*]' COLUMNS (hash CHAR(64) PATH '$[0]',
        account BIGINT UNSIGNED PATH '$[1]', stage VARCHAR(20) PATH '$[2]')) AS j
      ORDER BY hash
      """, rows.text)
  }

  private func addTokens(
    _ tokens: [(number: Int, account: Int)], in transaction: Transaction
  ) throws {
    let rows = JSONRows(
      try tokens.map { token in
        [try Self.hash(of: Self.secret("token", token.number)), String(token.account)]
      })
    try transaction.run(
      """
      INSERT IGNORE INTO tokens (token_hash, purpose, account_id, email, email_key, created_at,
        expires_at)
      SELECT UNHEX(hash), 'registration', account, CONCAT('waiting', account, '@example.jp'),
        CONCAT('waiting', account, '@example.jp'), NOW(), NOW() + INTERVAL 90 DAY
      FROM JSON_TABLE(?, '$[*]' COLUMNS (hash CHAR(64) PATH '$[0]',
        account BIGINT UNSIGNED PATH '$[1]')) AS j
      """, rows.text)
  }

  /// What the database keeps of a secret.
  private static func hash(of text: String) throws -> String {
    guard let secret = Secret(text) else { throw Failure("not a secret") }
    return hexadecimal(secret.hash)
  }
}
