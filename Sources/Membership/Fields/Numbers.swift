// Numbers of a fixed length: registry number, code of a specialty, postal code.

/// A number in the register of physicians (医籍登録番号): 6 digits, leading zeros kept.
public struct RegistryNumber: ExactText, TypedValue {
  /// Six ASCII digits.
  public let text: String

  /// Reads a number; full-width digits become half-width.
  public init(_ typed: TypedText) throws(Refusal) {
    let folded = typed.asNumber().text
    guard folded.isDigits(6) else {
      throw Refusal("6桁の数字で入力してください（例：123456）。6桁に満たない番号は、先頭に0を付けてください（例：012345）。")
    }
    text = folded
  }
}

/// The code of a specialty (診療科名): 2 digits. One that the table of today lacks is taken, since
/// the survey's numbering changes between its editions.
public struct SpecialtyCode: ExactText, TypedValue {
  /// Two ASCII digits.
  public let text: String

  /// Reads a code; full-width digits become half-width.
  public init(_ typed: TypedText) throws(Refusal) {
    let folded = typed.asNumber().text
    guard folded.isDigits(2) else { throw Refusal("一覧から選択してください（例：01内科）。") }
    text = folded
  }
}

/// A Japanese postal code: `113-8621`. Whether it is in use is not asked: the codes of big
/// organisations are in no list of ours.
public struct PostalCode: ExactText, TypedValue {
  /// With the hyphen.
  public let text: String
  /// The seven digits, as the postal tables have them.
  public var digits: String { String(text.filter { $0 != "-" }) }

  /// Reads a code, with or without hyphen and 〒.
  public init(_ typed: TypedText) throws(Refusal) {
    let code = typed.asNumber().folded(but: .known) { text in
      String(text.unicodeScalars.drop(while: Self.isMark))
    }.text
    let bytes = code.utf8.span
    var digits = DigitGroups()
    guard bytes.count <= 8,
      digits.add(bytes, from: 0, apart: { $0 == DigitGroups.hyphen || $0 == UInt8(ascii: " ") }),
      digits.digits == 7, digits.count == 7 || digits.signs[3] == DigitGroups.hyphen
    else { throw Refusal("7桁の数字で入力してください（例：113-0021）。") }
    if digits.count == 7 { digits.insertHyphen(at: 3) }
    text = digits.text
  }

  /// What may stand before the digits.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "〒", "〠", "〶": true
    default: scalar.isSpace
    }
  }
}

extension String {
  /// True for exactly `count` ASCII digits.
  func isDigits(_ count: Int) -> Bool {
    utf8.count == count && !hasByte { !$0.isDigit }
  }
}

extension Rule where Value == RegistryNumber {
  /// A number in the register of physicians.
  public static var registryNumber: Rule {
    Rule(longest: 6) { typed throws(Refusal) in try RegistryNumber(typed) }
  }
}

extension Rule where Value == SpecialtyCode {
  /// The code of a specialty.
  public static var specialtyCode: Rule {
    Rule(longest: 2) { typed throws(Refusal) in try SpecialtyCode(typed) }
  }
}

extension Rule where Value == PostalCode {
  /// A postal code, shown with its hyphen.
  public static var postalCode: Rule {
    Rule(longest: 8) { typed throws(Refusal) in try PostalCode(typed) }
  }
}
