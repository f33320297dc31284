/// What runs SQL: the database itself (each statement by itself), or a transaction of it.
///
/// SQL is always a literal (`StaticString`): nothing that a person typed can become part of it.
public protocol SQLRunner {
  /// Runs a statement and calls `row` for each row.
  /// - Returns: rows inserted, found by an UPDATE or DELETE, or read.
  @discardableResult
  func run(_ sql: StaticString, values: [Value], row: (Row) throws -> Void) throws
    -> (affected: Int, insertedID: Int)
}

extension SQLRunner {
  /// Runs a statement that has no rows. Returns how many rows it inserted, or found to change.
  @discardableResult
  public func run(_ sql: StaticString, _ values: any Bindable...) throws -> Int {
    try run(sql, values: values.map(\.bound)) { _ in }.affected
  }

  /// Runs an INSERT and returns the AUTO_INCREMENT number it got.
  public func insert(_ sql: StaticString, _ values: any Bindable...) throws -> Int {
    try run(sql, values: values.map(\.bound)) { _ in }.insertedID
  }

  /// All rows of a query.
  public func rows(_ sql: StaticString, _ values: any Bindable...) throws -> [Row] {
    var rows: [Row] = []
    try run(sql, values: values.map(\.bound)) { rows.append($0) }
    return rows
  }

  /// The first row of a query, or nil when there is none.
  public func first(_ sql: StaticString, _ values: any Bindable...) throws -> Row? {
    var first: Row?
    try run(sql, values: values.map(\.bound)) { if first == nil { first = $0 } }
    return first
  }

  /// The number that a query of one row and one column `n` gives, e.g. a COUNT(*).
  public func count(_ sql: StaticString, _ values: any Bindable...) throws -> Int {
    var count = 0
    try run(sql, values: values.map(\.bound)) { count = try $0["n"] }
    return count
  }
}

/// The database as one program sees it: a connection opened when first needed and opened again
/// when it was lost. Not for several threads.
public final class Database: SQLRunner {
  /// How much this program has asked so far.
  public let use = DatabaseUse()
  private let location: DatabaseLocation
  private let whenOpened: (any SQLRunner) throws -> Void
  private var connection: Connection?
  private var servers = Servers()
  private var isInTransaction = false

  /// How often a transaction that met a conflict is run in all.
  private static let tries = 5

  /// - Parameter whenOpened: looks at each new connection before anything else uses it; what it
  ///   throws refuses the connection.
  public init(
    _ location: DatabaseLocation, whenOpened: @escaping (any SQLRunner) throws -> Void = { _ in }
  ) {
    self.location = location
    self.whenOpened = whenOpened
  }

  /// Runs one statement by itself. A statement that found the connection gone is run again on a
  /// new one if it only reads; what writes belongs into `transaction`, which is safe to repeat.
  @discardableResult
  public func run(_ sql: StaticString, values: [Value], row: (Row) throws -> Void) throws
    -> (affected: Int, insertedID: Int)
  {
    precondition(!isInTransaction, "use the transaction")
    var seen = false
    do {
      return try open().statement(sql).run(values) {
        seen = true
        try row($0)
      }
    } catch let error as DatabaseError where error.isConnectionLost || error.isLockTimeout {
      leave(after: error)
      guard !seen, sql.description.hasPrefix("SELECT") else { throw error }
      return try open().statement(sql).run(values, row: row)
    }
  }

  /// Runs a query whose rows are read from the server one by one: for exports, in constant memory.
  /// `row` must not use the database.
  public func stream(
    _ sql: StaticString, _ values: any Bindable..., row: (Row) throws -> Void
  ) throws {
    _ = try open().statement(sql).run(values.map(\.bound), streaming: true, row: row)
  }

  /// Runs a query once; one that found the connection gone is run again on a new one.
  func run(_ query: Query, streaming: Bool = false, row: (Row) throws -> Void) throws {
    precondition(!isInTransaction, "use the transaction")
    var seen = false
    do {
      _ = try open().statement(text: query.text).run(query.values, streaming: streaming) {
        seen = true
        try row($0)
      }
    } catch let error as DatabaseError where error.isConnectionLost || error.isLockTimeout {
      leave(after: error)
      guard !seen else { throw error }
      _ = try open().statement(text: query.text).run(
        query.values, streaming: streaming, row: row)
    }
  }

