/// One walk over a page's pieces.
struct Renderer {
  private(set) var output: [UInt8] = []
  private let page: Page
  private let typed: [(name: String, value: String)]
  /// Where the values of each field stand among those typed, and whether something is wrong with it,
  /// by the number of the field.
  private let places: [Range<Int>?]
  private var wrong: [Bool]
  /// The filling of the page, and those of the parts around the place where the walk is.
  private var scopes: [Filling]

  /// True where an option of the select that the walk is in has the value already.
  private var isSelected = false
  /// Where the next text is likely to be found: fillings name them in the order of the page mostly.
  private var next = 0

  init(_ page: Page, _ filling: Filling) {
    self.page = page
    var values = filling.values
    places = values.places(of: page.fields)
    typed = values.pairs
    wrong = [Bool](repeating: false, count: page.fields.pairs.count)
    scopes = [filling]
    for problem in filling.problems {
      if let name = problem.field, let field = page.fields[name] { wrong[field] = true }
    }
    if !filling.problems.isEmpty {
      scopes[0].parts["problems"] = [summary(of: filling.problems)]
    }
    output.reserveCapacity(page.source.bytes.count * 5 / 4 + filling.problems.count * 400)
  }

  mutating func write(_ steps: [Walk.Step]) {
    for step in steps { write(step) }
  }

  private mutating func write(list: Int) {
    if list > 0 { write(page.walk.lists[list]) }
  }

  private mutating func write(_ step: Walk.Step) {
    switch step {
    case .text(let range): write(range)
    case .passage(let number): write(passage: number)
    case .placeholder(let name): output.append(escaped: text(name) ?? "")
    case .slot(let name, let sample): write(slot: name, or: sample)
    case .part(let name, let steps): write(part: page.walk.names[name], page.walk.lists[steps])
    case .titlePrefix: if !scopes[0].problems.isEmpty { write("エラー：") }
    case .value(let control, let own): writeValue(of: control, or: own)
    case .checked(let control, let value, let own): writeChecked(control, value, or: own)
    case .described(let control, let value, let own, let ids):
      writeDescription(of: control, value, ids, or: own)
    case .typedText(let control, let own): writeTypedText(of: control, or: own)
    case .selected(let control, let value, let own): writeSelected(control, value, or: own)
    case .endOfSelect(let control): writeMissingOption(of: control)
    case .opened(let own, let controls):
      if hasMatter(controls) { write(" open") } else { write(list: own) }
    case .hiddenUnlessWrong(let field, let own): if !isWrong(field) { write(list: own) }
    case .sentence(let field, let own): writeSentences(of: field, or: own)
    }
  }

  private mutating func write(_ range: Range<Int>) {
    output.append(contentsOf: page.source.bytes[range])
  }

  // (A passage is looked at where it is: a copy of it would count its lists, and each of them.)
  private mutating func write(passage number: Int) {
    for field in page.walk.passages[number].fields where isWrong(field) {
      return write(page.walk.passages[number].steps)
    }
    let range = page.walk.passages[number].range
    var done = range.lowerBound
    for place in page.walk.passages[number].choices.indices {
      write(page.walk.passages[number].choices[place], from: &done)
    }
    write(done..<range.upperBound)
  }

  /// Writes what stands before each of the choices that was made, and its mark.
  private mutating func write(_ choices: Passage.Choices, from done: inout Int) {
    var marked: [Int] = []
    if choices.isOption {
      guard !isSelected, let typed = typed(for: choices.control) else { return }
      marked = choices.places(of: [typed], most: 1)
      isSelected = !marked.isEmpty
    } else if let places = places[page.plans[choices.control].field] {
      marked = choices.places(of: typed[places].map(\.value))
    }
    for place in marked {
      write(done..<place)
      write(choices.isOption ? " selected" : " checked")
      done = place
    }
  }

  private mutating func write(_ words: String) {
    output.append(contentsOf: words.utf8)
  }

  private mutating func write(slot name: Int, or sample: Int) {
    if let text = text(name) {
      output.append(escaped: text)
    } else {
      write(list: sample)
    }
  }

  /// Writes a part as often as the innermost filling says that says anything of it.
  private mutating func write(part name: String, _ steps: [Walk.Step]) {
    var index = scopes.count - 1
    while index >= 0 {
      if let fillings = scopes[index].parts[name] { return write(steps, for: fillings) }
      if let list = scopes[index].lists[name] { return write(steps, for: list) }
      index -= 1
    }
  }

  private mutating func write(_ steps: [Walk.Step], for fillings: [Filling]) {
    for filling in fillings {
      scopes.append(filling)
      write(steps)
      scopes.removeLast()
    }
  }

  private mutating func write(_ steps: [Walk.Step], for list: TextList) {
    let scope = scopes.count
    scopes.append(Filling())
    for text in list.texts {
      scopes[scope].slots[list.slot] = text
      write(steps)
    }
    scopes.removeLast()
  }

  /// The text of a slot or `{x}`, from the innermost filling that has one.
  private mutating func text(_ number: Int) -> String? {
    let name = page.walk.names[number]
    var index = scopes.count - 1
    while index >= 0 {
      if let place = scopes[index].slots.place(of: name, from: next) {
        next = place + 1
        return scopes[index].slots.pairs[place].1
      }
      index -= 1
    }
    return nil
  }
}

