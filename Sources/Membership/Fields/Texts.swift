// Free texts. None loses or changes a character that can be seen.

/// One line in full width: names of schools, departments, societies.
public struct FullWidthText: ExactText {
  /// Full-width; a space is U+3000.
  public let text: String

  /// Reads a line; half-width letters, digits, signs and kana become full-width.
  public init(_ typed: TypedText, longest: Int) throws(Refusal) {
    let folded = typed.folded(but: .fullWidth) {
      $0.joiningVoiceMarks().fullWidth()
    }
    guard !folded.isEmpty, folded.isReadable else { throw .unreadable }
    guard folded.fits(longest) else { throw .tooLong(longest) }
    text = folded.text
  }
}

/// One line in the width in which it was typed: addresses, and names not of our own people.
public struct LineText: ExactText {
  /// As typed, ends trimmed.
  public let text: String

  /// Reads a line of any width.
  public init(_ typed: TypedText, longest: Int) throws(Refusal) {
    let folded = typed.folded(but: .known) { $0.joiningVoiceMarks() }
    guard !folded.isEmpty, folded.isReadable else { throw .unreadable }
    guard folded.fits(longest) else { throw .tooLong(longest) }
    text = folded.text
  }
}

/// The part of an address up to the house number, in full or half width.
public typealias AddressText = LineText

/// A name, or part of one, to be found in a master list; the list decides what it means. Half-width
/// kana become full-width.
public struct MasterName: ExactText, TypedValue {
  /// As typed, but for kana.
  public let text: String

  /// Reads a name of at most 100 characters.
  public init(_ typed: TypedText) throws(Refusal) {
    let folded = typed.folded(but: .fullWidth.union(.ascii)) {
      $0.joiningVoiceMarks().fullWidthKana().unitingSpaces(as: "\u{3000}")
    }
    guard !folded.isEmpty, folded.isReadable else { throw .unreadable }
    guard folded.fits(Self.longest) else { throw .tooLong(Self.longest) }
    text = folded.text
  }

  static let longest = 100
}

/// Text of several lines: an inquiry, an answer.
public struct PlainText: ExactText {
  /// Lines end with LF.
  public let text: String

  /// Reads a text; CR LF and CR become LF. Control characters other than tab and line end, and
  /// those that turn the direction of writing, are refused; emoji and the like are welcome.
  public init(_ typed: TypedText, longest: Int) throws(Refusal) {
    let folded = typed.folded(but: .known, Self.withLineFeeds)
    guard !folded.isEmpty, folded.text.unicodeScalars.allSatisfy(Self.isAllowed) else {
      throw Refusal("特殊な文字（制御文字など、画面に表示できない文字）を除いて入力してください。")
    }
    guard folded.fits(longest) else { throw .tooLong(longest) }
    text = folded.text
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\t"
      || !(scalar.properties.generalCategory == .control || scalar.isBidirectionalControl)
  }

  private static func withLineFeeds(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var followsReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" || !(scalar == "\n" && followsReturn) {
        result.append(scalar == "\r" ? "\n" : scalar)
      }
      followsReturn = scalar == "\r"
    }
    return String(result)
  }
}

extension Rule where Value == FullWidthText {
  /// A line in full width of at most `longest` characters.
  public static func fullWidth(_ longest: Int) -> Rule {
    Rule(longest: longest) { typed throws(Refusal) in try FullWidthText(typed, longest: longest) }
  }
}

extension Rule where Value == LineText {
  /// A line of at most `longest` characters, in any width.
  public static func line(_ longest: Int) -> Rule {
    Rule(longest: longest) { typed throws(Refusal) in try LineText(typed, longest: longest) }
  }

  /// An address of at most `longest` characters, in any width.
  public static func address(_ longest: Int) -> Rule { line(longest) }
}

extension Rule where Value == MasterName {
  /// A name in a master list, or part of one.
  public static var masterName: Rule {
    Rule(longest: MasterName.longest) { typed throws(Refusal) in try MasterName(typed) }
  }
}

extension Rule where Value == PlainText {
  /// A text of several lines, at most `longest` characters.
  public static func plainText(_ longest: Int) -> Rule {
    Rule(longest: longest) { typed throws(Refusal) in try PlainText(typed, longest: longest) }
  }
}
