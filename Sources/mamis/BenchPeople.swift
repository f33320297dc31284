import MariaDB
import Membership
import Sodium

// The rows of accounts `first` to `last`, one table after the other.
extension BenchSeed {
  func add(_ first: Int, _ last: Int, in transaction: Transaction) throws {
    try addAccounts(first, last, in: transaction)
    try gather(first, last, in: transaction)
    try addRoll(in: transaction)
    try addProfiles(in: transaction)
    try addRecords(in: transaction)
    try transaction.run(
      """
      INSERT INTO name_keys (name_key, account_id)
      SELECT k.name_key, p.id FROM bench_people p JOIN bench_keys k ON k.n = p.name
      ORDER BY k.name_key, p.id
      """)
  }

  private func addAccounts(_ first: Int, _ last: Int, in transaction: Transaction) throws {
    let own = try hashPassword([UInt8](Self.password.utf8), cost)
    let printed = Self.firstTimePassword.filter { $0 != "-" }
    let firstTime = try hashPassword([UInt8](printed.utf8), PasswordCost(passes: 1, memoryKiB: 8))
    try transaction.run(
      """
      INSERT INTO accounts (number, kind, login_id, login_key, password_hash, first_time_until,
        first_login_at, last_login_at, registered_at, suspended_at, suspended_reason, email,
        email_key, created_at)
      SELECT CONCAT('BENCH', LPAD(n, 7, '0')), IF(s IN (12, 13), 'doctor', 'member'),
        IF(s < 19, CONCAT('bench', LPAD(n, 7, '0')), NULL),
        IF(s < 19, CONCAT('bench', LPAD(n, 7, '0')), NULL),
        CASE WHEN s < 14 THEN ? WHEN s < 19 THEN ? END,
        IF(s BETWEEN 14 AND 18, NOW() + INTERVAL 100 + n % 20 DAY, NULL),
        IF(s < 14 OR s = 18, day, NULL), IF(s < 14, day + INTERVAL 3 DAY, NULL),
        IF(s < 14, day, NULL), IF(n % 500 = 7, NOW(), NULL), IF(n % 500 = 7, '試験', NULL),
        IF(s < 14, CONCAT('bench', n, '@example.jp'), NULL),
        IF(s < 14, CONCAT('bench', n, '@example.jp'), NULL), day - INTERVAL 90 DAY
      FROM (SELECT ? + seq AS n, (? + seq) % 20 AS s,
          NOW() - INTERVAL 10 + CRC32(CONCAT('day', ? + seq)) % 31000000 SECOND AS day
        FROM seq_0_to_9999 WHERE seq <= ?) AS people
      """, own, firstTime, first, first, first, last - first)
  }

  /// What all further rows follow from. Family names are as unevenly common as real ones.
  private func gather(_ first: Int, _ last: Int, in transaction: Transaction) throws {
    try transaction.run("DELETE FROM bench_people")
    try transaction.run(
      """
      INSERT INTO bench_people (id, n, s, name, place, birth, registry, dice)
      SELECT id, n, n % 20, FLOOR(POW(CRC32(CONCAT('family', n)) / 4294967296, 2) * ?) * ?
          + CRC32(CONCAT('given', n)) % ?,
        CRC32(CONCAT('place', n)) % (SELECT COUNT(*) FROM bench_places),
        DATE'1940-01-01' + INTERVAL CRC32(CONCAT('birth', n)) % 20000 DAY,
        LPAD(n * 7919 % 1000000, 6, '0'), CRC32(CONCAT('dice', n))
      FROM (SELECT id, CAST(SUBSTRING(number, 6) AS INT) AS n FROM accounts
        WHERE number BETWEEN CONCAT('BENCH', LPAD(?, 7, '0')) AND CONCAT('BENCH', LPAD(?, 7, '0'))
      ) AS numbered ORDER BY id
      """, BenchNames.families.count, BenchNames.givens.count, BenchNames.givens.count, first, last)
    // A number that somebody else has already (the demo's people): that of one without.
    try transaction.run(
      """
      UPDATE bench_people p JOIN profiles f ON f.registry_number = p.registry
      SET p.registry = LPAD((p.n - p.s + 19) * 7919 % 1000000, 6, '0') WHERE p.s < 14
      """)
    try transaction.run(
      """
      UPDATE bench_people p JOIN accounts a ON a.id = p.id JOIN bench_names m ON m.n = p.name
      SET a.sort_kana = m.sort_kana
      """)
  }

