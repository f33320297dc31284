/// What is wrong with one value, said to the person who typed it.
///
/// `advice` is the rest of a sentence that begins with the field's label and 「は、」:
/// "7桁の数字で入力してください。" It says what to do, not what went wrong inside.
public struct Refusal: Error, Equatable, Sendable {
  public let advice: String

  public init(_ advice: String) {
    self.advice = advice
  }
}

/// How one kind of value is read from what a person typed, and shown again.
///
/// Rules normalise first and check afterwards (screens.md §4). They are static functions of
/// `Rule` where `Value` is the type made: `.postalCode`, `.kana(64)`, `.personName(32)`.
public struct Rule<Value: Sendable>: Sendable {
  /// The longest normal form that passes, in characters as a person counts them.
  public let longest: Int
  /// Takes a text whose outer white space is gone and which is not empty.
  public let read: @Sendable (String) throws(Refusal) -> Value
  /// The normal form: what is stored, and shown on the confirm page.
  public let show: @Sendable (Value) -> String
  /// What `show` makes of what was read.
  let normalForm: @Sendable (String) throws(Refusal) -> String
  /// False where white space at the ends belongs to the value (passwords).
  public let trims: Bool

  public init(
    longest: Int, trims: Bool = true,
    read: @escaping @Sendable (String) throws(Refusal) -> Value,
    show: @escaping @Sendable (Value) -> String
  ) {
    self.longest = longest
    self.trims = trims
    self.read = read
    self.show = show
    normalForm = { text throws(Refusal) in show(try read(text)) }
  }
}
