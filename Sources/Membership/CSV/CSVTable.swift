/// A CSV file with a header: its rows with the columns that a program asks for, in the order asked
/// for, wherever they stand in the file. Other columns are passed over.
public struct CSVTable: Sendable {
  private var reader: CSVReader
  private let width: Int
  /// Where each column asked for stands; nil for one that is missing and may be.
  private let positions: [Int?]
  private let restoresFormulas: Bool

  /// Reads the header. Throws where it lacks a column of `columns`; one of `optional` that is
  /// missing gives empty values. White space around a column's name does not count.
  /// - Parameter restoresFormulas: true for a file that may be our own export, edited: undoes what
  ///   `CSVWriter` did to values that a spreadsheet would run.
  public init(
    _ reader: CSVReader, columns: [String], optional: [String] = [], restoresFormulas: Bool = false
  ) throws(CSVError) {
    var reader = reader
    guard let header = try reader.next() else { throw CSVError(.empty, line: 0) }
    let names = header.fields.map { String($0.filter { !$0.isWhitespace }) }
    for name in columns + optional where names.count(where: { $0 == name }) > 1 {
      throw CSVError(.repeatedColumn(name), line: header.line)
    }
    let missing = columns.filter { !names.contains($0) }
    guard missing.isEmpty else { throw CSVError(.missingColumns(missing), line: header.line) }
    self.reader = reader
    self.width = names.count
    self.positions = (columns + optional).map { names.firstIndex(of: $0) }
    self.restoresFormulas = restoresFormulas
  }

  /// The next row's values, those of `columns`, then those of `optional`; nil at the end. Rows with
  /// empty fields only are passed over, and fields missing at a row's end are empty: a spreadsheet
  /// leaves both behind.
  public mutating func next() throws(CSVError) -> CSVRecord? {
    while let record = try reader.next() {
      let fields = record.fields
      if fields.allSatisfy(\.isEmpty) { continue }
      guard fields.count <= width || fields[width...].allSatisfy(\.isEmpty) else {
        throw CSVError(.tooManyFields(fields.count, header: width), line: record.line)
      }
      let values = positions.map { position in
        position.flatMap { $0 < fields.count ? value(fields[$0]) : nil } ?? ""
      }
      return CSVRecord(line: record.line, fields: values)
    }
    return nil
  }

  private func value(_ field: String) -> String {
    restoresFormulas ? CSVFormula.original(of: field) : field
  }
}
