/// What the database refused. For the operator: it never carries bound values, since MariaDB's own
/// words may quote them ("Duplicate entry 'taro@…'").
public struct DatabaseError: Error, CustomStringConvertible, Sendable {
  /// What the caller can do about it.
  public enum Kind: Equatable, Sendable {
    /// No server, or none that answers: the person may try again later (503).
    case unreachable
    /// A unique key was there already.
    case duplicate(key: String)
    /// Another transaction was in the way; running it again from its beginning may succeed.
    case conflict
    /// A row lacks a column, or a column has another type than the program expects.
    case shape
    case other
  }

  public let kind: Kind
  /// MariaDB's error number, e.g. 1062; 0 for an error of our own.
  public let code: UInt32
  public let sqlState: String
  /// What was being done: the SQL text with its question marks, or "connect".
  public let operation: String
  /// Words that are safe to log.
  public let detail: String

  public var description: String {
    "MariaDB \(code) (\(sqlState)) \(detail) in: \(operation)"
  }

  /// - Parameter message: the server's words. They are kept only where they cannot hold bound
  ///   values: while connecting or preparing (`isBound` false).
  init(code: UInt32, sqlState: String, message: String, operation: String, isBound: Bool) {
    self.code = code
    self.sqlState = sqlState
    self.operation = operation
    self.kind = Self.kind(of: code, message)
    if case .duplicate(let key) = kind {
      detail = "duplicate entry for key \(key)"
    } else {
      detail = isBound ? "refused" : message
    }
  }

  /// A row that is not as the program expects it.
  init(shape detail: String, operation: String) {
    self.kind = .shape
    self.code = 0
    self.sqlState = "00000"
    self.operation = operation
    self.detail = detail
  }

  private static func kind(of code: UInt32, _ message: String) -> Kind {
    switch code {
    case 1062: .duplicate(key: keyName(in: message))
    // deadlock, lock wait, record changed since last read (Galera, snapshot isolation)
    case 1213, 1205, 1020: .conflict
    // the next number of a table that another transaction fills
    case 1467: .conflict
    // too many connections, shutdown, no host, gone away, lost, killed
    case 1040, 1053, 1927, 2000...2006, 2013, 2026, 2055: .unreachable
    // Galera: a server that has lost the others; a COMMIT that it lost them in
    case 1047, 1180: .unreachable
    // credentials refused: nothing that the person in front can change
    case 1044, 1045, 1049, 1203, 1226: .unreachable
    default: .other
    }
  }

  /// The name between the last `for key '` and `'`; the value before it may contain anything.
  private static func keyName(in message: String) -> String {
    guard message.hasSuffix("'") else { return "" }
    let body = message.dropLast()
    guard let quote = body.lastIndex(of: "'") else { return "" }
    let name = body[body.index(after: quote)...]
    return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? String(name)
  }

  /// True for an error after which the connection is of no use.
  var isConnectionLost: Bool {
    code == 2006 || code == 2055 || code == 1927 || isServerUnfit
  }

  /// True where another server of the same database may do what this one could not: it is silent,
  /// full, ending, or a Galera node that has lost the others.
  var isServerUnfit: Bool {
    code == 2013 || code == 1040 || code == 1053 || code == 1047 || code == 1180
  }

  /// True for a lock that was waited for in vain. What locks nothing meets it at a Galera node that
  /// has lost the others: there is nobody to tell it what else was committed.
  var isLockTimeout: Bool { code == 1205 }
}
