/// Reads the `KEY=value` lines of a settings file, in the form that systemd's EnvironmentFile has:
/// empty lines and lines that begin with # or ; are skipped, a value may stand in single or double
/// quotes, outer white space goes.
enum EnvironmentFile {
  /// Throws with the line number for a line that is not of this form.
  static func read(_ text: String, path: String) throws(SettingsError) -> [String: String] {
    var values: [String: String] = [:]
    // The CR of a CR LF is outer white space.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let line = Substring(line).trimmingSpace()
      guard !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
        throw SettingsError("\(path):\(index + 1): not KEY=value")
      }
      let value = String(line[line.index(after: equals)...]).trimmingSpace()
      values[String(line[..<equals])] = try unquoted(value, "\(path):\(index + 1)")
    }
    return values
  }

  private static func unquoted(_ value: String, _ place: String) throws(SettingsError) -> String {
    guard let quote = value.first, quote == "\"" || quote == "'" else { return value }
    guard value.count > 1, value.last == quote else {
      throw SettingsError("\(place): the quote is not closed")
    }
    let inside = value.dropFirst().dropLast()
    guard quote == "\"" else { return String(inside) }
    var plain = ""
    var isEscaped = false
    for character in inside {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        plain.append(character)
        isEscaped = false
      }
    }
    return plain
  }
}

/// A setting that is missing or makes no sense. For the operator.
public struct SettingsError: Error, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
