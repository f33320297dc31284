/// Writes CSV that Excel opens as it is: UTF-8 with a byte order mark, CR LF, quotes where needed,
/// no formulas (see `CSVFormula`).
public struct CSVWriter: Sendable {
  private var bytes: [UInt8]

  /// - Parameter mark: false to leave out the byte order mark, for programs that read the file.
  public init(mark: Bool = true) {
    bytes = mark ? [0xEF, 0xBB, 0xBF] : []
  }

  /// Adds a record.
  public mutating func write(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(0x2C) }
      write(CSVFormula.neutralised(field))
    }
    bytes += [0x0D, 0x0A]
  }

  /// What was written since the last call: a long export is sent in pieces.
  public mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private mutating func write(_ field: String) {
    guard Self.needsQuotes(field) else {
      bytes += field.utf8
      return
    }
    bytes.append(0x22)
    for byte in field.utf8 {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }

  /// Commas, quotes, line ends; tabs and spaces at the ends, which some programs would cut.
  private static func needsQuotes(_ field: String) -> Bool {
    field.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 < 0x20 }
      || field.utf8.first == 0x20 || field.utf8.last == 0x20
  }
}
