/// What was typed into the controls of a page, by their names.
///
/// A name that is absent leaves the page's own values; one that is there without a value empties the
/// control, and clears a check mark.
public struct TypedValues: ExpressibleByDictionaryLiteral, Sendable {
  /// Names and values as a form has them: its own list, which is not copied.
  private(set) var pairs: [(name: String, value: String)] = []
  /// The names without a value.
  private(set) var emptied: [String] = []

  public init(dictionaryLiteral all: (String, [String])...) {
    for (name, values) in all { self[name] = values }
  }

  /// All values of a name, in their order; nil takes the name away.
  public subscript(name: String) -> [String]? {
    get {
      let (pairs, length) = (pairs.span, name.utf8.count)
      var values: [String] = []
      for place in pairs.indices where isSame(pairs[place].name, name, length) {
        values.append(pairs[place].value)
      }
      return values.isEmpty && !emptied.contains(name) ? nil : values
    }
    set {
      let old = places(of: name)
      for place in old.reversed() { pairs.remove(at: place) }
      emptied.removeAll { $0 == name }
      guard let newValue else { return }
      if newValue.isEmpty { emptied.append(name) }
      pairs.insert(contentsOf: newValue.map { (name, $0) }, at: old.first ?? pairs.count)
    }
  }

  /// How many values a name has.
  public func count(of name: String) -> Int {
    let (pairs, length) = (pairs.span, name.utf8.count)
    var count = 0
    for place in pairs.indices where isSame(pairs[place].name, name, length) { count += 1 }
    return count
  }

  private func places(of name: String) -> [Int] {
    let length = name.utf8.count
    return pairs.indices.filter { isSame(pairs[$0].name, name, length) }
  }

  /// Most names differ in their length: there is nothing else to look at then.
  private func isSame(_ name: String, _ other: String, _ length: Int) -> Bool {
    name.utf8.count == length && name == other
  }

  /// Adds the pairs of a form behind what there is.
  public mutating func append(_ form: [(name: String, value: String)]) {
    if pairs.isEmpty { pairs = form } else { pairs += form }
    emptied.removeAll { name in form.contains { $0.name == name } }
  }

  /// Where the values of each of a page's fields stand, by the number of the field; nil for a name
  /// that is absent. Where those of one name are apart, they are put together first.
  mutating func places(of fields: Named<Int>) -> [Range<Int>?] {
    if let places = placesTogether(fields) { return places }
    let known = pairs.indices.compactMap { place in
      fields.place(of: pairs[place].name).map { (field: $0, place: place) }
    }
    pairs = known.sorted { $0 < $1 }.map { pairs[$0.place] }
    return placesTogether(fields) ?? []
  }

  /// The same; nil where the values of a name are apart.
  private func placesTogether(_ fields: Named<Int>) -> [Range<Int>?]? {
    var places = [Range<Int>?](repeating: nil, count: fields.pairs.count)
    // A form comes in the order of its page mostly.
    var next = 0
    for place in pairs.indices {
      guard let field = fields.place(of: pairs[place].name, from: next) else { continue }
      let start = places[field]?.lowerBound ?? place
      guard start == place || places[field]?.upperBound == place else { return nil }
      places[field] = start..<place + 1
      next = field
    }
    for name in emptied {
      if let field = fields[name] { places[field] = 0..<0 }
    }
    return places
  }
}
