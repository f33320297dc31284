/// A page of www/, read once and filled in as often as one likes.
public struct Page: Sendable {
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
  let facts: Facts
  /// What each control's name is in `values` of a renderer.
  let fields: [String: Int]
  /// The field of each control.
  let fieldOfControl: [Int]
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
    (fields, fieldOfControl) = Page.number(controls)
    var controlsOfField = [[Int]](repeating: [], count: fields.count)
    for (index, control) in controls.enumerated() where control.canBeWrong {
      controlsOfField[fieldOfControl[index]].append(index)
    }
    self.controlsOfField = controlsOfField
  }

  /// The page, filled in: UTF-8, ready to be sent.
  public func render(_ filling: Filling = Filling()) -> [UInt8] {
    var renderer = Renderer(self, filling)
    renderer.write(pieces)
    return renderer.output
  }

  /// The choices among `controls` that a template offers for a field with a control of its own.
  private static func withCandidates(_ controls: [Control]) -> [Control] {
    let own = Set(controls.filter { !$0.isChoice }.map(\.name))
    return controls.map { control in
      var control = control
      control.isCandidate = control.isChoice && control.isInTemplate && own.contains(control.name)
      return control
    }
  }

  private static func number(_ controls: [Control]) -> ([String: Int], [Int]) {
    var fields: [String: Int] = [:]
    let numbers = controls.map { control in
      let number = fields[control.name] ?? fields.count
      fields[control.name] = number
      return number
    }
    return (fields, numbers)
  }
}
