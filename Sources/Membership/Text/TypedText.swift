/// A text that somebody typed, without the white space at its ends, and the kinds of its
/// characters: found with one look, and mostly they tell that nothing has to be folded.
public struct TypedText: Sendable {
  let text: String
  let kinds: CharacterKinds
  var isEmpty: Bool { text.utf8.isEmpty }

  /// Takes white space (of any width) and invisible marks off the ends.
  public init(_ typed: String) {
    let typed = TypedText(untrimmed: typed)
    self = typed.kinds.isDisjoint(with: .spaces) ? typed : typed.trimmed()
  }

  /// Takes what came from a control: nil where nothing was typed into it.
  init?(_ typed: String?, trims: Bool) {
    guard let typed else { return nil }
    self = trims ? TypedText(typed) : TypedText(untrimmed: typed)
    if isEmpty { return nil }
  }

  /// Takes the text as it is.
  init(untrimmed typed: String) {
    text = typed
    kinds = typed.kinds
  }

  private func trimmed() -> TypedText {
    let trimmed = text.trimmingSpace()
    return trimmed.utf8.count == text.utf8.count ? self : TypedText(untrimmed: trimmed)
  }

  /// What `fold` makes of the text; the text itself where all of it is of kinds that `fold` leaves
  /// as they are.
  func folded(but kinds: CharacterKinds, _ fold: (String) -> String) -> TypedText {
    self.kinds.isSubset(of: kinds) ? self : TypedText(untrimmed: fold(text))
  }

  /// How numbers, dates and codes are read: half width, one kind of dash.
  func asNumber() -> TypedText {
    folded(but: [.ascii, .space, .kanji]) { $0.halfWidth().foldingDashes() }
  }
}

/// A value that is read from what somebody typed.
public protocol TypedValue: Sendable {
  /// Reads what was typed. Throws what is wrong with it.
  init(_ typed: TypedText) throws(Refusal)
}

extension TypedValue {
  /// Reads a text, white space at its ends left out. Throws what is wrong with it.
  public init(_ typed: String) throws(Refusal) { try self.init(TypedText(typed)) }
}
