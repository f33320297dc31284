/// A telephone or fax number that can be dialled in Japan: digits, with hyphens where they were
/// typed (where area codes end is not guessed), 10–15 characters with at least 10 digits.
public struct PhoneNumber: ExactText, TypedValue {
  /// Digits and single hyphens between them: `03-3946-2121`, `09012345678`.
  public let text: String
  /// The digits alone.
  public var digits: String { String(text.filter { $0 != "-" }) }

  /// Reads a number: +81 becomes 0; parentheses and spaces become hyphens.
  public init(_ typed: TypedText) throws(Refusal) {
    let typed = typed.asNumber().text
    let dialled = typed.utf8.span
    var number = DigitGroups()
    let national = Self.national(dialled)
    if national != nil { number.add(digit: Self.zero) }
    guard number.add(dialled, from: national ?? 0, apart: Self.isSeparator),
      number.digits >= Self.fewestDigits
    else { throw Self.refusal }
    text = number.text
  }

  static let longest = DigitGroups.most
  private static let fewestDigits = 10
  /// What is dialled before the number itself at home.
  private static let zero = UInt8(ascii: "0")
  private static let refusal = Refusal(
    "市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。")

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "-", "(", ")", " ": true
    default: false
    }
  }

  /// Where the number itself begins behind its country: `+81 (0)90…` and `+81-90…` are `090…` at
  /// home. Nil where there is no country.
  private static func national(_ number: Span<UInt8>) -> Int? {
    var place = 0
    func pass(_ isPassed: (UInt8) -> Bool) {
      while place < number.count, isPassed(number[place]) { place += 1 }
    }
    pass { $0 == UInt8(ascii: "(") }
    for sign in "+81".utf8 {
      guard place < number.count, number[place] == sign else { return nil }
      place += 1
    }
    pass(isSeparator)
    pass { $0 == zero }
    pass(isSeparator)
    return place
  }
}

extension Rule where Value == PhoneNumber {
  /// A telephone or fax number.
  public static var phone: Rule {
    Rule(longest: PhoneNumber.longest) { typed throws(Refusal) in try PhoneNumber(typed) }
  }
}
