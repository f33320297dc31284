/// A page of www/, read once and filled in as often as one likes.
public final class Page: Sendable {
  /// The file's name below the folder of pages.
  public let name: String
  /// The controls that have a name, in the order of the page.
  public let controls: [Control]
  /// The names of the slots and of the `{x}`, those of the error summary left out.
  public let slots: Set<String>
  /// The names of the templates, those of the error summary left out.
  public let parts: Set<String>

  let source: Source
  let pieces: [Piece]
  /// The pieces as an answer walks over them.
  let walk: Walk
  let facts: Facts
  /// The numbers of the fields, by name.
  let fields: Named<Int>
  /// What a walk has to know of each control.
  let plans: [Plan]
  /// The controls of each field that sentences are bound to.
  let controlsOfField: [[Int]]

  init(_ name: String, nodes: [Node], source: Source) throws(PageError) {
    var compiler = Compiler(source: source)
    try compiler.compile(nodes)
    self.name = name
    self.source = source
    facts = compiler.facts
    pieces = compiler.list.pieces
    slots = Set(facts.slots.map(\.name))
    parts = Set(facts.parts.map(\.name))
    controls = Page.withCandidates(facts.controls)
    fields = Page.numbers(of: controls)
    plans = Page.plans(of: controls, fields)
    walk = Walk(pieces, fields: fields, plans: plans)
    var controlsOfField = [[Int]](repeating: [], count: fields.pairs.count)
    for (index, plan) in plans.enumerated() where plan.canBeWrong {
      controlsOfField[plan.field].append(index)
    }
    self.controlsOfField = controlsOfField
  }

  /// Another page's copy with other pieces.
  init(_ page: Page, source: Source, pieces: [Piece]) {
    name = page.name
    controls = page.controls
    slots = page.slots
    parts = page.parts
    self.source = source
    self.pieces = pieces
    facts = page.facts
    fields = page.fields
    plans = page.plans
    walk = Walk(pieces, fields: fields, plans: plans)
    controlsOfField = page.controlsOfField
  }

  /// The page, filled in: UTF-8, ready to be sent.
  public func render(_ filling: Filling = Filling()) -> [UInt8] {
    var renderer = Renderer(self, filling)
    renderer.write(walk.steps)
    return renderer.output
  }

  /// The file and the line of a control's tag.
  public func place(of control: Control) -> (file: String, line: Int) {
    source.place(of: control.offset)
  }

  /// The choices among `controls` that a template offers for a field with a control of its own.
  private static func withCandidates(_ controls: [Control]) -> [Control] {
    let own = Set(controls.filter { !$0.kind.isChoice }.map(\.name))
    return controls.map { control in
      var control = control
      control.isCandidate =
        control.kind.isChoice && control.isInTemplate && own.contains(control.name)
      return control
    }
  }

  private static func numbers(of controls: [Control]) -> Named<Int> {
    var numbers = Named<Int>()
    for control in controls where numbers[control.name] == nil {
      numbers[control.name] = numbers.pairs.count
    }
    return numbers
  }

  private static func plans(of controls: [Control], _ fields: Named<Int>) -> [Plan] {
    var turns = [Int](repeating: 0, count: fields.pairs.count)
    return controls.map { control in
      let field = fields[control.name] ?? 0
      defer { turns[field] += control.kind.takesText ? 1 : 0 }
      return Plan(
        field: field, kind: control.kind, turn: turns[field], canBeWrong: control.canBeWrong,
        isAlone: !control.isInTemplate && controls.count { $0.name == control.name } == 1)
    }
  }
}

/// What a walk has to know of a control, small enough to be looked at again and again.
struct Plan: Sendable {
  /// The number of the control's name.
  let field: Int
  let kind: Control.Kind
  /// Which of the values with that name it takes, where it takes text.
  let turn: Int
  let canBeWrong: Bool
  /// The only control of its name, which no template repeats.
  let isAlone: Bool
}
