/// A page is cut once, when it is read, into pieces; an answer is a walk over them.
enum Piece: Sendable {
  /// Bytes of the page as they stand.
  case text(Range<Int>)
  /// A `{x}`, which only templates have.
  case placeholder(String)
  case slot(String, sample: [Piece])
  /// A `<template>`, written once for each of its fillings.
  case part(String, [Piece])
  /// Where `エラー：` goes.
  case titlePrefix
  /// The tag of a control begins, and the next pieces are about it. The value is that of a checkbox
  /// or radio button.
  case control(Int, value: Words)
  /// The control's `value` attribute, or where it would stand.
  case value(own: [Piece])
  /// The control's `checked` attribute, or where it would stand.
  case checked(own: [Piece])
  /// The control's `aria-describedby` attribute, or where it would stand, and the ids in it.
  case described(own: [Piece], ids: [Piece])
  /// The text of a textarea.
  case typedText(own: [Piece])
  /// An option's `selected` attribute, or where it would stand, and the option's value.
  case selected(own: [Piece], value: Words)
  case endOfSelect
  /// The `open` attribute of a `<details>`, or where it would stand, and the controls in it.
  case opened(own: [Piece], controls: Range<Int>)
  /// The `hidden` attribute of the element with a field's error.
  case hiddenUnlessWrong(String, own: [Piece])
  /// The content of the element with a field's error.
  case sentence(String, own: [Piece])
}

/// A value that is compared with what was typed: words of the page, and `{x}` in templates.
struct Words: Sendable {
  enum Part: Sendable {
    case words(String)
    case placeholder(String)
  }

  var parts: [Part] = [] {
    didSet { fixed = Self.fixed(parts) }
  }

  /// The whole value, where no `{x}` is in it.
  private(set) var fixed: String? = ""

  private static func fixed(_ parts: [Part]) -> String? {
    switch parts.count {
    case 0: ""
    case 1: if case .words(let words) = parts[0] { words } else { nil }
    default: nil
    }
  }
}

/// Pieces in the making, where neighbouring bytes become one piece.
struct PieceList {
  private(set) var pieces: [Piece] = []

  mutating func add(_ piece: Piece) {
    pieces.append(piece)
  }

  mutating func add(_ pieces: [Piece]) {
    for piece in pieces {
      if case .text(let range) = piece { add(range) } else { add(piece) }
    }
  }

  mutating func add(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if case .text(let last)? = pieces.last, last.upperBound == range.lowerBound {
      pieces[pieces.count - 1] = .text(last.lowerBound..<range.upperBound)
    } else {
      pieces.append(.text(range))
    }
  }
}

/// What a page says about itself, for the checks at start.
struct Facts: Sendable {
  /// A name and where it stands.
  struct Mention: Sendable {
    let name: String
    let offset: Int
    /// True for the choices that are offered where what was typed means several things: screens
    /// need not name them.
    var isOffered = false
  }

  var controls: [Control] = []
  var ids: [Mention] = []
  /// The ids of everything that a label may belong to.
  var labelled: Set<String> = []
  /// What the labels' `for` names.
  var labels: [Mention] = []
  /// The labels that belong to nothing.
  var looseLabels: [Int] = []
  /// What `aria-describedby` and `aria-labelledby` name.
  var references: [Mention] = []
  var slots: [Mention] = []
  var parts: [Mention] = []
  /// The fields that have an element for their error.
  var errors: [Mention] = []
  /// The forms that post without `novalidate`.
  var validatingForms: [Int] = []
  var hasProblems = false
}
