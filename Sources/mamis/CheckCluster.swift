import MariaDB
import Membership

extension Check {
  /// Reads that do not wait for what was committed through another server would show a person the
  /// page as it was before (deploy/cluster/galera.cnf).
  static func clusterFaults(_ database: Database) throws -> [String] {
    let row = try database.first(
      """
      SELECT COUNT(*) AS n FROM information_schema.SESSION_VARIABLES
      WHERE (VARIABLE_NAME = 'WSREP_ON' AND VARIABLE_VALUE = 'ON')
        OR (VARIABLE_NAME = 'WSREP_SYNC_WAIT' AND VARIABLE_VALUE = '0')
      """)
    guard let row, try row["n"] == 2 else { return [] }
    return ["database: a Galera server whose reads do not wait; set wsrep_sync_wait = 7"]
  }
}
