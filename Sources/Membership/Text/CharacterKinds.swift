/// What kinds of characters stand in a text. One look over its bytes tells, and mostly it tells that
/// a step of normalising has nothing to do.
struct CharacterKinds: OptionSet {
  let rawValue: UInt16

  /// A letter, digit or sign of ASCII.
  static let ascii = CharacterKinds(rawValue: 1)
  /// The space of ASCII.
  static let space = CharacterKinds(rawValue: 1 << 1)
  /// U+4E00–9FFF, where the kanji of every day are, and 々, 〆, 〇.
  static let kanji = CharacterKinds(rawValue: 1 << 2)
  /// ぁ–ゖ, ゝ, ゞ.
  static let hiragana = CharacterKinds(rawValue: 1 << 3)
  /// ァ–ヺ, and the small letters for Ainu (ㇰ–ㇿ), which names in Hokkaido have.
  static let katakana = CharacterKinds(rawValue: 1 << 4)
  /// ・, ー, ヽ, ヾ.
  static let kanaMark = CharacterKinds(rawValue: 1 << 5)
  /// A letter, digit or sign of ASCII in full width.
  static let wide = CharacterKinds(rawValue: 1 << 6)
  /// The space in full width.
  static let wideSpace = CharacterKinds(rawValue: 1 << 7)
  /// A kana or sign of kana in half width.
  static let narrowKana = CharacterKinds(rawValue: 1 << 8)
  /// Anything else: control characters, marks, emoji, other scripts, rare kanji.
  static let other = CharacterKinds(rawValue: 1 << 9)

  /// Characters of every day: each can be seen, or is a space, and none joins the one before it.
  static let everyday: CharacterKinds = [
    .ascii, .space, .kanji, .hiragana, .katakana, .kanaMark, .wide, .wideSpace,
  ]
  /// All but `other`.
  static let known = everyday.union(.narrowKana)
  /// Letters of Japanese.
  static let letters: CharacterKinds = [.kanji, .hiragana, .katakana]
  /// What full width is, spaces left out.
  static let fullWidth: CharacterKinds = letters.union([.kanaMark, .wide])
  /// Where spaces of any width are among.
  static let spaces: CharacterKinds = [.space, .wideSpace, .other]

  /// The kind of a code point that takes three bytes.
  fileprivate static func of(_ value: UInt32) -> CharacterKinds {
    switch value {
    case 0x4E00...0x9FFF, 0x3005...0x3007: .kanji
    case 0x30A1...0x30FA, 0x31F0...0x31FF: .katakana
    case 0x3041...0x3096, 0x309D, 0x309E: .hiragana
    case 0x30FB...0x30FE: .kanaMark
    case 0x3000: .wideSpace
    case 0xFF01...0xFF5E: .wide
    case 0xFF61...0xFF9F: .narrowKana
    default: .other
    }
  }
}

extension Span<UInt8> {
  /// The kind of the character that begins at a place of a text, and how many bytes it has. (Of two
  /// bytes or four, each counts: all are of other kinds.)
  @inline(__always)
  fileprivate func kind(at place: Int) -> (kind: CharacterKinds, length: Int) {
    let byte = self[place]
    if byte < 0x80 { return (0x21...0x7E ~= byte ? .ascii : byte == 0x20 ? .space : .other, 1) }
    // Most of what is written: 一 to 鿿, but for the first of them.
    if 0xE5...0xE9 ~= byte { return (.kanji, 3) }
    guard byte & 0xF0 == 0xE0 else { return (.other, 1) }
    let rest = UInt32(self[place + 1] & 0x3F) << 6 | UInt32(self[place + 2] & 0x3F)
    return (.of(UInt32(byte & 0x0F) << 12 | rest), 3)
  }
}

extension String {
  /// The kinds of characters in the text.
  var kinds: CharacterKinds {
    let bytes = utf8.span
    var kinds: CharacterKinds = []
    var place = 0
    while place < bytes.count {
      let (kind, length) = bytes.kind(at: place)
      kinds.formUnion(kind)
      place += length
      // Signs of ASCII come many in a row.
      if kind == .ascii { while place < bytes.count, 0x21...0x7E ~= bytes[place] { place += 1 } }
    }
    return kinds
  }

  /// The kinds of the first and the last character.
  var outerKinds: CharacterKinds {
    let bytes = utf8.span
    guard bytes.count > 0 else { return [] }
    var last = bytes.count - 1
    while bytes[last] & 0xC0 == 0x80 { last -= 1 }
    return bytes.kind(at: 0).kind.union(bytes.kind(at: last).kind)
  }

  /// True where one of the bytes is such. (Through the view of the bytes, each would be asked for
  /// by an index.)
  func hasByte(where isSuch: (UInt8) -> Bool) -> Bool {
    let bytes = utf8.span
    for place in bytes.indices where isSuch(bytes[place]) { return true }
    return false
  }
}
