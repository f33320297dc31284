import CMariaDB

/// Where the database is: an option file, as every MariaDB client has it.
public struct DatabaseLocation: Equatable, Sendable {
  public let optionFile: String
  /// The `[group]` of the option file that holds host or socket, user, password and database.
  public let group: String
  /// Seconds until a silent server counts as unreachable.
  public let patience: UInt32
  /// The database on that server; nil: the option file's.
  public var database: String?

  public init(
    optionFile: String, group: String = "mamis", patience: UInt32 = 10, database: String? = nil
  ) {
    self.optionFile = optionFile
    self.group = group
    self.patience = patience
    self.database = database
  }
}

/// One open connection and its prepared statements.
@safe final class Connection {
  private let handle: UnsafeMutablePointer<MYSQL>
  /// By the address of the SQL literal: a literal is the same text for the life of the process.
  private var statements: [(address: Int, statement: Statement)] = []
  private let use: DatabaseUse

  /// Every connection speaks utf8mb4 and UTC, and is refused what would be stored cut or bent.
  private static let opening = """
    SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00', \
    sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
    NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 5
    """

  /// - Parameter servers: hosts to try, one after the other; nil: those of the option file.
  init(
    _ location: DatabaseLocation, _ use: DatabaseUse, servers: String? = nil
  ) throws(DatabaseError) {
    self.use = use
    guard let handle = unsafe mysql_init(nil) else {
      throw DatabaseError(
        code: 2008, sqlState: "HY000", message: "out of memory", operation: "connect",
        isBound: false)
    }
    var connectTimeout: UInt32 = min(location.patience, 3)
    var silence = location.patience
    unsafe mysql_options(handle, MYSQL_READ_DEFAULT_FILE, location.optionFile)
    unsafe mysql_options(handle, MYSQL_READ_DEFAULT_GROUP, location.group)
    unsafe mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connectTimeout)
    unsafe mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &silence)
    unsafe mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &silence)
    unsafe mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
    unsafe mysql_options(handle, MYSQL_INIT_COMMAND, Connection.opening)
    // An UPDATE counts the rows it found, changed or not.
    let flags = UInt(CLIENT_FOUND_ROWS)
    guard
      unsafe mysql_real_connect(
        handle, servers, nil, nil, location.database, 0, nil, flags) != nil
    else {
      let error = unsafe DatabaseError(
        code: mysql_errno(handle), sqlState: String(cString: mysql_sqlstate(handle)),
        message: String(cString: mysql_error(handle)), operation: "connect", isBound: false)
      unsafe mysql_close(handle)
      throw error
    }
    unsafe self.handle = handle
  }

  /// The option file's hosts, separated by commas; empty for a socket.
  var hosts: String { unsafe handle.pointee.options.host.map { unsafe String(cString: $0) } ?? "" }

  /// The one of them that this connection goes to.
  var host: String { unsafe handle.pointee.host.map { unsafe String(cString: $0) } ?? "" }

  deinit {
    statements = []
    unsafe mysql_close(handle)
  }

  /// The statement of this literal, prepared at its first use.
  func statement(_ sql: StaticString) throws(DatabaseError) -> Statement {
    let address = unsafe Int(bitPattern: sql.utf8Start)
    // A program has a dozen of them at most.
    for known in statements where known.address == address { return known.statement }
    let statement = unsafe try Statement(handle, sql.description, use)
    statements.append((address, statement))
    return statement
  }

  /// A statement used once, e.g. of a migration.
  func statement(text sql: String) throws(DatabaseError) -> Statement {
    unsafe try Statement(handle, sql, use)
  }

  /// START TRANSACTION, COMMIT, ROLLBACK: plain commands, one round trip each.
  func command(_ sql: StaticString) throws(DatabaseError) {
    let text = sql.description
    try use.measure { () throws(DatabaseError) in
      guard unsafe mysql_real_query(handle, text, UInt(text.utf8.count)) == 0 else {
        throw unsafe DatabaseError(
          code: mysql_errno(handle), sqlState: String(cString: mysql_sqlstate(handle)),
          message: "refused", operation: text, isBound: true)
      }
    }
  }
}
