import MariaDB

/// The orders of the list of members. Each column has an index that ends with the account's id,
/// alone and after the state: a page is read from it at the place where the last one ended.
public struct MemberOrder: Sendable, Equatable {
  public enum Column: String, CaseIterable, Sendable {
    case kana, number, registered
  }

  public let column: Column
  public let isDescending: Bool

  public init(_ column: Column, isDescending: Bool = false) {
    self.column = column
    self.isDescending = isDescending
  }

  /// The order of an address's `sort`: `kana`, or `-kana` for the other direction. Readings first
  /// where it names none.
  public init(_ text: String?) {
    let isDescending = text?.hasPrefix("-") ?? false
    let name = (text ?? "").drop { $0 == "-" }
    self.init(Column(rawValue: String(name)) ?? .kana, isDescending: isDescending)
  }

  /// The text that `init(_:)` reads.
  public var text: String { (isDescending ? "-" : "") + column.rawValue }

  var reversed: MemberOrder { MemberOrder(column, isDescending: !isDescending) }

  var index: StaticString {
    switch column {
    case .kana: "FORCE INDEX (by_kana)"
    case .number: "FORCE INDEX (number)"
    case .registered: "FORCE INDEX (by_registered)"
    }
  }

  var statusIndex: StaticString {
    switch column {
    case .kana: "FORCE INDEX (by_status_kana)"
    case .number: "FORCE INDEX (by_status_number)"
    case .registered: "FORCE INDEX (by_status_registered)"
    }
  }

  var sql: StaticString {
    switch (column, isDescending) {
    case (.kana, false): "ORDER BY a.sort_kana, a.id"
    case (.kana, true): "ORDER BY a.sort_kana DESC, a.id DESC"
    case (.number, false): "ORDER BY a.number"
    case (.number, true): "ORDER BY a.number DESC"
    case (.registered, false): "ORDER BY a.sort_registered, a.id"
    case (.registered, true): "ORDER BY a.sort_registered DESC, a.id DESC"
    }
  }

  /// What comes after the account with these values. (A comparison of whole rows would not use the
  /// index.)
  func after(_ place: Row) throws -> Query {
    let kana: String = try place["sort_kana"]
    let number: String = try place["number"]
    let registered: String = try place["sort_registered"]
    let id: Int = try place["id"]
    return switch (column, isDescending) {
    case (.kana, false):
      Query("AND a.sort_kana >= ? AND (a.sort_kana > ? OR a.id > ?)", kana, kana, id)
    case (.kana, true):
      Query("AND a.sort_kana <= ? AND (a.sort_kana < ? OR a.id < ?)", kana, kana, id)
    case (.number, false): Query("AND a.number > ?", number)
    case (.number, true): Query("AND a.number < ?", number)
    case (.registered, false):
      Query(
        "AND a.sort_registered >= ? AND (a.sort_registered > ? OR a.id > ?)",
        registered, registered, id)
    case (.registered, true):
      Query(
        "AND a.sort_registered <= ? AND (a.sort_registered < ? OR a.id < ?)",
        registered, registered, id)
    }
  }
}
