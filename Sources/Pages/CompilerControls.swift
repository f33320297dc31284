// The controls of a page.
extension Compiler {
  private static let kinds: [String: Control.Kind] = [
    "text": .text, "tel": .text, "email": .text, "search": .text, "url": .text, "number": .text,
    "date": .text, "hidden": .hidden, "password": .password, "file": .file,
    "checkbox": .checkbox, "radio": .radio, "submit": .fixed, "button": .fixed,
  ]

  /// An input, select, textarea or button that has a name.
  mutating func control(_ element: Element) throws(PageError) {
    let control = try describe(element)
    facts.controls.append(control)
    switch control.kind {
    case .fixed: try around(element)
    case .select: try select(element)
    case .textarea: try textarea(element)
    default: try input(element, control.kind)
    }
  }

  /// An option of a select.
  mutating func option(_ element: Element) throws(PageError) {
    guard let value = element.attribute("value")?.value else {
      throw error(element.start, "an <option> of a <select> needs a value")
    }
    let words = try words(value)
    try tag(element, "selected") { own in .selected(own: own, value: words) }
    try compile(element.children)
    endTag(element)
  }

  private mutating func input(_ element: Element, _ kind: Control.Kind) throws(PageError) {
    let value = element.attribute("value")?.value
    beginTag(value: kind.isChoice ? try value.map(words) ?? Words() : Words())
    let described = try described(element)
    switch kind {
    case .checkbox, .radio:
      guard value != nil else {
        throw error(element.start, "a checkbox or radio button needs a value")
      }
      try tag(element, "checked", with: described) { own in .checked(own: own) }
    case .password, .file:
      guard value == nil else {
        throw error(element.start, "a password or file control has no value")
      }
      try startTag(element, changed: described.changed, added: described.added)
    default:
      try tag(element, "value", with: described) { own in .value(own: own) }
    }
  }

  private mutating func select(_ element: Element) throws(PageError) {
    beginTag()
    let described = try described(element)
    try startTag(element, changed: described.changed, added: described.added)
    isInSelect = true
    try compile(element.children)
    isInSelect = false
    list.add(.endOfSelect)
    endTag(element)
  }

  private mutating func textarea(_ element: Element) throws(PageError) {
    beginTag()
    let described = try described(element)
    try startTag(element, changed: described.changed, added: described.added)
    let own = try pieces { compiler throws(PageError) in try compiler.compile(element.children) }
    list.add(.typedText(own: own))
    endTag(element)
  }

  private mutating func beginTag(value: Words = Words()) {
    list.add(.control(facts.controls.count - 1, value: value))
  }

  /// Pieces for attributes that a tag has, and for such that it has not.
  private struct Changes {
    var changed: [String: Piece] = [:]
    var added: [Piece] = []
  }

  /// The start tag of `element`, with the piece that `make` gives for the attribute `name`.
  private mutating func tag(
    _ element: Element, _ name: String, with changes: Changes = Changes(),
    make: ([Piece]) -> Piece
  ) throws(PageError) {
    var changes = changes
    if let attribute = element.attribute(name) {
      let own = try pieces { compiler throws(PageError) in try compiler.text(attribute.whole) }
      changes.changed[name] = make(own)
    } else {
      changes.added.insert(make([]), at: 0)
    }
    try startTag(element, changed: changes.changed, added: changes.added)
  }

  /// A `<details>`, which an answer opens where there is something to see in it.
  mutating func details(_ element: Element) throws(PageError) {
    let first = facts.controls.count
    let inner = try pieces { compiler throws(PageError) in
      try compiler.compile(element.children)
    }
    let controls = first..<facts.controls.count
    try tag(element, "open") { own in .opened(own: own, controls: controls) }
    list.add(inner)
    endTag(element)
  }

  /// The piece that tells assistive technology of an error.
  private mutating func described(_ element: Element) throws(PageError) -> Changes {
    guard let attribute = element.attribute("aria-describedby"), let value = attribute.value else {
      return Changes(added: [.described(own: [], ids: [])])
    }
    let names = source.string(value).split(separator: " ")
    guard !names.contains("error-\(self.value("name", of: element) ?? "")") else {
      throw error(element.start, "aria-describedby names the error where a field fails, not here")
    }
    let own = try pieces { compiler throws(PageError) in try compiler.text(attribute.whole) }
    let ids = try pieces { compiler throws(PageError) in try compiler.text(value) }
    return Changes(changed: [attribute.name: .described(own: own, ids: ids)])
  }

  private func describe(_ element: Element) throws(PageError) -> Control {
    guard let name = value("name", of: element), !name.isEmpty, name.utf8.allSatisfy(Byte.isName)
    else { throw error(element.start, "the name of a control is made of letters, digits, - and _") }
    let id = value("id", of: element).flatMap { isInTemplate && $0.contains("{") ? nil : $0 }
    return Control(
      name: name, kind: try kind(of: element), id: id,
      isRequired: element.has("required"), maxLength: try maxLength(of: element),
      defaultValue: try defaultValue(of: element), isInTemplate: isInTemplate,
      offset: element.start.lowerBound,
      hasLabel: element.has("aria-label") || element.has("aria-labelledby"))
  }

  private func kind(of element: Element) throws(PageError) -> Control.Kind {
    switch element.name {
    case "select":
      guard !element.has("multiple") else {
        throw error(element.start, "use checkboxes for a choice of several")
      }
      return .select
    case "textarea": return .textarea
    case "button": return .fixed
    default:
      let type = value("type", of: element) ?? "text"
      guard let kind = Compiler.kinds[type] else {
        throw error(element.start, "controls of the type \(type) are not known here")
      }
      if kind == .hidden, isInTemplate, value("value", of: element)?.contains("{") == true {
        return .fixed
      }
      return kind
    }
  }

  private func maxLength(of element: Element) throws(PageError) -> Int? {
    guard let text = value("maxlength", of: element) else { return nil }
    guard let length = Int(text), length > 0 else {
      throw error(element.start, "maxlength is a number")
    }
    return length
  }

  private func defaultValue(of element: Element) throws(PageError) -> String? {
    switch element.name {
    case "textarea":
      return References.decode(source.bytes[element.inner])
    case "select":
      for case .element(let option) in element.children where option.has("selected") {
        return value("value", of: option)
      }
      return nil
    default:
      return try element.attribute("value")?.value.flatMap { value throws(PageError) in
        try words(value).fixed
      }
    }
  }
}
