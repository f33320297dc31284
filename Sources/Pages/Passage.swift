/// Neighbouring steps that write the page's own bytes, one after the other, as long as no field of
/// theirs is wrong; a check mark or a selected option is all that comes between. Most of a form is
/// made of a few of them: an answer copies each in one go.
struct Passage: Sendable {
  /// The bytes of all steps.
  private(set) var range = 0..<0
  /// With one of these fields wrong, the steps are walked over one by one.
  private(set) var fields: [Int] = []
  private(set) var choices: [Choices] = []
  private(set) var steps: [Walk.Step] = []

  /// True where nothing can come between.
  var isText: Bool { fields.isEmpty && choices.isEmpty }

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
      guard add(walk.values[value], of: control, isOption: false, walk) else { return false }
    case .selected(let control, let value, 0):
      guard add(walk.values[value], of: control, isOption: true, walk) else { return false }
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

  /// Adds a choice whose mark goes where the passage ends; false where its value is not known yet.
  private mutating func add(
    _ value: Walk.Value, of control: Int, isOption: Bool, _ walk: Walk
  ) -> Bool {
    guard case .fixed(let value) = value, !range.isEmpty else { return false }
    let goesOn = choices.last.map { last in
      last.isOption == isOption
        && (isOption
          ? last.control == control
          : walk.plans[last.control].field == walk.plans[control].field)
    }
    if goesOn != true { choices.append(Choices(control: control, isOption: isOption)) }
    choices[choices.count - 1].add(value, at: range.upperBound)
    return true
  }

  private mutating func add(field: Int) {
    if !fields.contains(field) { fields.append(field) }
  }
}

extension Passage {
  /// The options of a select, or the boxes of one name, that follow each other.
  struct Choices: Sendable {
    /// The select, or the first of the boxes.
    let control: Int
    let isOption: Bool
    private var values: [String] = []
    /// A number for each value, which says of most that they are not the one looked for.
    private var keys: [UInt64] = []
    /// Where ` checked` or ` selected` goes.
    private var places: [Int] = []

    init(control: Int, isOption: Bool) {
      self.control = control
      self.isOption = isOption
    }

    fileprivate mutating func add(_ value: String, at place: Int) {
      values.append(value)
      keys.append(Self.key(value))
      places.append(place)
    }

    /// Where the marks of these values go, in the order of the page.
    func places(of typed: [String], most: Int = .max) -> [Int] {
      var marked: [Int] = []
      for text in typed {
        let key = Self.key(text)
        for index in keys.indices where keys[index] == key && values[index].isSame(as: text) {
          if !marked.contains(places[index]) { marked.append(places[index]) }
          if marked.count == most { return marked }
        }
      }
      return marked.sorted()
    }

    private static func key(_ text: String) -> UInt64 {
      var key: UInt64 = 0
      let bytes = text.utf8.span
      for place in bytes.indices { key = key &* 257 &+ UInt64(bytes[place]) }
      return key
    }
  }
}
