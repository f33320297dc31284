/// What a screen says of one of its fields, to be held against the page.
public struct FieldBinding: Sendable {
  /// The control's name.
  public let name: String
  /// True for 必須.
  public let isRequired: Bool
  /// True where several values with the name are taken.
  public let isRepeated: Bool
  /// The longest value that passes, in characters.
  public let longest: Int

  /// A field of a screen.
  public init(name: String, isRequired: Bool, isRepeated: Bool, longest: Int) {
    self.name = name
    self.isRequired = isRequired
    self.isRepeated = isRepeated
    self.longest = longest
  }
}

extension Page {
  /// Everything in which the page and a screen contradict each other, and what is wrong with the
  /// page for any screen (ids, labels); empty where all is well.
  ///
  /// - Parameters:
  ///   - fields: the fields that the screen reads.
  ///   - slots: the slots, and the `{x}` in templates, that the screen fills.
  ///   - parts: the templates that the screen fills. Those of the error summary are not named;
  ///     `choices-FIELD` and what it holds need not be.
  /// - Returns: the errors in the order of files and lines, those of the whole page first.
  public func problems(
    fields: [FieldBinding], slots: Set<String> = [], parts: Set<String> = []
  ) -> [PageError] {
    var check = BindingCheck(page: self)
    for field in fields { check.check(field) }
    check.checkControls(Set(fields.map(\.name)))
    check.checkNames("slot", facts.slots, slots)
    check.checkNames("template", facts.parts, parts)
    check.checkIDs()
    check.checkLabels()
    return check.found.sorted {
      ($0.line == 0 ? "" : $0.file, $0.line) < ($1.line == 0 ? "" : $1.file, $1.line)
    }
  }
}

/// One comparison of a page with a screen.
private struct BindingCheck {
  let page: Page
  var found: [PageError] = []

  private mutating func report(at offset: Int, _ message: String) {
    let error = page.source.error(at: offset, message)
    if !found.contains(error) { found.append(error) }
  }

  private mutating func report(_ message: String) {
    found.append(PageError(file: page.name, message: message))
  }

  mutating func check(_ field: FieldBinding) {
    let all = page.controls.filter { $0.name == field.name }
    guard !all.isEmpty else { return report("no control has the name \(field.name)") }
    let controls = all.filter(\.canBeWrong)
    if !controls.isEmpty, !page.facts.errors.contains(where: { $0.name == field.name }) {
      report(
        at: controls[0].offset, "\(field.name) needs an element with id=\"error-\(field.name)\"")
    }
    checkNumber(of: controls, field)
    checkRequired(controls, field)
    for control in all {
      guard let length = control.maxLength, length < field.longest else { continue }
      report(
        at: control.offset,
        "maxlength of \(field.name) is \(length), but the rule takes \(field.longest) characters")
    }
  }

  private mutating func checkNumber(of controls: [Control], _ field: FieldBinding) {
    guard !field.isRepeated, controls.count > 1 else { return }
    for control in controls where control.kind != .radio {
      report(at: control.offset, "\(field.name) stands several times, but takes one value")
    }
  }

  /// `required` stands exactly where the rule says 必須; in a group of controls, on one at least.
  private mutating func checkRequired(_ controls: [Control], _ field: FieldBinding) {
    guard let first = controls.first else { return }
    if field.isRequired, !controls.contains(where: \.isRequired) {
      report(at: first.offset, "\(field.name) is 必須: the control needs required")
    }
    for control in controls where control.isRequired && !field.isRequired {
      report(at: control.offset, "\(field.name) is 任意: the control must not have required")
    }
  }

  mutating func checkControls(_ fields: Set<String>) {
    for control in page.controls where !fields.contains(control.name) && control.kind != .fixed {
      report(at: control.offset, "the control \(control.name) belongs to no field of the screen")
    }
    for error in page.facts.errors where !page.controls.contains(where: { $0.name == error.name }) {
      report(at: error.offset, "error-\(error.name) belongs to no control")
    }
    for part in page.facts.parts where part.isOffered && part.name.hasPrefix("choices-") {
      let field = part.name.dropFirst("choices-".count)
      guard !page.controls.contains(where: { $0.name == field }) else { continue }
      report(at: part.offset, "\(part.name) belongs to no control")
    }
    for offset in page.facts.validatingForms where page.controls.contains(where: \.isRequired) {
      report(at: offset, "the form needs novalidate, or browsers speak before we do")
    }
    if !fields.isEmpty, !page.facts.hasProblems {
      report("a form needs <!--#include virtual=\"/parts/problems.html\" --> above it")
    }
  }

  /// What the page has and what the screen fills must be the same.
  mutating func checkNames(_ kind: String, _ used: [Facts.Mention], _ filled: Set<String>) {
    for mention in used where !mention.isOffered && !filled.contains(mention.name) {
      report(at: mention.offset, "the screen does not fill the \(kind) \(mention.name)")
    }
    for name in filled.subtracting(used.map(\.name)).sorted() {
      report("there is no \(kind) \(name), which the screen fills")
    }
  }

  mutating func checkIDs() {
    var seen: [String: Int] = [:]
    for id in page.facts.ids {
      if let first = seen[id.name] {
        let place = page.source.place(of: first)
        report(at: id.offset, "the id \(id.name) is taken already at \(place.file):\(place.line)")
      } else {
        seen[id.name] = id.offset
      }
    }
    for reference in page.facts.references where seen[reference.name] == nil {
      report(at: reference.offset, "no element has the id \(reference.name)")
    }
    for control in page.controls where control.canBeWrong && !control.isInTemplate {
      guard control.id == nil, !control.kind.isChoice else { continue }
      report(at: control.offset, "the control \(control.name) needs an id, for the error summary")
    }
  }

  mutating func checkLabels() {
    for label in page.facts.labels where !page.facts.labelled.contains(label.name) {
      report(at: label.offset, "the label is for \(label.name), which is no control's id")
    }
    for offset in page.facts.looseLabels {
      report(at: offset, "the label has no control")
    }
    let named = Set(page.facts.labels.map(\.name))
    for control in page.controls where control.kind != .hidden && control.kind != .fixed {
      guard !control.hasLabel, !named.contains(control.id ?? "") else { continue }
      if control.isInTemplate, control.id == nil { continue }
      report(at: control.offset, "the control \(control.name) has no label")
    }
  }
}
