// Kana with a voicing mark of its own (か + U+3099), as macOS file names and some input methods
// give them. Only these are joined: NFC would change kanji in names (U+FA10 → U+585A).

private let voiced = pairs(
  "うかきくけこさしすせそたちつてとはひふへほゝウカキクケコサシスセソタチツテトハヒフヘホワヰヱヲヽ",
  "ゔがぎぐげござじずぜぞだぢづでどばびぶべぼゞヴガギグゲゴザジズゼゾダヂヅデドバビブベボヷヸヹヺヾ")
private let halfVoiced = pairs("はひふへほハヒフヘホ", "ぱぴぷぺぽパピプペポ")

private func pairs(_ plain: String, _ marked: String) -> [Unicode.Scalar: Unicode.Scalar] {
  Dictionary(uniqueKeysWithValues: zip(plain.unicodeScalars, marked.unicodeScalars))
}

extension String.UnicodeScalarView {
  /// Joins a combining ゛ (U+3099) or ゜ (U+309A) to the kana that ends the text. False where it
  /// has no such form (a kanji, ア゛): nothing is changed then.
  mutating func joinLast(_ mark: Unicode.Scalar) -> Bool {
    guard let last, let joined = (mark == "\u{3099}" ? voiced : halfVoiced)[last] else {
      return false
    }
    removeLast()
    append(joined)
    return true
  }
}

extension String {
  /// The text with every combining ゛ or ゜ joined to its kana, and nothing else changed.
  func joiningVoiceMarks() -> String {
    guard kinds.contains(.other) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isMark = scalar == "\u{3099}" || scalar == "\u{309A}"
      if !(isMark && result.joinLast(scalar)) { result.append(scalar) }
    }
    return String(result)
  }

  /// Hiragana (ぁ–ゖ, ゝ, ゞ) as katakana, the rest as it is.
  func katakana() -> String {
    guard kinds.contains(.hiragana) else { return self }
    return mapScalars { scalar in
      switch scalar.value {
      case 0x3041...0x3096, 0x309D, 0x309E: Unicode.Scalar(scalar.value + 0x60) ?? scalar
      default: scalar
      }
    }
  }
}
