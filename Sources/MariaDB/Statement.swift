import CMariaDB

/// A prepared statement of one connection, with the memory its parameters and columns live in.
@safe final class Statement {
  private let handle: UnsafeMutablePointer<MYSQL_STMT>
  private let sql: String
  private let use: DatabaseUse
  private let parameterCount: Int
  private let parameters: UnsafeMutablePointer<MYSQL_BIND>
  private var scratch: UnsafeMutableRawBufferPointer
  private let columns: [Column]
  private let names: ColumnNames
  private let results: UnsafeMutablePointer<MYSQL_BIND>

  /// Where one column of the row in hand is put.
  @safe private struct Column {
    let isInteger: Bool
    let isBinary: Bool
    let buffer: UnsafeMutableRawBufferPointer
    let length: UnsafeMutablePointer<UInt>
    let isNull: UnsafeMutablePointer<my_bool>
    let isCut: UnsafeMutablePointer<my_bool>
  }

  /// Longer columns are fetched once more with a buffer of their size.
  private static let usualColumn = 512

  init(
    _ connection: UnsafeMutablePointer<MYSQL>, _ sql: String, _ use: DatabaseUse
  ) throws(DatabaseError) {
    guard let handle = unsafe mysql_stmt_init(connection) else {
      throw DatabaseError(
        code: 2008, sqlState: "HY000", message: "out of memory", operation: sql, isBound: false)
    }
    try use.measure { () throws(DatabaseError) in
      let failed = unsafe mysql_stmt_prepare(handle, sql, UInt(sql.utf8.count)) != 0
      if failed {
        let error = unsafe Statement.error(of: handle, sql, isBound: false)
        unsafe mysql_stmt_close(handle)
        throw error
      }
    }
    unsafe self.handle = handle
    self.sql = sql
    self.use = use
    parameterCount = unsafe Int(mysql_stmt_param_count(handle))
    unsafe parameters = .allocate(capacity: max(parameterCount, 1))
    unsafe scratch = .allocate(byteCount: 256, alignment: 8)
    let fields = unsafe mysql_stmt_result_metadata(handle)
    let (columns, names) = unsafe Statement.columns(of: fields)
    (self.columns, self.names) = (columns, ColumnNames(names))
    if let fields = unsafe fields { unsafe mysql_free_result(fields) }
    unsafe results = .allocate(capacity: max(columns.count, 1))
    for (index, column) in columns.enumerated() {
      unsafe results[index] = Statement.binding(of: column)
    }
    if !columns.isEmpty { unsafe mysql_stmt_bind_result(handle, results) }
    // libmariadb copies what it knows of each column for each result, text by text: these are for
    // nobody. (For 29 columns the copies would cost more than to read and convert a row of them.)
    for index in columns.indices {
      let field = unsafe handle.pointee.fields + index
      unsafe field.pointee.org_name = nil
      unsafe field.pointee.table = nil
      unsafe field.pointee.org_table = nil
      unsafe field.pointee.db = nil
      unsafe field.pointee.catalog = nil
      unsafe field.pointee.def = nil
      unsafe field.pointee.name = nil
    }
  }

  deinit {
    unsafe mysql_stmt_close(handle)
    unsafe parameters.deallocate()
    unsafe results.deallocate()
    unsafe scratch.deallocate()
    for column in columns {
      unsafe column.buffer.deallocate()
      unsafe column.length.deallocate()
      unsafe column.isNull.deallocate()
      unsafe column.isCut.deallocate()
    }
  }

  /// Runs the statement and hands over its rows, one by one. With `streaming` the rows come from
  /// the server as they are read; else all are fetched first, so that `row` may run other
  /// statements.
  /// - Returns: rows inserted, changed or found by an UPDATE.
  func run(
    _ values: [Value], streaming: Bool = false, row: (Row) throws -> Void
  ) throws -> (affected: Int, insertedID: Int) {
    guard values.count == parameterCount else {
      throw DatabaseError(
        shape: "\(values.count) values for \(parameterCount) question marks", operation: sql)
    }
    bind(values)
    let isStored = !columns.isEmpty && !streaming
    try use.measure { () throws(DatabaseError) in
      guard unsafe mysql_stmt_execute(handle) == 0 else { throw error() }
      guard isStored, unsafe mysql_stmt_store_result(handle) != 0 else { return }
      let failure = error()
      unsafe mysql_stmt_free_result(handle)
      throw failure
    }
    guard !columns.isEmpty else {
      let affected = unsafe Int(truncatingIfNeeded: mysql_stmt_affected_rows(handle))
      return unsafe (affected, Int(truncatingIfNeeded: mysql_stmt_insert_id(handle)))
    }
    defer { unsafe mysql_stmt_free_result(handle) }
    var count = 0
    while true {
      let state = unsafe mysql_stmt_fetch(handle)
      if state == MYSQL_NO_DATA { return (count, 0) }
      guard state == 0 || state == MYSQL_DATA_TRUNCATED else { throw error() }
      count += 1
      try row(try currentRow())
    }
  }

  // MARK: Parameters

