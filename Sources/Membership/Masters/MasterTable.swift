/// The tables of master lists (sql/004_masters.sql) and the columns of their files.
public enum MasterTable: String, CaseIterable, Sendable {
  case prefectures, specialties, universities, societies
  case graduateSchools = "graduate_schools"
  case postalCodes = "postal_codes"

  /// One column: its heading in the file, and what its values must be.
  struct Column {
    enum Content: Equatable {
      /// This many digits.
      case digits(Int)
      /// A number from 1 to 65535.
      case number
      /// Text up to this many characters, as MariaDB counts them: scalars.
      case text(ClosedRange<Int>)
    }

    let heading: String
    let content: Content

    init(_ heading: String, _ content: Content) {
      self.heading = heading
      self.content = content
    }

    /// What is wrong with a value, or nil.
    func problem(_ value: String) -> String? {
      switch content {
      case .digits(let count):
        let isRight = value.utf8.count == count && value.utf8.allSatisfy(isDigit)
        return isRight ? nil : "is not \(count) digits: \(value)"
      case .number:
        let isRight = value.utf8.allSatisfy(isDigit) && (1...65535).contains(Int(value) ?? 0)
        return isRight ? nil : "is not a number from 1: \(value)"
      case .text(let lengths):
        let count = value.unicodeScalars.count
        if count < lengths.lowerBound { return "is empty" }
        return count <= lengths.upperBound ? nil : "is longer than \(lengths.upperBound)"
      }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  }

  /// The columns that are stored, in the order of the table. The first one is the key.
  var columns: [Column] {
    switch self {
    case .prefectures:
      [Column("code", .digits(2)), Column("name", .text(1...8)), Column("kana", .text(1...16))]
    case .specialties:
      [
        Column("code", .digits(2)), Column("name", .text(1...60)), Column("kana", .text(1...100)),
        Column("aliases", .text(0...200)),
      ]
    case .universities:
      [
        Column("code", .digits(3)), Column("name", .text(1...100)), Column("kana", .text(1...100)),
        Column("former_names", .text(0...500)),
      ]
    case .graduateSchools:
      [Column("code", .digits(3)), Column("name", .text(1...100)), Column("kana", .text(1...100))]
    case .societies:
      [
        Column("number", .number), Column("name", .text(1...100)), Column("kana", .text(1...100)),
        Column("former_names", .text(0...500)),
      ]
    case .postalCodes:
      [
        Column("postal_code", .digits(7)), Column("prefecture", .text(1...8)),
        Column("city", .text(1...60)), Column("town", .text(0...100)),
      ]
    }
  }

  /// Several places share a postal code; every other key stands once.
  var isUnique: Bool { self != .postalCodes }
}
