/// What a page is filled with.
public struct Filling: Sendable {
  /// What was typed.
  public var values: TypedValues
  /// The texts of slots and of `{x}`, by name.
  public var slots: Named<String>
  /// How often a `<template>` is written, and with what: one filling each time.
  ///
  /// What a part's own filling does not have is looked up in that of the page around it.
  public var parts: Named<[Filling]>
  /// The same for a `<template>` in which one text changes, and nothing else: names to choose from.
  /// No filling has to be made for each of them.
  public var lists: Named<TextList>
  /// What is wrong with the form, in the order in which it is to be said.
  public var problems: [FieldProblem]

  /// A filling; whatever is left out leaves the page as it is.
  public init(
    values: TypedValues = [:], slots: Named<String> = [:], parts: Named<[Filling]> = [:],
    lists: Named<TextList> = [:], problems: [FieldProblem] = []
  ) {
    self.values = values
    self.slots = slots
    self.parts = parts
    self.lists = lists
    self.problems = problems
  }
}

/// Texts, each to be shown in its turn.
public struct TextList: Sendable {
  /// The name of the slot, or of the `{x}`, that shows them.
  public let slot: String
  public let texts: [String]

  public init(_ slot: String, _ texts: [String]) {
    self.slot = slot
    self.texts = texts
  }
}

/// A sentence about a field, or about the form as a whole.
public struct FieldProblem: Sendable, Equatable {
  /// The name of the field's control; nil for the form as a whole.
  public let field: String?
  /// What to do, in Japanese.
  public let sentence: String

  /// A sentence about `field` (nil: the form as a whole).
  public init(field: String?, sentence: String) {
    self.field = field
    self.sentence = sentence
  }
}
