/// Some values by name: the texts of a part, the fields of a form. They are a handful, and looking
/// through them is quicker than a hash table, which every row of a list would have to make.
/// (Inlinable: where another module uses it, the compiler sees the type of the values.)
public struct Named<Value>: ExpressibleByDictionaryLiteral {
  @usableFromInline var stored: [(String, Value)] = []

  /// Each name once, in the order in which they came.
  @inlinable
  public var pairs: [(String, Value)] { stored }

  @inlinable
  public init() {}

  /// - Parameter pairs: no name twice.
  @inlinable
  public init(_ pairs: some Sequence<(String, Value)>) {
    stored = Array(pairs)
  }

  @inlinable
  public init(dictionaryLiteral pairs: (String, Value)...) {
    stored = pairs
  }

  /// The value of a name; nil takes it away.
  @inlinable
  public subscript(name: String) -> Value? {
    get { place(of: name).map { stored[$0].1 } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): stored[place].1 = value
      case (let place?, nil): stored.remove(at: place)
      case (nil, let value?): stored.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The value of a name, put there first where there is none.
  @inlinable
  public subscript(name: String, default value: @autoclosure () -> Value) -> Value {
    get { place(of: name).map { stored[$0].1 } ?? value() }
    _modify {
      let place = place(of: name) ?? stored.count
      if place == stored.count { stored.append((name, value())) }
      yield &stored[place].1
    }
  }

  /// Takes over everything that `other` has, in the place of its own.
  @inlinable
  public mutating func merge(_ other: Named) {
    guard !isEmpty else {
      self = other
      return
    }
    for (name, value) in other.stored { self[name] = value }
  }

  @inlinable
  public var isEmpty: Bool { stored.isEmpty }

  /// Names differ in their length mostly: there is nothing else to look at then.
  @inlinable
  func place(of name: String) -> Int? { place(of: name, in: stored.indices) }

  /// The place of a name that is likely to stand at `start` or soon after it.
  func place(of name: String, from start: Int) -> Int? {
    let start = min(start, stored.count)
    return place(of: name, in: start..<stored.count) ?? place(of: name, in: 0..<start)
  }

  @inlinable
  func place(of name: String, in places: Range<Int>) -> Int? {
    let length = name.utf8.count
    for place in places
    where stored[place].0.utf8.count == length && stored[place].0 == name {
      return place
    }
    return nil
  }
}

extension Named: Sendable where Value: Sendable {}
extension Named: Equatable where Value: Equatable {
  @inlinable
  public static func == (one: Named, other: Named) -> Bool {
    one.stored.elementsEqual(other.stored) { $0.0 == $1.0 && $0.1 == $1.1 }
  }
}
