/// A telephone or fax number that can be dialled in Japan: digits, with hyphens where they were
/// typed (where area codes end is not guessed), 10–15 characters with at least 10 digits.
public struct PhoneNumber: ExactText {
  /// Digits and single hyphens between them: `03-3946-2121`, `09012345678`.
  public let text: String
  /// The digits alone.
  public var digits: String { String(text.filter { $0 != "-" }) }

  /// Reads a number: +81 becomes 0; parentheses and spaces become hyphens.
  public init(_ typed: String) throws(Refusal) {
    let number = Self.withoutCountry(typed.asNumber())
    let groups = number.split(whereSeparator: Self.separators.contains)
    let joined = groups.joined(separator: "-")
    let digits = groups.reduce(0) { $0 + $1.utf8.count }
    guard joined.unicodeScalars.allSatisfy({ $0.isDigit || $0 == "-" }),
      digits >= Self.fewestDigits, joined.utf8.count <= Self.longest
    else { throw Self.refusal }
    text = joined
  }

  static let longest = 15
  private static let fewestDigits = 10
  private static let separators: [Character] = ["-", "(", ")", " "]
  private static let refusal = Refusal(
    "市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。")

  /// The number as dialled at home: `+81 (0)90…` and `+81-90…` become `090…`.
  private static func withoutCountry(_ number: String) -> String {
    let country = number.drop { $0 == "(" }
    guard country.hasPrefix("+81") else { return number }
    let rest = country.dropFirst(3).drop(while: separators.contains)
    // The zero of "(0)" is the trunk prefix itself.
    return "0" + rest.drop { $0 == "0" }.drop(while: separators.contains)
  }
}

extension Rule where Value == PhoneNumber {
  /// A telephone or fax number.
  public static var phone: Rule {
    Rule(longest: PhoneNumber.longest) { text throws(Refusal) in try PhoneNumber(text) }
  }
}