  /// Copies the values into the statement's own memory and points the parameters there.
  private func bind(_ values: [Value]) {
    guard parameterCount > 0 else { return }
    let needed = values.reduce(0) { $0 + Statement.size(of: $1) }
    if unsafe needed > scratch.count {
      unsafe scratch.deallocate()
      unsafe scratch = .allocate(byteCount: needed, alignment: 8)
    }
    var offset = 0
    for (index, value) in values.enumerated() {
      var binding = unsafe MYSQL_BIND()
      let start = unsafe scratch.baseAddress! + offset
      let size = Statement.size(of: value)
      switch value {
      case .null:
        unsafe binding.buffer_type = MYSQL_TYPE_NULL
      case .integer(let number):
        unsafe binding.buffer_type = MYSQL_TYPE_LONGLONG
        unsafe start.storeBytes(of: Int64(number), as: Int64.self)
      case .text(var text):
        unsafe binding.buffer_type = MYSQL_TYPE_STRING
        text.withUTF8 { unsafe copy(UnsafeRawBufferPointer($0), to: start) }
        unsafe binding.buffer_length = UInt(text.utf8.count)
      case .bytes(let bytes):
        unsafe binding.buffer_type = MYSQL_TYPE_BLOB
        unsafe bytes.withUnsafeBytes { unsafe copy($0, to: start) }
        unsafe binding.buffer_length = UInt(bytes.count)
      }
      unsafe binding.buffer = start
      unsafe binding.length_value = binding.buffer_length
      unsafe parameters[index] = binding
      offset += size
    }
    unsafe mysql_stmt_bind_param(handle, parameters)
  }

  private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    if let base = source.baseAddress, source.count > 0 {
      unsafe target.copyMemory(from: base, byteCount: source.count)
    }
  }

  /// Bytes that a value takes, rounded up so that the next one is aligned.
  private static func size(of value: Value) -> Int {
    switch value {
    case .null, .integer: 8
    case .text(let text): (text.utf8.count + 8) & ~7
    case .bytes(let bytes): (bytes.count + 8) & ~7
    }
  }

  // MARK: Columns

  private static func columns(
    of fields: UnsafeMutablePointer<MYSQL_RES>?
  ) -> ([Column], [String]) {
    guard let fields = unsafe fields else { return ([], []) }
    var columns: [Column] = []
    var names: [String] = []
    for index in unsafe 0..<mysql_num_fields(fields) {
      let field = unsafe mysql_fetch_field_direct(fields, index)!.pointee
      let isInteger = unsafe [
        MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG,
        MYSQL_TYPE_YEAR,
      ].contains(field.type)
      // Character set 63 is "binary"; times and numbers have it too, and are read as text.
      let isText = unsafe [
        MYSQL_TYPE_DATE, MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP, MYSQL_TYPE_TIME,
        MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_DOUBLE, MYSQL_TYPE_FLOAT,
      ].contains(field.type)
      let size = isInteger ? 8 : unsafe min(max(Int(field.length), 32), usualColumn)
      unsafe columns.append(
        Column(
          isInteger: isInteger, isBinary: !isText && field.charsetnr == 63,
          buffer: .allocate(byteCount: size, alignment: 8), length: .allocate(capacity: 1),
          isNull: .allocate(capacity: 1), isCut: .allocate(capacity: 1)))
      unsafe names.append(String(cString: field.name))
    }
    return (columns, names)
  }

  private static func binding(of column: Column) -> MYSQL_BIND {
    var binding = unsafe MYSQL_BIND()
    unsafe binding.buffer_type = column.isInteger ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_STRING
    unsafe binding.buffer = column.buffer.baseAddress
    unsafe binding.buffer_length = UInt(column.buffer.count)
    unsafe binding.length = column.length
    unsafe binding.is_null = column.isNull
    unsafe binding.error = column.isCut
    return unsafe binding
  }

  private func currentRow() throws(DatabaseError) -> Row {
    var values: [Value] = []
    values.reserveCapacity(columns.count)
    for index in columns.indices { values.append(try value(at: index)) }
    return Row(names: names, values: values, statement: sql)
  }

  private func value(at index: Int) throws(DatabaseError) -> Value {
    let column = columns[index]
    if unsafe column.isNull.pointee != 0 { return .null }
    if column.isInteger {
      return unsafe .integer(Int(column.buffer.load(as: Int64.self)))
    }
    let length = unsafe Int(column.length.pointee)
    if unsafe length > column.buffer.count { return try longValue(at: index, length) }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: column.buffer[..<length])
    if column.isBinary { return unsafe .bytes([UInt8](bytes)) }
    return unsafe .text(String(decoding: bytes, as: UTF8.self))
  }

  /// A value longer than its buffer, fetched again whole.
  private func longValue(at index: Int, _ length: Int) throws(DatabaseError) -> Value {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
    defer { unsafe buffer.deallocate() }
    var binding = unsafe Statement.binding(of: columns[index])
    unsafe binding.buffer = buffer.baseAddress
    unsafe binding.buffer_length = UInt(length)
    guard unsafe mysql_stmt_fetch_column(handle, &binding, UInt32(index), 0) == 0 else {
      throw error()
    }
    if columns[index].isBinary { return unsafe .bytes([UInt8](buffer)) }
    return unsafe .text(String(decoding: buffer, as: UTF8.self))
  }

  // MARK: Errors

  private func error() -> DatabaseError {
    unsafe Statement.error(of: handle, sql, isBound: true)
  }

  private static func error(
    of handle: UnsafeMutablePointer<MYSQL_STMT>, _ sql: String, isBound: Bool
  ) -> DatabaseError {
    unsafe DatabaseError(
      code: mysql_stmt_errno(handle), sqlState: String(cString: mysql_stmt_sqlstate(handle)),
      message: String(cString: mysql_stmt_error(handle)), operation: sql, isBound: isBound)
  }
}
