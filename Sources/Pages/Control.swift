/// A control of a page, as the HTML has it.
public struct Control: Sendable, Equatable {
  /// How a control is filled in.
  public enum Kind: Sendable, Equatable {
    /// A line of text: its `value` is replaced.
    case text
    /// Several lines of text.
    case textarea
    /// Carried along: filled in as text, never shown, never wrong.
    case hidden
    /// A password: never filled in.
    case password
    /// A file: never filled in.
    case file
    /// Checked where its value is among those typed.
    case checkbox
    /// Checked where its value is among those typed.
    case radio
    /// The option with the typed value is selected.
    case select
    /// What the page alone decides: a button with a name, or a hidden control with a `{x}` as its
    /// value (the number of a row). Never filled in.
    case fixed

    /// True where it is filled with the next of the values typed for its name.
    var takesText: Bool {
      switch self {
      case .text, .textarea, .hidden, .select: true
      case .password, .file, .checkbox, .radio, .fixed: false
      }
    }

    /// True where it is checked or not.
    var isChoice: Bool { self == .radio || self == .checkbox }
  }

  /// The `name` attribute, which is the field's.
  public let name: String
  /// What it is, and so how it is filled in.
  public let kind: Kind
  /// The `id` attribute, where it has one that is not made from a `{x}`.
  public let id: String?
  /// True where the control says `required`.
  public let isRequired: Bool
  /// The `maxlength`, where the control has one.
  public let maxLength: Int?
  /// The page's own `value` (of a textarea its text; of a select the selected option's).
  public let defaultValue: String?
  /// True where it is a choice offered for another control of the same name: the radio buttons
  /// under a text field that matched several names of a master list.
  public internal(set) var isCandidate = false

  let isInTemplate: Bool
  let offset: Int
  var hasLabel: Bool

  /// True where a sentence can be bound to it.
  var canBeWrong: Bool { !isCandidate && kind != .hidden && kind != .fixed }
}
