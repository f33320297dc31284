import Testing

@testable import Membership

/// The kinds of characters promise what no step of normalising looks at again, so every code point
/// of the basic plane, and those outside that matter, are held against what each step does.
@Suite("Text: kinds of characters")
struct CharacterKindsTests {
  private static let scalars =
    (0...0xFFFF).compactMap { Unicode.Scalar(UInt32($0)) }
    + ["\u{20BB7}", "\u{1F600}", "\u{E0100}", "\u{10FFFF}"] as [Unicode.Scalar]

  /// The code points for which a promise is broken.
  private func breaking(_ holds: (Unicode.Scalar, CharacterKinds) -> Bool) -> [Unicode.Scalar] {
    Self.scalars.filter { !holds($0, String($0).kinds) }
  }

  @Test("every code point is of one kind, and a text has those of its own")
  func one() {
    #expect(breaking { $1.rawValue.nonzeroBitCount == 1 } == [])
    #expect("".kinds == [])
    #expect("日々A ｱあアー　１é".kinds.rawValue == (1 << 10) - 1)
    #expect("日𠮷ア".kinds == [.kanji, .katakana, .other])
  }

  @Test("characters of every day are seen or spaces, stand by themselves, and are no emoji")
  func everyday() {
    #expect(
      breaking { scalar, kinds in
        guard kinds.isSubset(of: .everyday) else { return true }
        let isPlain = !scalar.isMark && !scalar.isVariationSelector && !scalar.isJoiner
        return isPlain && scalar.isVisible && !scalar.properties.isEmojiPresentation
          && "人\(scalar)人".count == 3
      } == [])
  }

  @Test("letters of Japanese are letters, or numbers as kanji are")
  func letters() {
    #expect(
      breaking { scalar, kinds in
        guard kinds.isSubset(of: .letters) else { return true }
        return [.otherLetter, .modifierLetter, .letterNumber, .unassigned]
          .contains(scalar.properties.generalCategory)
      } == [])
  }

  @Test("where no kind of space is, there is none")
  func spaces() {
    #expect(breaking { !$0.isOuterSpace || !$1.isDisjoint(with: .spaces) } == [])
  }

  @Test("what has another width is found")
  func widths() {
    let wide: CharacterKinds = [.wide, .wideSpace, .other]
    #expect(breaking { $0.narrow == $0 || !$1.isDisjoint(with: wide) } == [])
    let narrow: CharacterKinds = [.ascii, .space, .other]
    #expect(breaking { $0.wide == $0 || !$1.isDisjoint(with: narrow) } == [])
    #expect(breaking { (0xFF61...0xFF9F).contains($0.value) == ($1 == .narrowKana) } == [])
  }

  @Test("what is folded to a hyphen, joined to its kana or made katakana is found")
  func rest() {
    let dashes: CharacterKinds = [.kanaMark, .wide, .narrowKana, .other]
    #expect(breaking { $0 == "-" || !$0.isDash || !$1.isDisjoint(with: dashes) } == [])
    #expect("ーｰ".kinds.isSubset(of: dashes) && "\u{3099}\u{309A}".kinds == .other)
    let hiragana = Array(0x3041...0x3096) + [0x309D, 0x309E] as [UInt32]
    #expect(breaking { hiragana.contains($0.value) == ($1 == .hiragana) } == [])
  }
}
