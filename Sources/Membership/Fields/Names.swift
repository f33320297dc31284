// Names of people. They are never put through NFC or NFKC, which would change kanji (U+FA19,
// U+FA10); only a combining ゛ or ゜ is joined to its kana.

/// The reading of a name: full-width katakana, with ー, ・ and spaces between parts.
public struct KanaName: ExactText {
  /// Katakana; a space is U+3000.
  public let text: String

  /// Reads a reading; hiragana and half-width kana become full-width katakana.
  public init(_ typed: TypedText, longest: Int = 64) throws(Refusal) {
    let folded = typed.folded(but: [.katakana, .kanaMark]) {
      $0.joiningVoiceMarks().fullWidthKana().katakana().unitingSpaces(as: "\u{3000}")
    }
    guard folded.kinds.isSubset(of: [.katakana, .kanaMark, .wideSpace]),
      folded.kinds.contains(.katakana)
    else {
      throw Refusal("全角カタカナで入力してください（例：ニチイ）。")
    }
    guard folded.fits(longest) else { throw .tooLong(longest) }
    text = folded.text
  }
}

/// A name as its bearer writes it: any letter and mark of any script, also outside JIS and the BMP.
public struct PersonName: ExactText {
  /// Full-width; a space is U+3000.
  public let text: String

  /// Reads a name; half-width letters and kana become full-width.
  public init(_ typed: TypedText, longest: Int = 32) throws(Refusal) {
    let folded = typed.folded(but: .fullWidth) {
      $0.joiningVoiceMarks().fullWidth().unitingSpaces(as: "\u{3000}")
    }
    guard folded.isReadable else { throw .unreadable }
    guard Self.isName(folded) else {
      throw Refusal("絵文字や記号だけの名前ではなく、全角の文字で入力してください（例：日医）。")
    }
    guard folded.fits(longest) else { throw .tooLong(longest) }
    text = folded.text
  }

  /// Mostly there is nothing but kanji or kana.
  private static func isName(_ name: TypedText) -> Bool {
    let kinds = name.kinds
    if kinds.isSubset(of: .everyday), !kinds.isDisjoint(with: .letters) { return true }
    let scalars = name.text.unicodeScalars
    return scalars.allSatisfy(isAllowed) && scalars.contains(where: isLetter)
  }

  /// Everything readable but emoji. Signs stand in names, too (＝ between the parts of foreign
  /// ones), and do no harm: pages, mails and files escape them.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isEveryday || !scalar.properties.isEmojiPresentation
  }

  /// A letter, or a kanji that counts as a number (〇) or is newer than the tables of this Swift.
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if (0x4E00...0x9FFF).contains(scalar.value) { return true }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber, .unassigned:
      true
    default: false
    }
  }
}

extension Rule where Value == KanaName {
  /// A reading of at most `longest` characters.
  public static func kana(_ longest: Int) -> Rule {
    Rule(longest: longest) { typed throws(Refusal) in try KanaName(typed, longest: longest) }
  }
}

extension Rule where Value == PersonName {
  /// A name of at most `longest` characters.
  public static func personName(_ longest: Int) -> Rule {
    Rule(longest: longest) { typed throws(Refusal) in try PersonName(typed, longest: longest) }
  }
}