  /// Runs `body` as one transaction. A conflict (deadlock, lock wait) or a connection lost before
  /// COMMIT runs it again from its beginning, a few times: so `body` changes nothing but the
  /// database. Any error that it throws rolls back.
  ///
  /// A connection lost during COMMIT is thrown as `unreachable`: whether the work was done is then
  /// unknown, and what the person sends again must find it done.
  @discardableResult
  public func transaction<Result>(_ body: (Transaction) throws -> Result) throws -> Result {
    precondition(!isInTransaction, "transactions do not nest")
    isInTransaction = true
    defer { isInTransaction = false }
    var attempt = 1
    while true {
      do {
        let connection = try begin()
        let result = try body(Transaction(connection: connection))
        try commit(connection)
        return result
      } catch {
        let again = try rollBack(after: error)
        guard again, attempt < Self.tries else { throw error }
        attempt += 1
      }
    }
  }

  /// Runs SQL that is read from a file of ours (migrations, grants): never anything typed.
  public func administer(_ sql: String) throws {
    _ = try open().statement(text: sql).run([]) { _ in }
  }

  /// Opens the connection, unless it is open.
  public func connect() throws {
    _ = try open()
  }

  /// Closes the connection; the next use opens a new one.
  public func close() {
    connection = nil
  }

  private func open() throws -> Connection {
    if let connection { return connection }
    var tries = 1
    while true {
      do throws(DatabaseError) {
        let new = try use.measure { () throws(DatabaseError) in
          try Connection(location, use, servers: servers.order)
        }
        servers.learn(new.hosts)
        connection = new
        break
      } catch {
        guard error.isServerUnfit, tries < servers.count else { throw error }
        servers.passOverFirst()
        tries += 1
      }
    }
    return try admitted()
  }

  /// The new connection, once it was looked at.
  private func admitted() throws -> Connection {
    guard let new = connection else { preconditionFailure("there is a connection") }
    do {
      try whenOpened(Transaction(connection: new))
    } catch {
      connection = nil
      throw error
    }
    return new
  }

  /// Gives up the connection after this error, and its server where another may do better.
  private func leave(after error: DatabaseError) {
    if error.isServerUnfit || error.isLockTimeout {
      if let connection { servers.passOver(connection.host) }
    } else {
      servers.beginAnew()
    }
    connection = nil
  }

  private func begin() throws -> Connection {
    do {
      let connection = try open()
      try connection.command("START TRANSACTION")
      return connection
    } catch let error as DatabaseError
      where (error.isConnectionLost || error.isLockTimeout) && connection != nil
    {
      leave(after: error)
      let connection = try open()
      try connection.command("START TRANSACTION")
      return connection
    }
  }

  private func commit(_ connection: Connection) throws {
    do {
      try connection.command("COMMIT")
    } catch  where error.code == 1047 {
      // Refused before it began: the next server may do it all.
      throw error
    } catch  where error.isConnectionLost {
      leave(after: error)
      throw CommitLost(cause: error)
    }
  }

  /// Ends a failed transaction. Returns whether it may run again; throws what the caller should
  /// see instead of the error where that is known already.
  private func rollBack(after error: any Error) throws -> Bool {
    if let lost = error as? CommitLost { throw lost.cause }
    let failure = error as? DatabaseError
    if let failure, failure.isConnectionLost {
      // Where not even a new connection could be had, another try would not help.
      guard connection != nil else { return false }
      leave(after: failure)
      return true
    }
    do {
      try connection?.command("ROLLBACK")
    } catch {
      connection = nil
    }
    return failure?.kind == .conflict
  }
}

/// A COMMIT whose answer never came.
private struct CommitLost: Error {
  let cause: DatabaseError
}

/// A transaction in the making. Valid inside the closure that got it.
public struct Transaction: SQLRunner {
  let connection: Connection

  @discardableResult
  public func run(_ sql: StaticString, values: [Value], row: (Row) throws -> Void) throws
    -> (affected: Int, insertedID: Int)
  {
    try connection.statement(sql).run(values, row: row)
  }
}
