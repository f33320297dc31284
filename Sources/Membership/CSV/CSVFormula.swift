/// Values that a spreadsheet would run as a formula when it opens a CSV file (OWASP, "CSV
/// Injection"): a person can type one into a form, and the secretariat opens the export.
///
/// Such a value gets an apostrophe before it, which spreadsheets take for "this is text". A value
/// that already begins with apostrophes and then such a character gets one more; so taking one
/// away gives every value back to the letter.
public enum CSVFormula {
  /// The value as it is written.
  public static func neutralised(_ value: String) -> String {
    isNeutral(value) ? value : "'" + value
  }

  /// The value that was written as this field.
  public static func original(of field: String) -> String {
    field.utf8.first == apostrophe && !isNeutral(field) ? String(field.dropFirstScalar) : field
  }

  private static let apostrophe = UInt8(0x27)

  private static func isNeutral(_ value: String) -> Bool {
    switch value.unicodeScalars.first(where: { $0 != "'" }) {
    case "=", "+", "-", "@", "\t", "\r", "\n", "\0": false
    // Excel in Japanese takes the full-width signs for the others.
    case "＝", "＋", "－", "＠": false
    default: true
    }
  }
}

extension String {
  /// Everything after the first scalar: a mark after it stays.
  fileprivate var dropFirstScalar: Substring.UnicodeScalarView { unicodeScalars.dropFirst() }
}
