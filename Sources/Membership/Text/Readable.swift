/// Code points that one character may have on average, so that what passes fits its column
/// (sql/001_accounts.sql) and a tower of combining marks does not pass for one character.
private let scalarsPerCharacter = 4

extension Unicode.Scalar {
  /// Chooses the shape of the character before it: 葛 + U+E0100.
  var isVariationSelector: Bool {
    (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
  }

  /// The zero-width non-joiner and joiner.
  var isJoiner: Bool { value == 0x200C || value == 0x200D }

  /// Turns the direction of what follows: the screen would show another text than the one stored.
  var isBidirectionalControl: Bool {
    (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
  }

  /// A letter, kana, kanji or sign of every day, space left out: nothing below has to ask Unicode's
  /// tables about it.
  var isEveryday: Bool {
    switch value {
    case 0x21...0x7E, 0x3041...0x3096, 0x30A1...0x30FF, 0x4E00...0x9FFF, 0xFF01...0xFF5E: true
    default: false
    }
  }

  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// A character that is seen by itself. Kanji newer than the tables of this Swift count (planes 2
  /// and 3 are set aside for them); private-use ones do not, since they look different elsewhere.
  var isVisible: Bool {
    guard !properties.isDefaultIgnorableCodePoint else { return false }
    return switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: false
    case .unassigned: (0x20000...0x3FFFD).contains(value) && value & 0xFFFE != 0xFFFE
    default: true
    }
  }
}

extension TypedText {
  /// True where a person counts at most `longest` characters: 葛󠄀, 𠮷 and が are one each.
  func fits(_ longest: Int) -> Bool {
    // Bytes first: counting characters of a text far too long would be work for nothing.
    let bytes = text.utf8.count
    if bytes <= longest { return true }
    guard bytes <= longest * scalarsPerCharacter * 4 else { return false }
    // No more code points than characters allowed: nothing has to be told apart.
    let scalars = text.scalarCount
    if scalars <= longest { return true }
    return !kinds.isSubset(of: .everyday) && scalars <= longest * scalarsPerCharacter
      && text.count <= longest
  }

  /// True where every character can be seen: no control characters (line ends among them), no
  /// change of direction, no zero-width character by itself; marks, variation selectors and
  /// joiners only after the character they belong to.
  var isReadable: Bool { kinds.isSubset(of: .everyday) || text.hasNothingUnreadable }
}

extension String {
  /// How many code points the text has: none begins with a byte that continues one.
  fileprivate var scalarCount: Int {
    let bytes = utf8.span
    var count = 0
    for place in bytes.indices where bytes[place] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  fileprivate var hasNothingUnreadable: Bool {
    var hasBase = false
    var awaitsJoined = false
    var mayVary = false
    for scalar in unicodeScalars {
      if scalar.isEveryday {
        (hasBase, awaitsJoined, mayVary) = (true, false, true)
      } else if scalar.isVariationSelector {
        guard mayVary else { return false }
        mayVary = false
      } else if scalar.isJoiner {
        guard hasBase, !awaitsJoined else { return false }
        (awaitsJoined, mayVary) = (true, false)
      } else if scalar.isMark {
        guard hasBase, !awaitsJoined, scalar.isVisible else { return false }
        mayVary = false
      } else {
        guard scalar.isVisible, !(awaitsJoined && scalar.isSpace) else { return false }
        hasBase = !scalar.isSpace
        (awaitsJoined, mayVary) = (false, hasBase)
      }
    }
    return !awaitsJoined
  }
}

extension Refusal {
  static func tooLong(_ longest: Int) -> Refusal { Refusal("\(longest)文字以内で入力してください。") }
  static let unreadable = Refusal("改行や特殊な文字（制御文字、外字など、画面に表示できない文字）を除いて入力してください。")
}
