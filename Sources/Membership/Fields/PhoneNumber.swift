/// A telephone or fax number that can be dialled in Japan: digits, with hyphens where they were
/// typed (where area codes end is not guessed), 10–15 characters with at least 10 digits.
public struct PhoneNumber: ExactText {
  /// Digits and single hyphens between them: `03-3946-2121`, `09012345678`.
  public let text: String
  /// The digits alone.
  public var digits: String { String(text.filter { $0 != "-" }) }

  /// Reads a number: +81 becomes 0; parentheses and spaces become hyphens.
  public init(_ typed: String) throws(Refusal) {
    let dialled = Self.withoutCountry(Array(typed.asNumber().utf8))
    guard let number = dialled.groupedDigits(apart: Self.isSeparator),
      number.count(where: \.isDigit) >= Self.fewestDigits, number.count <= Self.longest
    else { throw Self.refusal }
    text = String(decoding: number, as: UTF8.self)
  }

  static let longest = 15
  private static let fewestDigits = 10
  private static let refusal = Refusal(
    "市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。")

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "-", "(", ")", " ": true
    default: false
    }
  }

  /// The number as dialled at home: `+81 (0)90…` and `+81-90…` become `090…`.
  private static func withoutCountry(_ number: [UInt8]) -> [UInt8] {
    let zero = UInt8(ascii: "0")
    let country = number.drop { $0 == UInt8(ascii: "(") }
    guard country.starts(with: "+81".utf8) else { return number }
    let rest = country.dropFirst(3).drop(while: isSeparator)
    // The zero of "(0)" is the trunk prefix itself.
    return [zero] + rest.drop { $0 == zero }.drop(while: isSeparator)
  }
}

extension Rule where Value == PhoneNumber {
  /// A telephone or fax number.
  public static var phone: Rule {
    Rule(longest: PhoneNumber.longest) { text throws(Refusal) in try PhoneNumber(text) }
  }
}