// Controls.
extension Renderer {
  /// The value for the control; nil where it keeps the page's own.
  private func typed(for control: Int) -> String? {
    guard page.plans[control].kind.takesText, let places = places[page.plans[control].field]
    else { return nil }
    let turn = page.plans[control].turn
    return turn < places.count ? typed[places.lowerBound + turn].value : ""
  }

  private func isTyped(_ value: String, for control: Int) -> Bool {
    let places = places[page.plans[control].field] ?? 0..<0
    return places.contains { typed[$0].value.isSame(as: value) }
  }

  /// True for the first option of a select that has the value.
  private mutating func isChosen(_ value: String, of control: Int) -> Bool {
    guard !isSelected, let typed = typed(for: control), value.isSame(as: typed) else {
      return false
    }
    isSelected = true
    return true
  }

  private func canBeWrong(_ control: Int) -> Bool {
    page.plans[control].canBeWrong && isWrong(page.plans[control].field)
  }

  /// Of several controls with one name, those that are filled are meant, or all if none is.
  private mutating func isMeant(_ control: Int, _ value: Int) -> Bool {
    let field = page.plans[control].field
    guard let places = places[field], places.contains(where: { !typed[$0].value.isEmpty })
    else { return true }
    switch page.plans[control].kind {
    case .checkbox: return page.plans[control].isAlone || isTyped(string(value), for: control)
    case .radio: return true
    default: break
    }
    return page.controlsOfField[field].count == 1 || typed(for: control)?.isEmpty == false
  }

  /// True where one of `controls` has been filled, or may be what is wrong.
  private func hasMatter(_ controls: Range<Int>) -> Bool {
    controls.contains { control in
      let field = page.plans[control].field
      if page.plans[control].kind == .hidden { return false }
      if let typed = typed(for: control) {
        return !typed.isEmpty || (canBeWrong(control) && page.controlsOfField[field].count == 1)
      }
      return places[field]?.isEmpty == false || canBeWrong(control)
    }
  }

  private static let value = [UInt8](" value=\"".utf8)

  private mutating func writeValue(of control: Int, or own: Int) {
    guard let typed = typed(for: control) else { return write(list: own) }
    output += Self.value
    output.append(escaped: typed)
    output.append(Byte.quote)
  }

  private mutating func writeTypedText(of control: Int, or own: Int) {
    guard let typed = typed(for: control) else { return write(list: own) }
    // A browser drops a newline right behind the tag.
    if typed.utf8.first == Byte.newline || typed.utf8.first == 0x0D { write("\n") }
    output.append(escaped: typed)
  }

  private mutating func writeChecked(_ control: Int, _ value: Int, or own: Int) {
    guard places[page.plans[control].field] != nil else { return write(list: own) }
    let value = string(value)
    if isTyped(value, for: control) { write(" checked") }
  }

  private mutating func writeSelected(_ control: Int, _ value: Int, or own: Int) {
    guard typed(for: control) != nil else { return write(list: own) }
    let value = string(value)
    if isChosen(value, of: control) { write(" selected") }
  }

  /// Nothing that was typed is lost, be it a code that has gone from the list since.
  private mutating func writeMissingOption(of control: Int) {
    defer { isSelected = false }
    guard let typed = typed(for: control), !typed.isEmpty, !isSelected else { return }
    write("<option value=\"")
    output.append(escaped: typed)
    write("\" selected>")
    output.append(escaped: typed)
    write("</option>")
  }

  private mutating func writeDescription(
    of control: Int, _ value: Int, _ ids: Int, or own: Int
  ) {
    guard canBeWrong(control), isMeant(control, value) else { return write(list: own) }
    write(" aria-invalid=\"true\" aria-describedby=\"")
    write(list: ids)
    write(ids == 0 ? "error-" : " error-")
    write(page.controls[control].name)
    write("\"")
  }

  private mutating func string(_ value: Int) -> String { string(page.walk.values[value]) }

  private mutating func string(_ value: Walk.Value) -> String {
    switch value {
    case .fixed(let words): return words
    case .placeholder(let name): return text(name) ?? ""
    case .mixed(let parts):
      var whole = ""
      for part in parts { whole += string(part) }
      return whole
    }
  }
}

// What is wrong.
extension Renderer {
  private func isWrong(_ field: Int) -> Bool { wrong[field] }

  private mutating func writeSentences(of field: Int, or own: Int) {
    guard isWrong(field) else { return write(list: own) }
    let name = page.fields.pairs[field].0
    var isFirst = true
    for problem in scopes[0].problems where problem.field == name {
      if !isFirst { write("<br>") }
      output.append(escaped: problem.sentence)
      isFirst = false
    }
  }

  /// The filling of the summary above the form.
  private func summary(of problems: [FieldProblem]) -> Filling {
    var linked: [Filling] = []
    var plain: [Filling] = []
    for problem in problems {
      if let target = target(of: problem) {
        linked.append(Filling(slots: ["target": target, "sentence": problem.sentence]))
      } else {
        plain.append(Filling(slots: ["sentence": problem.sentence]))
      }
    }
    return Filling(parts: ["problem": linked, "problem-plain": plain])
  }

  /// The id of the first control that a problem is about, of its error where the page does not
  /// know that control's id, and nil where there is neither.
  private func target(of problem: FieldProblem) -> String? {
    guard let name = problem.field, let field = page.fields[name] else { return nil }
    let controls = page.controlsOfField[field]
    guard let first = controls.first else { return nil }
    let filled = controls.first { typed(for: $0)?.isEmpty == false }
    return page.controls[filled ?? first].id ?? "error-\(name)"
  }
}
