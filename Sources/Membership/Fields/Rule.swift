/// What is wrong with one value, said to the person who typed it.
///
/// `advice` is the rest of a sentence that begins with the field's label and 「は、」:
/// "7桁の数字で入力してください。" It says what to do, not what went wrong inside.
public struct Refusal: Error, Equatable, Sendable {
  public let advice: String

  public init(_ advice: String) {
    self.advice = advice
  }

  /// The whole sentence about a field.
  func sentence(about label: String) -> String {
    let joint = "は、"
    var sentence = ""
    sentence.reserveCapacity(label.utf8.count + joint.utf8.count + advice.utf8.count)
    sentence += label
    sentence += joint
    sentence += advice
    return sentence
  }
}

/// How one kind of value is read from what a person typed, and shown again.
///
/// Rules normalise first and check afterwards (screens.md §4). They are static functions of
/// `Rule` where `Value` is the type made: `.postalCode`, `.kana(64)`, `.personName(32)`.
public struct Rule<Value: Sendable>: Sendable {
  /// The longest normal form that passes, in characters as a person counts them.
  public let longest: Int
  /// Takes a text that is not empty.
  public let read: @Sendable (TypedText) throws(Refusal) -> Value
  /// The normal form: what is stored, and shown on the confirm page.
  public let show: @Sendable (Value) -> String
  /// What `show` makes of what was read.
  let normalForm: @Sendable (TypedText) throws(Refusal) -> String
  /// False where white space at the ends belongs to the value (passwords).
  public let trims: Bool

  public init(
    longest: Int, trims: Bool = true,
    read: @escaping @Sendable (TypedText) throws(Refusal) -> Value,
    show: @escaping @Sendable (Value) -> String
  ) {
    self.longest = longest
    self.trims = trims
    self.read = read
    self.show = show
    normalForm = { typed throws(Refusal) in show(try read(typed)) }
  }
}
