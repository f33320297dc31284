import MariaDB
import Membership
import Platform

/// What MariaDB's own programs need to reach the database: the same lines of the option file that
/// the handlers read. They are handed over in memory: no password stands in a command line, which
/// everybody on the host may read, or in a further file.
struct BackupClient {
  private let options: String

  /// The groups that libmariadb reads besides ours.
  private static let usualGroups = ["client", "client-server", "client-mariadb"]

  /// The keys that mean the same to every MariaDB program. (`database` does not.)
  private static let keys: Set<String> = [
    "user", "password", "host", "port", "socket", "protocol", "ssl", "ssl-ca", "ssl-capath",
    "ssl-cert", "ssl-key", "ssl-cipher", "ssl-crl", "ssl-crlpath", "ssl-verify-server-cert",
    "tls-version", "plugin-dir", "default-auth", "max-allowed-packet", "compress",
  ]

  /// Reads the option file of a location.
  init(_ location: DatabaseLocation) throws {
    let text = String(decoding: try readFile(location.optionFile), as: UTF8.self)
    let groups = Set(Self.usualGroups + [location.group])
    var isOurs = false
    var lines = ["[client]"]
    for line in text.split(separator: "\n") {
      let words = line.drop { $0 == " " || $0 == "\t" }
      if words.first == "[" {
        isOurs = groups.contains(String(words.dropFirst().prefix { $0 != "]" }))
      } else if isOurs {
        let key = words.prefix { $0 != "=" && $0 != " " && $0 != "\t" && $0 != "\r" }
          .map { $0 == "_" ? "-" : String($0) }.joined()
        if Self.keys.contains(key) {
          lines.append(key + (words.firstIndex(of: "=").map { Self.value(words[$0...]) } ?? ""))
        }
      }
    }
    options = lines.joined(separator: "\n") + "\n"
  }

  /// `="value"`: MariaDB's own programs end an unquoted value at a #, libmariadb does not. Escapes
  /// mean the same with quotes and without.
  private static func value(_ text: Substring) -> String {
    var value = text.dropFirst().drop { $0 == " " || $0 == "\t" }
    while let last = value.last, last == " " || last == "\t" || last == "\r" {
      value = value.dropLast()
    }
    if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote
    {
      return "=\(value)"
    }
    var quoted = "=\""
    var isEscaped = false
    for character in value {
      if character == "\"", !isEscaped { quoted += "\\" }
      quoted.append(character)
      isEscaped = character == "\\" && !isEscaped
    }
    return quoted + "\""
  }

  /// Starts one of MariaDB's programs.
  func start(
    _ program: String, _ arguments: [String], input: Channel? = nil, output: Channel? = nil
  ) throws -> Child {
    try Child(
      [program, "--defaults-file=\(Child.thirdFile)", "--default-character-set=utf8mb4"]
        + arguments,
      input: input, output: output, third: .holding([UInt8](options.utf8)))
  }
}

extension Child {
  /// Waits, and throws where it did not end well. What it says of that stands on standard error.
  func mustEndWell() throws {
    let end = try wait()
    guard end == .status(0) else {
      throw Failure("\(program) failed (\(end)); what it says of that is above")
    }
  }
}
