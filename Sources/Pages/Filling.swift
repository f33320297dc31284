/// What a page is filled with.
public struct Filling: Sendable {
  /// What was typed, by the control's name, in the order of the page.
  ///
  /// A name that is absent leaves the page's own values; an empty list empties the control, and
  /// clears a check mark.
  public var values: Named<[String]>
  /// The texts of slots and of `{x}`, by name.
  public var slots: Named<String>
  /// How often a `<template>` is written, and with what: one filling each time.
  ///
  /// What a part's own filling does not have is looked up in that of the page around it.
  public var parts: Named<[Filling]>
  /// What is wrong with the form, in the order in which it is to be said.
  public var problems: [FieldProblem]

  /// A filling; whatever is left out leaves the page as it is.
  public init(
    values: Named<[String]> = [:], slots: Named<String> = [:], parts: Named<[Filling]> = [:],
    problems: [FieldProblem] = []
  ) {
    self.values = values
    self.slots = slots
    self.parts = parts
    self.problems = problems
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
