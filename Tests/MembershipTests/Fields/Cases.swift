import Foundation
import Testing

@testable import Membership

/// One row of a table of cases: what is typed, what is stored (nil: refused), and why where the row
/// is not plain.
struct Case: CustomTestStringConvertible, Sendable {
  let typed: String
  let stored: String?
  let reason: String

  init(_ typed: String, _ stored: String?, _ reason: String = "") {
    self.typed = typed
    self.stored = stored
    self.reason = reason
  }

  static func taken(_ typed: String, _ reason: String = "") -> Case { Case(typed, typed, reason) }
  static func refused(_ typed: String, _ reason: String = "") -> Case { Case(typed, nil, reason) }

  var testDescription: String { "\(typed.prefix(40).debugDescription) \(reason)" }
}

extension Rule {
  /// What the rule stores for a text, or nil where it refuses it; outer white space goes first, as
  /// it does for every field.
  func stored(_ typed: String) -> String? {
    let field = OptionalField("field", "項目", self)
    return (try? field.read(typed)).flatMap { $0 }.map(show)
  }

  /// True where the rule stores what the row says, and reads it back as the same: drafts are made
  /// of normal forms.
  func agrees(with row: Case) -> Bool {
    let normal = stored(row.typed)
    return same(normal, row.stored) && same(normal.flatMap(stored), normal)
  }

  /// The sentence shown for a text, or nil where it passes.
  func sentence(_ typed: String) -> String? {
    OptionalField("field", "項目", self).problems(in: [typed]).first?.sentence
  }
}

extension FormField {
  /// What is wrong with the values typed for this field.
  func problems(in typed: [String]) -> [Problem] {
    do throws(Problem) {
      _ = try normalForms(of: typed)
      return []
    } catch {
      return [error]
    }
  }
}

/// True where both are the same code point by code point, or both nil.
func same(_ one: String?, _ other: String?) -> Bool {
  one.map { Array($0.unicodeScalars) } == other.map { Array($0.unicodeScalars) }
}

/// The bytes of a file of the repository, by its path from the top.
func repositoryFile(_ path: String) throws -> Data {
  let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  return try Data(contentsOf: top.appendingPathComponent(path))
}

/// The rows of a CSV file without quoted cells, the header left out.
func rows(of path: String) throws -> [[String]] {
  let text = String(decoding: try repositoryFile(path), as: UTF8.self)
  return text.split(separator: "\n").dropFirst().map {
    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
