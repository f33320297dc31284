import MariaDB
import Platform
import Sodium

/// What a copy says of itself, in comments at its end:
///
///     -- mamis-backup 1
///     -- made 2026-11-22T17:30:00Z
///     -- database mamis
///     -- schema 9
///     -- rows accounts 12
///     -- sha256 (of everything above)
struct BackupManifest {
  /// In UTC.
  var made = ""
  /// Whose copy it is.
  var database = ""
  /// The number of the newest migration.
  var schema = 0
  /// The rows of each table.
  var rows: [Identifier: Int] = [:]

  static let firstLine = "-- mamis-backup 1"
  static let lastWord = "-- sha256 "
  static let dumpEnd = "-- Dump completed"

  /// All lines but the last.
  var text: String {
    var lines = [Self.firstLine, "-- made \(made)", "-- database \(database)"]
    lines.append("-- schema \(schema)")
    for (table, count) in rows.sorted(by: { $0.key.description < $1.key.description }) {
      lines.append("-- rows \(table) \(count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Takes a line; false for one that does not belong here.
  fileprivate mutating func take(_ line: String) -> Bool {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 3, words[0] == "--" else { return false }
    switch (words[1], words.count) {
    case ("made", 3): made = words[2]
    case ("database", 3): database = words[2]
    case ("schema", 3): schema = Int(words[2]) ?? 0
    case ("rows", 4):
      guard let table = Identifier(words[2]), let count = Int(words[3]) else { return false }
      rows[table] = count
    default: return false
    }
    return true
  }
}

/// Reads a dump as it passes by: hashes it, counts the rows of each table, and reads the manifest
/// at its end. mariadb-dump writes each row on a line of its own, and line ends inside a row as \n.
struct BackupReader {
  /// The rows found, by table.
  private(set) var rows: [Identifier: Int] = [:]
  /// True once the last line of mariadb-dump itself was there.
  private(set) var isDumpWhole = false
  /// Nil until its first line.
  private(set) var manifest: BackupManifest?
  private var statedHash: String?
  private var hash = SHA256()
  private var table: Identifier?
  /// The line in hand, as far as it tells anything.
  private var line: [UInt8] = []
  private static let telling = 200
  private var fault: String?

  /// The SHA-256 of what came so far, the manifest's last line excepted.
  var hashed: String { hexadecimal(hash.hash()) }

  /// Takes the next bytes.
  mutating func take(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A)
      let piece = rest[..<(end.map { $0 + 1 } ?? rest.endIndex)]
      rest = rest[piece.endIndex...]
      if line.count < Self.telling { line += piece.prefix(Self.telling - line.count) }
      if manifest == nil { hash.update(piece) }
      if end != nil {
        endLine()
        line.removeAll(keepingCapacity: true)
      }
    }
  }

  private mutating func endLine() {
    if manifest != nil { return endManifestLine() }
    switch line.first {
    case UInt8(ascii: "("):
      if let table { rows[table, default: 0] += 1 }
    case UInt8(ascii: "I"):
      if let name = name(after: "INSERT INTO `") { table = name }
    case UInt8(ascii: "C"):
      if let name = name(after: "CREATE TABLE `") { rows[name] = 0 }
    case UInt8(ascii: "-"):
      if line.starts(with: BackupManifest.dumpEnd.utf8) { isDumpWhole = true }
      if line.dropLast().elementsEqual(BackupManifest.firstLine.utf8) {
        manifest = BackupManifest()
      }
    default: break
    }
  }

  private mutating func endManifestLine() {
    let text = String(decoding: line.dropLast(), as: UTF8.self)
    if statedHash != nil {
      fault = "something follows its last line"
    } else if text.hasPrefix(BackupManifest.lastWord) {
      statedHash = String(text.dropFirst(BackupManifest.lastWord.count))
    } else {
      hash.update(line[...])
      if manifest?.take(text) != true { fault = "its manifest has a line that is none" }
    }
  }

  private func name(after words: StaticString) -> Identifier? {
    let start = Array(words.description.utf8)
    guard line.starts(with: start) else { return nil }
    return Identifier(
      String(decoding: line[start.count...].prefix { $0 != UInt8(ascii: "`") }, as: UTF8.self))
  }

  /// The manifest, once all was read. Throws where the copy is not what it was.
  func checked(_ file: String) throws -> BackupManifest {
    if let fault { throw Failure("\(file) is damaged: \(fault)") }
    guard isDumpWhole, let manifest, let statedHash else {
      throw Failure("\(file) is not whole: its end is missing, or mamis backup did not make it")
    }
    guard statedHash == hashed else {
      throw Failure("\(file) is damaged: its content is not what was written (SHA-256)")
    }
    guard manifest.rows == rows else {
      throw Failure("\(file) is damaged: it holds other rows than its manifest says")
    }
    return manifest
  }
}
