/// Cuts the tree of a page into pieces, and notes what the page consists of.
struct Compiler {
  let source: Source
  var facts = Facts()
  var list = PieceList()
  /// `{x}` means something only inside templates.
  var isInTemplate = false
  /// The parts of the error summary, which Pages fills by itself.
  private var isInProblems = false
  /// `<template id="choices-FIELD">`, and in it `choice-FIELD`.
  private var isInChoices = false
  private var isInSlot = false
  var isInSelect = false

  init(source: Source) {
    self.source = source
  }

  mutating func compile(_ nodes: [Node]) throws(PageError) {
    for node in nodes {
      switch node {
      case .text(let range): try text(range)
      case .comment: break
      case .echo(let range):
        guard isInSlot else { throw error(range, "#echo may only be the sample of a <slot>") }
      case .element(let element): try compile(element)
      }
    }
  }

  /// The pieces that `work` adds.
  mutating func pieces(
    _ work: (inout Compiler) throws(PageError) -> Void
  ) throws(PageError) -> [Piece] {
    let outer = list
    list = PieceList()
    try work(&self)
    defer { list = outer }
    return list.pieces
  }

  func error(_ range: Range<Int>, _ message: String) -> PageError {
    source.error(at: range.lowerBound, message)
  }

  /// The value of an attribute, nil where the element lacks it or it has none.
  func value(_ name: String, of element: Element) -> String? {
    guard let value = element.attribute(name)?.value else { return nil }
    return References.decode(source.bytes[value])
  }

  private mutating func compile(_ element: Element) throws(PageError) {
    if isInSlot, ["template", "slot", "input", "select", "textarea"].contains(element.name) {
      throw error(element.start, "<\(element.name)> can't be in the sample of a <slot>")
    }
    try note(element)
    switch element.name {
    case "template" where element.has("id"): try part(element)
    // A template without an id is there for scripts.
    case "template": list.add(element.whole)
    case "slot": try slot(element)
    case "title": try around(element) { $0.list.add(.titlePrefix) }
    case "label": try label(element)
    case "details": try details(element)
    case "option" where isInSelect: try option(element)
    case "input", "select", "textarea", "button":
      if element.has("name") { try control(element) } else { try around(element) }
    default:
      if let field = errorField(of: element) {
        try errorElement(element, of: field)
      } else {
        try around(element)
      }
    }
  }

  /// An element as it stands, with what it holds.
  mutating func around(
    _ element: Element, first: (inout Compiler) -> Void = { _ in }
  ) throws(PageError) {
    try startTag(element)
    first(&self)
    try compile(element.children)
    endTag(element)
  }

  mutating func endTag(_ element: Element) {
    list.add(element.inner.upperBound..<element.whole.upperBound)
  }

  /// A start tag, with pieces instead of some attributes and behind the last one.
  mutating func startTag(
    _ element: Element, changed: [String: Piece] = [:], added: [Piece] = []
  ) throws(PageError) {
    var done = element.start.lowerBound
    for attribute in element.attributes {
      try text(done..<attribute.whole.lowerBound)
      if let piece = changed[attribute.name] {
        list.add(piece)
      } else {
        try text(attribute.whole)
      }
      done = attribute.whole.upperBound
    }
    list.add(done..<element.insertion)
    list.add(added)
    list.add(element.insertion..<element.start.upperBound)
  }

  /// Bytes of the page, cut at each `{x}` where they stand in a template.
  mutating func text(_ range: Range<Int>) throws(PageError) {
    guard isInTemplate else { return list.add(range) }
    var done = range.lowerBound
    while let placeholder = try placeholder(in: done..<range.upperBound) {
      list.add(done..<placeholder.range.lowerBound)
      list.add(.placeholder(placeholder.name))
      noteSlot(placeholder.name, at: placeholder.range.lowerBound)
      done = placeholder.range.upperBound
    }
    list.add(done..<range.upperBound)
  }

  /// An attribute's value, for comparing with what was typed.
  func words(_ range: Range<Int>) throws(PageError) -> Words {
    var words = Words()
    var done = range.lowerBound
    while isInTemplate, let placeholder = try placeholder(in: done..<range.upperBound) {
      let before = References.decode(source.bytes[done..<placeholder.range.lowerBound])
      if !before.isEmpty { words.parts.append(.words(before)) }
      words.parts.append(.placeholder(placeholder.name))
      done = placeholder.range.upperBound
    }
    let rest = References.decode(source.bytes[done..<range.upperBound])
    if !rest.isEmpty { words.parts.append(.words(rest)) }
    return words
  }

