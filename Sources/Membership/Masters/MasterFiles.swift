import Platform

/// The master lists as files: their rows, read and checked.
///
/// A folder holds one CSV a table, named as the table. `postal_codes` may be packed
/// (`postal_codes.csv.gz`).
struct MasterFiles {
  /// Rows to insert, in the order of the table's columns.
  typealias Rows = [[String]]

  private(set) var problems: [String] = []
  private let folder: String

  init(_ folder: String) {
    self.folder = folder
  }

  /// The rows of a table's file, or nil when there is no such file. What is wrong goes into
  /// `problems`, each with file and line.
  mutating func rows(of table: MasterTable) throws(SystemError) -> Rows? {
    guard let (name, content) = try content(of: table) else { return nil }
    do {
      let rows = try read(content, table, name)
      if rows.isEmpty { problems.append("\(name): no rows") }
      return rows
    } catch {
      problems.append("\(name): \(error)")
      return []
    }
  }

  private mutating func read(
    _ content: [UInt8], _ table: MasterTable, _ name: String
  ) throws(CSVError) -> Rows {
    var file = try CSVTable(
      CSVReader(content), columns: table.columns.map(\.heading))
    var rows: Rows = []
    var codes: Set<String> = []
    while let record = try file.next() {
      for (column, value) in zip(table.columns, record.fields) {
        if let problem = column.problem(value) {
          problems.append("\(name): line \(record.line): \(column.heading) \(problem)")
        }
      }
      if table.isUnique, !codes.insert(record.fields[0]).inserted {
        problems.append("\(name): line \(record.line): \(record.fields[0]) was there already")
      }
      rows.append(record.fields)
    }
    return rows
  }

  private func content(
    of table: MasterTable
  ) throws(SystemError) -> (name: String, bytes: [UInt8])? {
    let names = try namesInFolder(folder)
    let plain = "\(table.rawValue).csv"
    if names.contains(plain) { return (plain, try readFile("\(folder)/\(plain)")) }
    let packed = plain + ".gz"
    if names.contains(packed) { return (packed, try unpacked("\(folder)/\(packed)")) }
    return nil
  }

  /// The content of a gzip file. It is unpacked in a folder of its own, for the given one may be
  /// closed to us.
  private func unpacked(_ path: String) throws(SystemError) -> [UInt8] {
    let made = try run(["/usr/bin/mktemp", "--directory"], capturing: true)
    guard made.end == .status(0) else { throw SystemError("mktemp", "/tmp", code: 5) }
    let draft = String(decoding: made.output.dropLast(), as: UTF8.self)
    defer { _ = try? run(["/usr/bin/rm", "--recursive", "--", draft]) }
    try writeFile("\(draft)/content.gz", try readFile(path), mode: 0o600)
    let end = try run(["/usr/bin/gzip", "--decompress", "\(draft)/content.gz"]).end
    guard end == .status(0) else { throw SystemError("unpack", path, code: 5) }
    return try readFile("\(draft)/content")
  }
}