  /// Of those who have not been asked yet the list knows no registry number: there are free ones.
  private func addRoll(in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO roll (account_id, family_name, given_name, family_name_kana, given_name_kana,
        registry_number, birth_date, postal_code, prefecture, address, email)
      SELECT p.id, m.family, m.given, m.family_kana, m.given_kana,
        IF(p.s < 19, p.registry, NULL), p.birth,
        CONCAT(LEFT(w.code, 3), '-', RIGHT(w.code, 4)), w.prefecture,
        CONCAT(w.place, p.dice % 30 + 1, '-', p.dice % 9 + 1), ''
      FROM bench_people p JOIN bench_names m ON m.n = p.name JOIN bench_places w ON w.n = p.place
      WHERE p.s NOT IN (12, 13) ORDER BY p.id
      """)
  }

  private func addProfiles(in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO profiles (account_id, registry_number, registry_date, family_name_kana,
        given_name_kana, family_name, given_name, postal_code, prefecture, address, mobile_phone,
        birth_date, sex, main_specialty, university, graduation_date)
      SELECT p.id, p.registry, p.birth + INTERVAL 26 YEAR, m.family_kana, m.given_kana, m.family,
        m.given, CONCAT(LEFT(w.code, 3), '-', RIGHT(w.code, 4)), w.prefecture,
        CONCAT(w.place, p.dice % 30 + 1, '-', p.dice % 9 + 1),
        CONCAT('090-', LPAD(p.n DIV 10000, 4, '0'), '-', LPAD(p.n % 10000, 4, '0')), p.birth,
        ELT(p.dice % 3 + 1, 'male', 'female', 'unspecified'), LPAD(p.dice % 9 + 1, 2, '0'),
        u.name, CONCAT(YEAR(p.birth) + 25, '-03')
      FROM bench_people p JOIN bench_names m ON m.n = p.name JOIN bench_places w ON w.n = p.place
        JOIN bench_universities u ON u.n = p.dice % (SELECT COUNT(*) FROM bench_universities)
      WHERE p.s < 14 ORDER BY p.id
      """)
    try transaction.run(
      """
      INSERT INTO profile_specialties (account_id, position, code)
      SELECT p.id, t.seq, LPAD((p.dice + t.seq) % 9 + 1, 2, '0')
      FROM bench_people p JOIN seq_0_to_1 t WHERE p.s < 14 ORDER BY p.id, t.seq
      """)
    try transaction.run(
      """
      INSERT INTO profile_societies (account_id, position, name)
      SELECT p.id, 0, '日本内科学会' FROM bench_people p WHERE p.s < 14 ORDER BY p.id
      """)
  }

  /// Consents, sign-ins, postcards and the audit trail.
  private func addRecords(in transaction: Transaction) throws {
    try transaction.run(
      """
      INSERT INTO consents (account_id, version, text_hash, agreed_at, client_address)
      SELECT p.id, ?, ?, a.first_login_at, '192.0.2.1'
      FROM bench_people p JOIN accounts a ON a.id = p.id WHERE p.s < 14 OR p.s = 18 ORDER BY p.id
      """, terms.version, terms.textHash)
    try transaction.run(
      """
      INSERT INTO logins (account_id, at, outcome, client_address, user_agent)
      SELECT p.id, a.registered_at + INTERVAL t.seq DAY, 'opened', '192.0.2.1',
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36'
      FROM bench_people p JOIN accounts a ON a.id = p.id JOIN seq_1_to_2 t
      WHERE p.s < 14 ORDER BY p.id, t.seq
      """)
    try transaction.run(
      """
      INSERT INTO postcards (account_id, login_id, issued_at, expires_at)
      SELECT p.id, CONCAT('bench', LPAD(p.n, 7, '0')), a.created_at,
        COALESCE(a.first_time_until, a.created_at + INTERVAL 30 DAY)
      FROM bench_people p JOIN accounts a ON a.id = p.id
      WHERE p.s NOT IN (12, 13, 19) ORDER BY p.id
      """)
    try transaction.run(
      """
      INSERT INTO audit (at, actor_id, action, subject_id, client_address)
      SELECT a.created_at, IF(p.s < 14, p.id, NULL),
        IF(p.s < 14, 'registration.completed', 'postcard.issued'), p.id, '192.0.2.1'
      FROM bench_people p JOIN accounts a ON a.id = p.id ORDER BY p.id
      """)
  }
}

/// Rows of texts as JSON, for `JSON_TABLE`.
struct JSONRows {
  let text: String

  init(_ rows: [[String]]) {
    var json = JSONText()
    var separator: StaticString = "["
    for row in rows {
      json.append(separator)
      separator = ","
      var inner: StaticString = "["
      for value in row {
        json.append(inner)
        inner = ","
        json.append(string: value)
      }
      json.append("]")
    }
    json.append(rows.isEmpty ? "[]" : "]")
    text = String(decoding: json.bytes, as: UTF8.self)
  }
}
