/// A page's pieces as an answer walks over them. A step holds numbers alone, so that nothing is
/// copied or counted on the way; what they stand for is here once.
struct Walk: Sendable {
  /// One piece: as `Piece`, with the numbers of controls, fields, names, values and lists of steps.
  enum Step: Sendable {
    case text(Range<Int>)
    case passage(Int)
    case placeholder(name: Int)
    case slot(name: Int, sample: Int)
    case part(name: Int, steps: Int)
    case titlePrefix
    case value(control: Int, own: Int)
    case checked(control: Int, value: Int, own: Int)
    case described(control: Int, value: Int, own: Int, ids: Int)
    case typedText(control: Int, own: Int)
    case selected(control: Int, value: Int, own: Int)
    case endOfSelect(control: Int)
    case opened(own: Int, controls: Range<Int>)
    case hiddenUnlessWrong(field: Int, own: Int)
    case sentence(field: Int, own: Int)
  }

  /// What a choice is compared with.
  enum Value: Sendable {
    case fixed(String)
    case placeholder(name: Int)
    case mixed([Value])
  }

  /// The page's own steps.
  private(set) var steps: [Step] = []
  /// Those within others; the first list is empty.
  private(set) var lists: [[Step]] = [[]]
  private(set) var passages: [Passage] = []
  private(set) var names: [String] = []
  private(set) var values: [Value] = []
  private let fields: Named<Int>
  let plans: [Plan]
  /// The control whose tag has begun, and its value.
  private var control = (number: 0, value: 0)

  /// - Parameters:
  ///   - fields: the numbers of the page's fields.
  ///   - plans: what is to be known of its controls.
  init(_ pieces: [Piece], fields: Named<Int>, plans: [Plan]) {
    self.fields = fields
    self.plans = plans
    steps = joined(pieces)
  }

  private mutating func joined(_ pieces: [Piece]) -> [Step] {
    var steps: [Step] = []
    var passage = Passage()
    for step in pieces.flatMap({ self.steps($0) }) where !passage.take(step, of: self) {
      close(&passage, into: &steps)
      if !passage.take(step, of: self) { steps.append(step) }
    }
    close(&passage, into: &steps)
    return steps
  }

  private mutating func close(_ passage: inout Passage, into steps: inout [Step]) {
    defer { passage = Passage() }
    if passage.isText {
      if !passage.range.isEmpty { steps.append(.text(passage.range)) }
      return
    }
    lists.append(passage.steps)
    passages.append(passage)
    steps.append(.passage(passages.count - 1))
  }

  /// The steps of a piece: none where it only tells what those after it are about.
  private mutating func steps(_ piece: Piece) -> [Step] {
    switch piece {
    case .text(let range): return [.text(range)]
    case .placeholder(let name): return [.placeholder(name: number(name))]
    case .slot(let name, let sample): return [.slot(name: number(name), sample: list(sample))]
    case .part(let name, let pieces): return [.part(name: number(name), steps: list(pieces))]
    case .titlePrefix: return [.titlePrefix]
    case .control(let index, let words):
      values.append(value(words))
      control = (index, values.count - 1)
      return []
    case .value(let own): return [.value(control: control.number, own: list(own))]
    case .checked(let own):
      return [.checked(control: control.number, value: control.value, own: list(own))]
    case .described(let own, let ids):
      guard plans[control.number].canBeWrong else { return own.flatMap { steps($0) } }
      return [
        .described(control: control.number, value: control.value, own: list(own), ids: list(ids))
      ]
    case .typedText(let own): return [.typedText(control: control.number, own: list(own))]
    case .selected(let own, let words):
      values.append(value(words))
      return [.selected(control: control.number, value: values.count - 1, own: list(own))]
    case .endOfSelect: return [.endOfSelect(control: control.number)]
    case .opened(let own, let controls): return [.opened(own: list(own), controls: controls)]
    case .hiddenUnlessWrong(let name, let own):
      guard let field = fields[name] else { return own.flatMap { steps($0) } }
      return [.hiddenUnlessWrong(field: field, own: list(own))]
    case .sentence(let name, let own):
      guard let field = fields[name] else { return own.flatMap { steps($0) } }
      return [.sentence(field: field, own: list(own))]
    }
  }

  private mutating func list(_ pieces: [Piece]) -> Int {
    guard !pieces.isEmpty else { return 0 }
    lists.append(joined(pieces))
    return lists.count - 1
  }

  private mutating func number(_ name: String) -> Int {
    if let known = names.firstIndex(of: name) { return known }
    names.append(name)
    return names.count - 1
  }

  private mutating func value(_ words: Words) -> Value {
    if let fixed = words.fixed { return .fixed(fixed) }
    let parts: [Value] = words.parts.map { part in
      switch part {
      case .words(let words): .fixed(words)
      case .placeholder(let name): .placeholder(name: number(name))
      }
    }
    return parts.count == 1 ? parts[0] : .mixed(parts)
  }
}
