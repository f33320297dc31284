import FastCGI
import MariaDB

/// The audit trail: who did what to whom, from where. Insert-only; never a name or an address in
/// `details`.
public struct Audit {
  /// Writes one line, in the transaction of what it tells of.
  /// - Parameters:
  ///   - action: e.g. `login`, `registration.completed`, `password.reset`
  ///   - actor: the account that did it; nil for a stranger or the command line
  ///   - subject: the account that it was done to
  public static func record(
    _ action: String, actor: Int?, subject: Int? = nil, client: String = "", details: String = "",
    in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO audit (at, actor_id, action, subject_id, client_address, details)
      VALUES (NOW(3), ?, ?, ?, ?, ?)
      """, actor, action, subject, client, details)
  }

  /// Writes one line for each of many subjects, as above.
  public static func record(
    _ action: String, actor: Int?, subjects: [Int], client: String = "", in transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO audit (at, actor_id, action, subject_id, client_address)
      SELECT NOW(3), ?, ?, j.id, ?
      FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]')) j
      """, actor, action, client, JSONText.rows(subjects.map { [String($0)] }))
  }
}
