// The form in which names are compared, so that a person need not type them as we write them.

/// Folds what does not tell two names apart: width, hiragana and katakana, small and large kana,
/// old and new forms of a kanji, dashes, spaces and middle dots.
public enum SearchFolding {
  /// The comparison form of a text: equal for two spellings of one name.
  ///
  /// It is for comparing only, never shown or stored. UTF-16 units, since nearly every character
  /// of a Japanese name is one of them: a search touches a third of the units that UTF-8 has.
  /// Empty when the text has nothing to compare, e.g. only dashes.
  public static func fold(_ text: String) -> [UInt16] {
    var folded: [UInt16] = []
    folded.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars { append(scalar.value, to: &folded) }
    return folded
  }

  private static func append(_ typed: UInt32, to folded: inout [UInt16]) {
    let value = usualWidth(typed)
    switch value {
    // What most names are made of first.
    case 0x4E00...0x9FFF: append(code: KanjiVariants.usual(value), to: &folded)
    case 0x30A1...0x30F6: folded.append(largeKana(UInt16(value)))
    case 0x3099, 0x309B: voice(&folded)
    case 0x309A, 0x309C: halfVoice(&folded)
    case _ where isDropped(value): return
    case 0x41...0x5A: folded.append(UInt16(value) + 0x20)
    case 0x3041...0x3096: folded.append(largeKana(UInt16(value) + 0x60))
    case 0x3400...: append(code: KanjiVariants.usual(value), to: &folded)
    default: append(code: value, to: &folded)
    }
  }

  private static func append(code value: UInt32, to folded: inout [UInt16]) {
    if let unit = UInt16(exactly: value) {
      folded.append(unit)
    } else {
      folded += UTF16.units(value)
    }
  }

  /// Full-width ASCII as ASCII, half-width katakana as katakana.
  private static func usualWidth(_ value: UInt32) -> UInt32 {
    switch value {
    case 0xFF01...0xFF5E: value - 0xFEE0
    case 0xFF61...0xFF9F: UInt32(halfWidthKana[Int(value - 0xFF61)])
    default: value
    }
  }

  /// U+FF61 to U+FF9F in their usual width, the two sound marks as combining marks.
  private static let halfWidthKana = [UInt16](
    """
    。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ\
    ハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}
    """.utf16)

  /// What two spellings of a name differ by most often, and what nobody sees.
  private static func isDropped(_ value: UInt32) -> Bool {
    switch value {
    case 0x00...0x20, 0x7F...0xA0, 0xAD, 0x3000: true  // control, spaces, soft hyphen
    case 0x2000...0x200F, 0x2028...0x202F, 0x205F...0x206F, 0xFEFF: true  // spaces, invisible
    case 0x2D, 0x7E, 0x2010...0x2015, 0x2212, 0x30FC, 0x301C, 0x2500: true  // dashes of all kinds
    case 0xB7, 0x2022, 0x30FB: true  // middle dots
    case 0x180B...0x180D, 0xFE00...0xFE0F, 0xE0100...0xE01EF: true  // variation selectors
    default: false
    }
  }

  /// Katakana with small kana as large ones, ヰ as イ and ヱ as エ. ヶ becomes ケ this way.
  private static func largeKana(_ unit: UInt16) -> UInt16 {
    switch unit {
    case 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9: unit + 1  // ァィゥェォ
    case 0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30EE: unit + 1  // ッャュョヮ
    case 0x30F0: 0x30A4
    case 0x30F1: 0x30A8
    case 0x30F5: 0x30AB
    case 0x30F6: 0x30B1
    default: unit
    }
  }

  /// Joins a separate ゛ to the kana before it; where none can take it, it is dropped.
  private static func voice(_ folded: inout [UInt16]) {
    guard let last = folded.last else { return }
    switch last {
    case 0x30A6: folded[folded.count - 1] = 0x30F4  // ウ, ヴ
    // カ to ヂ at odd code points, ヅ to ド at even ones, ハ to ホ three apart
    case 0x30AB...0x30C1 where last % 2 == 1: folded[folded.count - 1] += 1
    case 0x30C4, 0x30C6, 0x30C8: folded[folded.count - 1] += 1
    case 0x30CF...0x30DB where last % 3 == 0: folded[folded.count - 1] += 1
    default: return
    }
  }

  /// Joins a separate ゜ to ハ, ヒ, フ, ヘ or ホ before it; else it is dropped.
  private static func halfVoice(_ folded: inout [UInt16]) {
    guard let last = folded.last, (0x30CF...0x30DB).contains(last), last % 3 == 0 else { return }
    folded[folded.count - 1] += 2
  }
}

extension UTF16 {
  /// The two units of a scalar value.
  fileprivate static func units(_ value: UInt32) -> UTF16.EncodedScalar {
    UTF16.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF16.encodedReplacementCharacter
  }
}
