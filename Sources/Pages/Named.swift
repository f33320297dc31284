/// Some values by name: the texts of a part, the fields of a form. They are a handful, and looking
/// through them is quicker than a hash table, which every row of a list would have to make.
/// (Inlinable: where another module uses it, the compiler sees the type of the values.)
public struct Named<Value>: ExpressibleByDictionaryLiteral {
  @usableFromInline var stored: [(name: String, value: Value)] = []

  /// Each name once, in the order in which they came.
  @inlinable
  public var pairs: [(name: String, value: Value)] { stored }

  @inlinable
  public init() {}

  /// - Parameter pairs: no name twice.
  @inlinable
  public init(_ pairs: some Sequence<(String, Value)>) {
    for (name, value) in pairs { stored.append((name, value)) }
  }

  @inlinable
  public init(dictionaryLiteral pairs: (String, Value)...) {
    self.init(pairs)
  }

  /// The value of a name; nil takes it away.
  @inlinable
  public subscript(name: String) -> Value? {
    get { place(of: name).map { stored[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): stored[place].value = value
      case (let place?, nil): stored.remove(at: place)
      case (nil, let value?): stored.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The value of a name, put there first where there is none.
  @inlinable
  public subscript(name: String, default value: @autoclosure () -> Value) -> Value {
    get { place(of: name).map { stored[$0].value } ?? value() }
    _modify {
      let place = place(of: name) ?? stored.count
      if place == stored.count { stored.append((name, value())) }
      yield &stored[place].value
    }
  }

  /// Takes over everything that `other` has, in the place of its own.
  @inlinable
  public mutating func merge(_ other: Named) {
    for (name, value) in other.stored { self[name] = value }
  }

  @inlinable
  public var isEmpty: Bool { stored.isEmpty }

  /// Names differ in their length mostly: there is nothing else to look at then.
  @inlinable
  func place(of name: String) -> Int? {
    let length = name.utf8.count
    for place in stored.indices
    where stored[place].name.utf8.count == length && stored[place].name == name {
      return place
    }
    return nil
  }
}

extension Named: Sendable where Value: Sendable {}
extension Named: Equatable where Value: Equatable {
  @inlinable
  public static func == (one: Named, other: Named) -> Bool {
    one.stored.elementsEqual(other.stored) { $0.name == $1.name && $0.value == $1.value }
  }
}