  private func placeholder(
    in range: Range<Int>
  ) throws(PageError) -> (name: String, range: Range<Int>)? {
    let bytes = source.bytes
    guard let start = bytes[range].firstIndex(of: Byte.open) else { return nil }
    let name = bytes[start + 1..<range.upperBound].prefix(while: Byte.isName)
    guard let first = name.first, Byte.isLower(first), name.endIndex < range.upperBound,
      bytes[name.endIndex] == Byte.close
    else {
      throw source.error(at: start, "in a template { begins a {name}; write &#123; for the sign")
    }
    return (String(decoding: name, as: UTF8.self), start..<name.endIndex + 1)
  }
}

// Parts, slots, labels, errors.
extension Compiler {
  private mutating func part(_ element: Element) throws(PageError) {
    guard let name = value("id", of: element), !name.contains("{") else {
      throw error(element.start, "the id of a <template> is its name, without {x}")
    }
    let before = (isInTemplate, isInProblems, isInChoices)
    if name == "problems" {
      isInProblems = true
      facts.hasProblems = true
    }
    if name.hasPrefix("choices-") { isInChoices = true }
    if !isInProblems {
      facts.parts.append(
        Facts.Mention(name: name, offset: element.start.lowerBound, isOffered: isInChoices))
    }
    isInTemplate = true
    let inner = try pieces { compiler throws(PageError) in
      try compiler.compile(element.children)
    }
    (isInTemplate, isInProblems, isInChoices) = before
    list.add(.part(name, inner))
  }

  private mutating func slot(_ element: Element) throws(PageError) {
    guard let name = value("name", of: element), element.attributes.count == 1 else {
      throw error(element.start, "a <slot> has a name, and nothing else")
    }
    noteSlot(name, at: element.start.lowerBound)
    let wasInTemplate = isInTemplate
    // A sample may hold any sign: it is no part of an answer, as a rule.
    (isInSlot, isInTemplate) = (true, false)
    let sample = try pieces { compiler throws(PageError) in try compiler.around(element) }
    (isInSlot, isInTemplate) = (false, wasInTemplate)
    list.add(.slot(name, sample: sample))
  }

  private mutating func label(_ element: Element) throws(PageError) {
    let first = facts.controls.count
    try around(element)
    if let id = value("for", of: element) {
      guard !isInTemplate || !id.contains("{") else { return }
      facts.labels.append(Facts.Mention(name: id, offset: element.start.lowerBound))
    } else if facts.controls.count > first {
      for index in first..<facts.controls.count { facts.controls[index].hasLabel = true }
    } else {
      facts.looseLabels.append(element.start.lowerBound)
    }
  }

  /// The field whose error `element` is for.
  private func errorField(of element: Element) -> String? {
    guard let id = value("id", of: element), id.hasPrefix("error-") else { return nil }
    return String(id.dropFirst("error-".count))
  }

  private mutating func errorElement(_ element: Element, of field: String) throws(PageError) {
    guard let hidden = element.attribute("hidden") else {
      throw error(element.start, "the element for an error needs hidden")
    }
    for case .element(let child) in element.children {
      throw error(child.start, "the element for an error holds nothing but words")
    }
    facts.errors.append(Facts.Mention(name: field, offset: element.start.lowerBound))
    try startTag(
      element, changed: ["hidden": .hiddenUnlessWrong(field, own: [.text(hidden.whole)])])
    let own = try pieces { compiler throws(PageError) in try compiler.compile(element.children) }
    list.add(.sentence(field, own: own))
    endTag(element)
  }

  private mutating func noteSlot(_ name: String, at offset: Int) {
    if isInProblems { return }
    facts.slots.append(Facts.Mention(name: name, offset: offset, isOffered: isInChoices))
  }

  /// Notes the ids of `element` and those that it names.
  private mutating func note(_ element: Element) throws(PageError) {
    let start = element.start.lowerBound
    if let id = value("id", of: element), !(isInTemplate && id.contains("{")) {
      facts.ids.append(Facts.Mention(name: id, offset: start))
      if ["input", "select", "textarea", "button", "output"].contains(element.name) {
        facts.labelled.insert(id)
      }
    }
    for name in ["aria-describedby", "aria-labelledby"] {
      guard let ids = value(name, of: element), !(isInTemplate && ids.contains("{")) else {
        continue
      }
      for id in ids.split(separator: " ") {
        facts.references.append(Facts.Mention(name: String(id), offset: start))
      }
    }
    if element.name == "form", value("method", of: element) == "post", !element.has("novalidate") {
      facts.validatingForms.append(start)
    }
  }
}
