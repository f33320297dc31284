/// A value bound to a question mark, or found in a column.
public enum Value: Equatable, Sendable {
  case null
  case integer(Int)
  case text(String)
  case bytes([UInt8])
}

/// A Swift type that can be bound to a question mark.
public protocol Bindable {
  var bound: Value { get }
}

extension Int: Bindable {
  public var bound: Value { .integer(self) }
}

extension String: Bindable {
  public var bound: Value { .text(self) }
}

extension [UInt8]: Bindable {
  public var bound: Value { .bytes(self) }
}

extension Value: Bindable {
  public var bound: Value { self }
}

extension Optional: Bindable where Wrapped: Bindable {
  public var bound: Value { self?.bound ?? .null }
}

/// A Swift type that a column can be read as.
public protocol ColumnType {
  /// Nil where the column's value is not of this type.
  init?(column: Value)
}

extension Int: ColumnType {
  public init?(column: Value) {
    guard case .integer(let number) = column else { return nil }
    self = number
  }
}

extension String: ColumnType {
  public init?(column: Value) {
    guard case .text(let text) = column else { return nil }
    self = text
  }
}

extension Bool: ColumnType {
  public init?(column: Value) {
    guard case .integer(let number) = column else { return nil }
    self = number != 0
  }
}

extension [UInt8]: ColumnType {
  public init?(column: Value) {
    guard case .bytes(let bytes) = column else { return nil }
    self = bytes
  }
}

extension Optional: ColumnType where Wrapped: ColumnType {
  public init?(column: Value) {
    if case .null = column {
      self = .none
    } else {
      guard let value = Wrapped(column: column) else { return nil }
      self = value
    }
  }
}

/// One row of a result. Times come as text in UTC (`2026-11-22 01:02:03`), dates as `2026-11-22`.
public struct Row: Sendable {
  let names: ColumnNames
  let values: [Value]
  let statement: String

  /// The column of this name as the type asked for. Throws when there is no such column, or its
  /// value is of another type (NULL for a type that is not optional).
  public subscript<T: ColumnType>(name: String) -> T {
    // What nearly all columns are read as goes a way of its own, without looking types up.
    @_specialize(where T == String)
    @_specialize(where T == String?)
    @_specialize(where T == Int)
    @_specialize(where T == Int?)
    @_specialize(where T == Bool)
    get throws(DatabaseError) { try value(of: name) }
  }

  @inline(never)
  private func value<T: ColumnType>(of name: String) throws(DatabaseError) -> T {
    guard let index = names.place(of: name) else {
      throw DatabaseError(shape: "no column \(name)", operation: statement)
    }
    guard let value = T(column: values[index]) else {
      throw DatabaseError(shape: "column \(name) is not \(T.self)", operation: statement)
    }
    return value
  }

  /// Every column with its name, in their order. For records that are written as they are.
  public var columns: [(name: String, value: Value)] {
    zip(names.all, values).map { ($0, $1) }
  }

  /// Every column as text, in their order; NULL is empty. For lists that are written as they are.
  public var texts: [String] {
    values.map { value in
      switch value {
      case .null: ""
      case .integer(let number): String(number)
      case .text(let text): text
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      }
    }
  }
}

/// The names of a result's columns, the same for all its rows.
final class ColumnNames: Sendable {
  let all: [String]
  private let lengths: [Int]

  init(_ names: [String]) {
    all = names
    lengths = names.map(\.utf8.count)
  }

  func place(of name: String) -> Int? {
    // Most names differ in their length: there is nothing else to look at then.
    let length = name.utf8.count
    for place in lengths.indices where lengths[place] == length && all[place] == name {
      return place
    }
    return nil
  }
}
