/// A SELECT put together from literals, for lists whose filter and order a person chooses. What was
/// typed stays among the values: nothing of it can become SQL.
public struct Query: Sendable {
  var text = ""
  private(set) var values: [Value] = []

  public init() {}

  public init(_ sql: StaticString, _ values: any Bindable...) {
    text = sql.description
    self.values = values.map(\.bound)
  }

  /// Appends a literal and the values of its question marks.
  public mutating func add(_ sql: StaticString, _ values: any Bindable...) {
    text += " " + sql.description
    self.values += values.map(\.bound)
  }

  /// Appends another query's text and values.
  public mutating func add(_ other: Query) {
    text += " " + other.text
    values += other.values
  }
}

extension Database {
  /// All rows of a query. It is prepared for this one time.
  public func rows(_ query: Query) throws -> [Row] {
    var rows: [Row] = []
    try run(query) { rows.append($0) }
    return rows
  }

  /// The rows of a query, read from the server one by one. `row` must not use the database.
  public func stream(_ query: Query, row: (Row) throws -> Void) throws {
    try run(query, streaming: true, row: row)
  }
}
