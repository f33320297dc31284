import MariaDB

/// The texts under which members are found and by which they are sorted (`name_keys`,
/// `accounts.sort_kana`). Whoever writes names calls `refresh` in the same transaction; everything
/// else that the list shows or searches stands in its own table.
public enum Directory {
  /// The longest key, in UTF-16 units: what is typed beyond it is not compared.
  static let longest = 64

  /// How many accounts one statement takes.
  private static let batch = 1000

  /// Writes the keys of these accounts anew, from roll and profile.
  public static func refresh(_ accounts: [Int], in transaction: Transaction) throws {
    var rest = accounts[...]
    while !rest.isEmpty {
      try refresh(batch: Array(rest.prefix(batch)), in: transaction)
      rest = rest.dropFirst(batch)
    }
  }

  /// Writes the keys of one account anew.
  public static func refresh(_ account: Int, in transaction: Transaction) throws {
    try refresh([account], in: transaction)
  }

  /// Writes the keys of all accounts anew, a batch a transaction: after a change of the folding.
  /// - Returns: how many accounts there are.
  public static func rebuild(in database: Database) throws -> Int {
    var last = 0
    var count = 0
    while true {
      let accounts: [Int] = try database.rows(
        """
        SELECT id FROM accounts WHERE id > ? AND kind IN ('member', 'doctor')
        ORDER BY id LIMIT ?
        """, last, batch
      ).map { try $0["id"] }
      guard let highest = accounts.last else { return count }
      try database.transaction { try refresh(batch: accounts, in: $0) }
      last = highest
      count += accounts.count
    }
  }

  private static func refresh(batch: [Int], in transaction: Transaction) throws {
    let rows = try transaction.rows(
      """
      SELECT a.id,
        r.family_name AS roll_family, r.given_name AS roll_given,
        r.family_name_kana AS roll_family_kana, r.given_name_kana AS roll_given_kana,
        p.family_name, p.given_name, p.family_name_kana, p.given_name_kana,
        p.former_family_name, p.former_given_name,
        p.former_family_name_kana, p.former_given_name_kana
      FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS wanted
        STRAIGHT_JOIN accounts a ON a.id = wanted.id
        LEFT JOIN roll r ON r.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id
      """, "[\(batch.map(String.init).joined(separator: ","))]")
    var keys = JSONText()
    var sorts = JSONText()
    for row in rows {
      let names = try Names(row)
      let id: Int = try row["id"]
      for key in names.keys { append(id, key, to: &keys) }
      append(id, names.sortKey, to: &sorts)
    }
    try write(batch, keys: array(keys), sorts: array(sorts), in: transaction)
  }

  private static func write(
    _ accounts: [Int], keys: String, sorts: String, in transaction: Transaction
  ) throws {
    // A join: IN (SELECT … JSON_TABLE) would be asked again for each key of the table.
    try transaction.run(
      """
      DELETE k FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS wanted
        STRAIGHT_JOIN name_keys k ON k.account_id = wanted.id
      """, "[\(accounts.map(String.init).joined(separator: ","))]")
    try transaction.run(
      """
      INSERT INTO name_keys (name_key, account_id)
      SELECT name_key, id FROM JSON_TABLE(?, '$[*]' COLUMNS (
        id BIGINT UNSIGNED PATH '$.i', name_key VARCHAR(64) PATH '$.k')) AS found
      """, keys)
    try transaction.run(
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
          id BIGINT UNSIGNED PATH '$.i', sort_kana VARCHAR(100) PATH '$.k')) AS found
        STRAIGHT_JOIN accounts a ON a.id = found.id
      SET a.sort_kana = found.sort_kana
      """, sorts)
  }

  /// `,{"i":1,"k":"…"}`
  private static func append(_ id: Int, _ key: String, to text: inout JSONText) {
    text.append(",{\"i\":")
    text.append(number: id)
    text.append(",\"k\":")
    text.append(string: key)
    text.append("}")
  }

  private static func array(_ text: JSONText) -> String {
    "[\(String(decoding: text.bytes.dropFirst(), as: UTF8.self))]"
  }

  /// The comparison form of a text, as far as it is compared.
  public static func key(_ text: String) -> String {
    String(decoding: SearchFolding.fold(text).prefix(longest), as: UTF16.self)
  }

  /// The reading of a directory: カ and ガ are one letter, which the second half then tells apart.
  public static func sortKey(_ kana: String) -> String {
    let folded = Array(SearchFolding.fold(kana).prefix(48))
    let plain = folded.map(Self.unvoiced)
    let text = String(decoding: plain, as: UTF16.self)
    return plain == folded ? text : "\(text)\u{1}\(String(decoding: folded, as: UTF16.self))"
  }

  /// ガ as カ, パ as ハ, ヴ as ウ.
  private static func unvoiced(_ unit: UInt16) -> UInt16 {
    switch unit {
    case 0x30AC...0x30C2 where unit % 2 == 0: unit - 1
    case 0x30C5, 0x30C7, 0x30C9: unit - 1
    case 0x30CF...0x30DD: unit - (unit - 0x30CF) % 3
    case 0x30F4: 0x30A6
    default: unit
    }
  }

  /// The names of one account, as the list and the person have them.
  private struct Names {
    let keys: Set<String>
    let sortKey: String

    init(_ row: Row) throws {
      func text(_ column: String) throws -> String { try row[column] ?? "" }
      var keys: Set<String> = []
      for (family, given) in [
        ("roll_family", "roll_given"), ("roll_family_kana", "roll_given_kana"),
        ("family_name", "given_name"), ("family_name_kana", "given_name_kana"),
        ("former_family_name", "former_given_name"),
        ("former_family_name_kana", "former_given_name_kana"),
      ] {
        keys.insert(Directory.key(try text(family) + text(given)))
        keys.insert(Directory.key(try text(given)))
      }
      // A former family name with the given name of today: how old papers name a person.
      if try !text("former_family_name").isEmpty {
        keys.insert(Directory.key(try text("former_family_name") + text("given_name")))
      }
      if try !text("former_family_name_kana").isEmpty {
        keys.insert(
          Directory.key(try text("former_family_name_kana") + text("given_name_kana")))
      }
      self.keys = keys.subtracting([""])
      // Where no reading is known, the name itself: it comes after all readings.
      let readings = [
        try text("family_name_kana") + text("given_name_kana"),
        try text("roll_family_kana") + text("roll_given_kana"),
        try text("roll_family") + text("roll_given"),
      ]
      sortKey = Directory.sortKey(readings.first { !$0.isEmpty } ?? "")
    }
  }
}
