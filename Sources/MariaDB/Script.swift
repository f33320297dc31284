extension Database {
  /// Runs the statements of one of our SQL files (migrations, grants), one after the other: each
  /// ends with a line that ends with a semicolon; lines that begin with `--` are comments.
  public func runScript(_ text: String) throws {
    for statement in Self.statements(of: text) { try administer(statement) }
  }

  static func statements(of text: String) -> [String] {
    var statements: [String] = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n") {
      let words = line.drop { $0 == " " || $0 == "\t" }
      if words.isEmpty || words.hasPrefix("--") { continue }
      lines.append(line)
      if words.hasSuffix(";") {
        statements.append(String(lines.joined(separator: "\n").dropLast()))
        lines = []
      }
    }
    return statements
  }
}
