import Platform

/// One record of a CSV file.
public struct CSVRecord: Equatable, Sendable {
  /// The line that it begins on, from 1; a quoted field may run over several.
  public let line: Int
  public let fields: [String]
}

/// Reads CSV record by record (RFC 4180), as Excel writes it too: a byte order mark, any line
/// ends, a line `sep=,` at the top, empty lines. Nothing is trimmed, and no field means anything
/// but itself. What is not CSV is refused with its line.
public struct CSVReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  private static let quote = UInt8(0x22)
  private static let comma = UInt8(0x2C)
  private static let lineFeed = UInt8(0x0A)
  private static let carriageReturn = UInt8(0x0D)

  /// - Parameter bytes: UTF-8, with or without a byte order mark.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSeparatorLine()
  }

  /// Reads a file as Excel in Japanese offices saves it: UTF-8, else CP932.
  public init(fromOffice bytes: [UInt8]) throws(CSVError) {
    if String(validating: bytes, as: UTF8.self) != nil {
      self.init(bytes)
    } else if let text = decodeCP932(bytes) {
      self.init([UInt8](text.utf8))
    } else {
      throw CSVError(.notText, line: 0)
    }
  }

  /// The next record, or nil at the end. Lines without a character are passed over.
  public mutating func next() throws(CSVError) -> CSVRecord? {
    while position < bytes.count, isLineEnd(bytes[position]) { passLineEnd() }
    guard position < bytes.count else { return nil }
    let start = line
    var fields: [String] = []
    while true {
      fields.append(try bytes[position...].first == Self.quote ? quotedField() : plainField())
      guard position < bytes.count else { break }
      if isLineEnd(bytes[position]) {
        passLineEnd()
        break
      }
      position += 1  // the comma
    }
    return CSVRecord(line: start, fields: fields)
  }

  /// A field without quotes: everything up to a comma or the line's end.
  private mutating func plainField() throws(CSVError) -> String {
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, !isLineEnd(bytes[position]) {
      if bytes[position] == Self.quote { throw CSVError(.strayQuote, line: line) }
      position += 1
    }
    return try text(bytes[start..<position])
  }

  /// A field in quotes, in which two quotes stand for one.
  private mutating func quotedField() throws(CSVError) -> String {
    let opening = line
    position += 1
    var content: [UInt8] = []
    while true {
      guard position < bytes.count else { throw CSVError(.openQuote, line: opening) }
      let byte = bytes[position]
      if isLineEnd(byte) {
        let start = position
        passLineEnd()
        content += bytes[start..<position]
      } else if byte != Self.quote {
        content.append(byte)
        position += 1
      } else if position + 1 < bytes.count, bytes[position + 1] == Self.quote {
        content.append(byte)
        position += 2
      } else {
        position += 1
        break
      }
    }
    guard position == bytes.count || bytes[position] == Self.comma || isLineEnd(bytes[position])
    else { throw CSVError(.textAfterQuote, line: line) }
    return try text(content[...])
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(CSVError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CSVError(.notText, line: line)
    }
    return text
  }

  private func isLineEnd(_ byte: UInt8) -> Bool {
    byte == Self.lineFeed || byte == Self.carriageReturn
  }

  /// Passes CR LF, LF or CR, each one line.
  private mutating func passLineEnd() {
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    line += 1
  }

  /// Excel's own hint for the separator, which some programs write as the first line.
  private mutating func skipSeparatorLine() {
    guard bytes[position...].starts(with: "sep=,".utf8) else { return }
    let end = position + 5
    guard end < bytes.count, isLineEnd(bytes[end]) else { return }
    position = end
    passLineEnd()
  }
}
