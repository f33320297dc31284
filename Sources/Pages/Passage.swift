/// Neighbouring steps that write the page's own bytes, one after the other, as long as no field of
/// theirs is wrong; a check mark or a selected option is all that comes between. Most of a form is
/// made of a few of them: an answer copies each in one go.
struct Passage: Sendable {
  /// Where ` checked` or ` selected` goes.
  struct Mark: Sendable {
    let control: Int
    let value: String
    let place: Int
    let isOption: Bool
  }

  /// The bytes of all steps.
  private(set) var range = 0..<0
  /// With one of these fields wrong, the steps are walked over one by one.
  private(set) var fields: [Int] = []
  private(set) var marks: [Mark] = []
  private(set) var steps: [Walk.Step] = []

  /// True where nothing can come between.
  var isText: Bool { fields.isEmpty && marks.isEmpty }

  /// Takes a step in, where it goes on where the passage ends. False where it does not belong here.
  mutating func take(_ step: Walk.Step, of walk: Walk) -> Bool {
    switch step {
    case .text(let range):
      guard add(range) else { return false }
    case .described(let control, _, let own, _):
      guard add(list: own, of: walk) else { return false }
      add(field: walk.plans[control].field)
    case .hiddenUnlessWrong(let field, let own), .sentence(let field, let own):
      guard add(list: own, of: walk) else { return false }
      add(field: field)
    case .checked(let control, let value, 0):
      guard add(Mark(control, walk.values[value], at: range, isOption: false)) else { return false }
    case .selected(let control, let value, 0):
      guard add(Mark(control, walk.values[value], at: range, isOption: true)) else { return false }
    default: return false
    }
    steps.append(step)
    return true
  }

  private mutating func add(list: Int, of walk: Walk) -> Bool {
    guard let only = walk.lists[list].first else { return !range.isEmpty }
    guard case .text(let text) = only, walk.lists[list].count == 1, !range.isEmpty else {
      return false
    }
    return add(text)
  }

  private mutating func add(_ text: Range<Int>) -> Bool {
    guard range.isEmpty || text.lowerBound == range.upperBound else { return false }
    range = (range.isEmpty ? text.lowerBound : range.lowerBound)..<text.upperBound
    return true
  }

  private mutating func add(_ mark: Mark?) -> Bool {
    guard let mark, !range.isEmpty else { return false }
    marks.append(mark)
    return true
  }

  private mutating func add(field: Int) {
    if !fields.contains(field) { fields.append(field) }
  }
}

extension Passage.Mark {
  /// A mark behind `range`; nil where its value is not known yet.
  fileprivate init?(_ control: Int, _ value: Walk.Value, at range: Range<Int>, isOption: Bool) {
    guard case .fixed(let value) = value else { return nil }
    self.init(control: control, value: value, place: range.upperBound, isOption: isOption)
  }
}
