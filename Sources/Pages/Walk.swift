/// A page's pieces as an answer walks over them. A step holds numbers alone, so that nothing is
/// copied or counted on the way; what they stand for is here once.
struct Walk: Sendable {
  /// One piece: as `Piece`, with the numbers of names, values and lists of steps.
  enum Step: Sendable {
    case text(Range<Int>)
    case placeholder(name: Int)
    case slot(name: Int, sample: Int)
    case part(name: Int, steps: Int)
    case titlePrefix
    case control(Int, value: Int)
    case value(own: Int)
    case checked(own: Int)
    case described(own: Int, ids: Int)
    case typedText(own: Int)
    case selected(own: Int, value: Int)
    case endOfSelect
    case opened(own: Int, controls: Range<Int>)
    case hiddenUnlessWrong(field: Int?, own: Int)
    case sentence(field: Int?, own: Int)
  }

  /// The page's own steps.
  private(set) var steps: [Step] = []
  /// Those within others; the first list is empty.
  private(set) var lists: [[Step]] = [[]]
  private(set) var names: [String] = []
  private(set) var values: [Words] = []
  private let fields: Named<Int>

  /// - Parameter fields: the numbers of the page's fields.
  init(_ pieces: [Piece], fields: Named<Int>) {
    self.fields = fields
    steps = pieces.map { step($0) }
  }

  private mutating func step(_ piece: Piece) -> Step {
    switch piece {
    case .text(let range): .text(range)
    case .placeholder(let name): .placeholder(name: number(name))
    case .slot(let name, let sample): .slot(name: number(name), sample: list(sample))
    case .part(let name, let pieces): .part(name: number(name), steps: list(pieces))
    case .titlePrefix: .titlePrefix
    case .control(let index, let value): .control(index, value: number(value))
    case .value(let own): .value(own: list(own))
    case .checked(let own): .checked(own: list(own))
    case .described(let own, let ids): .described(own: list(own), ids: list(ids))
    case .typedText(let own): .typedText(own: list(own))
    case .selected(let own, let value): .selected(own: list(own), value: number(value))
    case .endOfSelect: .endOfSelect
    case .opened(let own, let controls): .opened(own: list(own), controls: controls)
    case .hiddenUnlessWrong(let field, let own):
      .hiddenUnlessWrong(field: fields[field], own: list(own))
    case .sentence(let field, let own): .sentence(field: fields[field], own: list(own))
    }
  }

  private mutating func list(_ pieces: [Piece]) -> Int {
    guard !pieces.isEmpty else { return 0 }
    let steps = pieces.map { step($0) }
    lists.append(steps)
    return lists.count - 1
  }

  private mutating func number(_ name: String) -> Int {
    if let known = names.firstIndex(of: name) { return known }
    names.append(name)
    return names.count - 1
  }

  private mutating func number(_ value: Words) -> Int {
    values.append(value)
    return values.count - 1
  }
}
