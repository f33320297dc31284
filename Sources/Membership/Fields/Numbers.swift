// Numbers of a fixed length: registry number, code of a specialty, postal code.

/// A number in the register of physicians (医籍登録番号): 6 digits, leading zeros kept.
public struct RegistryNumber: ExactText {
  /// Six ASCII digits.
  public let text: String

  /// Reads a number; full-width digits become half-width.
  public init(_ typed: String) throws(Refusal) {
    let folded = typed.asNumber()
    guard folded.isDigits(6) else {
      throw Refusal("6桁の数字で入力してください（例：123456）。6桁に満たない番号は、先頭に0を付けてください（例：012345）。")
    }
    text = folded
  }
}

/// The code of a specialty (診療科名): 2 digits. One that the table of today lacks is taken, since
/// the survey's numbering changes between its editions.
public struct SpecialtyCode: ExactText {
  /// Two ASCII digits.
  public let text: String

  /// Reads a code; full-width digits become half-width.
  public init(_ typed: String) throws(Refusal) {
    let folded = typed.asNumber()
    guard folded.isDigits(2) else { throw Refusal("一覧から選択してください（例：01内科）。") }
    text = folded
  }
}

/// A Japanese postal code: `113-8621`. Whether it is in use is not asked: the codes of big
/// organisations are in no list of ours.
public struct PostalCode: ExactText {
  /// With the hyphen.
  public let text: String
  /// The seven digits, as the postal tables have them.
  public var digits: String { String(text.filter { $0 != "-" }) }

  /// Reads a code, with or without hyphen and 〒.
  public init(_ typed: String) throws(Refusal) {
    let bytes = Array(String(typed.asNumber().unicodeScalars.drop(while: Self.isMark)).utf8)
    let hyphen = UInt8(ascii: "-")
    guard bytes.count <= 8,
      var digits = bytes.groupedDigits(apart: { $0 == hyphen || $0 == UInt8(ascii: " ") }),
      digits.count(where: \.isDigit) == 7, digits.count == 7 || digits.firstIndex(of: hyphen) == 3
    else { throw Refusal("7桁の数字で入力してください（例：113-0021）。") }
    if digits.count == 7 { digits.insert(hyphen, at: 3) }
    text = String(decoding: digits, as: UTF8.self)
  }

  /// What may stand before the digits.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "〒", "〠", "〶": true
    default: scalar.isSpace
    }
  }
}

extension [UInt8] {
  /// The digits, with one hyphen between groups of them, however these are kept apart. Nil where
  /// there is anything else.
  func groupedDigits(apart isSeparator: (UInt8) -> Bool) -> [UInt8]? {
    var digits: [UInt8] = []
    digits.reserveCapacity(count)
    var isApart = false
    for byte in self {
      if isSeparator(byte) {
        isApart = true
        continue
      }
      guard byte.isDigit else { return nil }
      if isApart, !digits.isEmpty { digits.append(UInt8(ascii: "-")) }
      digits.append(byte)
      isApart = false
    }
    return digits
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
    Rule(longest: 6) { text throws(Refusal) in try RegistryNumber(text) }
  }
}

extension Rule where Value == SpecialtyCode {
  /// The code of a specialty.
  public static var specialtyCode: Rule {
    Rule(longest: 2) { text throws(Refusal) in try SpecialtyCode(text) }
  }
}

extension Rule where Value == PostalCode {
  /// A postal code, shown with its hyphen.
  public static var postalCode: Rule {
    Rule(longest: 8) { text throws(Refusal) in try PostalCode(text) }
  }
}
