/// A value that is one text, made only by parsing and compared to the letter: two spellings of a
/// name that Swift's `String` calls equal (U+FA10 and U+585A) are two values.
public protocol ExactText: Hashable, Sendable, CustomStringConvertible {
  /// The normal form: what is stored and shown.
  var text: String { get }
}

extension ExactText {
  /// The normal form.
  public var description: String { text }

  /// True where both normal forms are the same, code point by code point.
  public static func == (one: Self, other: Self) -> Bool { one.text.isExactly(other.text) }

  /// Hashes the bytes that `==` compares.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension Rule where Value: ExactText {
  /// A rule whose value is shown as its own text.
  init(
    longest: Int, _ read: @escaping @Sendable (TypedText) throws(Refusal) -> Value
  ) {
    self.init(longest: longest, read: read, show: { $0.text })
  }
}
