import Platform

/// The bytes of a page with its parts in place, and the file and line that each of them came from.
struct Source: Sendable {
  /// From `offset` on, the bytes are those of `file` from `line` on.
  private struct Stretch {
    let offset: Int
    let file: String
    let line: Int
  }

  private(set) var bytes: [UInt8] = []
  private var stretches: [Stretch] = []

  /// Reads `file` below `folder`, and in place of each include the part that it names.
  ///
  /// Includes are resolved here, once, and never in an answer: nothing that a visitor typed is
  /// ever looked at for includes.
  init(_ file: String, in folder: String) throws(PageError) {
    let text = try Source.read(file, in: folder) { reason in
      PageError(file: file, message: reason)
    }
    try append(text, of: [file], in: folder)
  }

  /// The file and the line of the byte at `offset`.
  func place(of offset: Int) -> (file: String, line: Int) {
    guard let stretch = stretches.last(where: { $0.offset <= offset }) else { return ("", 0) }
    let newlines = bytes[stretch.offset..<min(offset, bytes.count)].count { $0 == Byte.newline }
    return (stretch.file, stretch.line + newlines)
  }

  /// An error at the byte at `offset`.
  func error(at offset: Int, _ message: String) -> PageError {
    let place = place(of: offset)
    return PageError(file: place.file, line: place.line, message: message)
  }

  /// The bytes of `range` as a string; they are UTF-8, which was checked as they were read.
  func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// Adds bytes that come from no file. Returns where they stand.
  mutating func append(_ made: [UInt8]) -> Range<Int> {
    let start = bytes.count
    bytes += made
    return start..<bytes.count
  }

  /// Adds the text of the last of `files`, each of which includes the next.
  private mutating func append(
    _ text: [UInt8], of files: [String], in folder: String
  ) throws(PageError) {
    let file = files[files.count - 1]
    var line = 1
    var start = 0
    while true {
      stretches.append(Stretch(offset: bytes.count, file: file, line: line))
      guard let include = try Include(in: text, from: start, of: file, line: line) else { break }
      bytes += text[start..<include.range.lowerBound]
      line = include.line
      start = include.range.upperBound
      try append(include, of: files, in: folder)
    }
    bytes += text[start...]
  }

  private mutating func append(
    _ include: Include, of files: [String], in folder: String
  ) throws(PageError) {
    let file = files[files.count - 1]
    guard !files.contains(include.file) else {
      throw PageError(file: file, line: include.line, message: "\(include.file) includes itself")
    }
    let text = try Source.read(include.file, in: folder) { reason in
      PageError(file: file, line: include.line, message: "\(include.file): \(reason)")
    }
    try append(text, of: files + [include.file], in: folder)
  }

  /// The bytes of `file`, which are UTF-8 without a byte order mark.
  private static func read(
    _ file: String, in folder: String, orThrow error: (String) -> PageError
  ) throws(PageError) -> [UInt8] {
    let text: [UInt8]
    do {
      text = try readFile("\(folder)/\(file)")
    } catch let reason {
      throw error("cannot be read: \(reason)")
    }
    guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw error("begins with a byte order mark; save it as UTF-8 without one")
    }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw error("is not UTF-8")
    }
    return text
  }
}

/// One `<!--#include virtual="/parts/header.html" -->` of a file, alone on its line.
private struct Include {
  /// The directive itself, without the space before it and the end of its line.
  let range: Range<Int>
  let line: Int
  /// The included file's name below the folder of pages.
  let file: String

  private static let start = "<!--#include"
  private static let address = " virtual=\"/"
  private static let end = "\" -->"

  /// The first include of `text` from `start` on, where `line` is the line at `start`.
  init?(in text: [UInt8], from start: Int, of page: String, line: Int) throws(PageError) {
    guard let opening = text.range(of: Include.start, from: start) else { return nil }
    let here = line + text[start..<opening.lowerBound].count { $0 == Byte.newline }
    let form = "write an include as <!--#include virtual=\"/parts/NAME.html\" -->"
    guard text[opening.upperBound...].starts(with: Include.address.utf8),
      let closing = text.range(of: Include.end, from: opening.upperBound)
    else { throw PageError(file: page, line: here, message: form) }
    let name = text[opening.upperBound + Include.address.utf8.count..<closing.lowerBound]
    guard Include.isName(name) else { throw PageError(file: page, line: here, message: form) }
    guard Include.isAlone(opening.lowerBound..<closing.upperBound, in: text) else {
      throw PageError(file: page, line: here, message: "an include has a line of its own")
    }
    range = opening.lowerBound..<closing.upperBound
    self.line = here
    file = String(decoding: name, as: UTF8.self)
  }

  /// Only names that can't leave the folder: no dots but the one of `.html`.
  private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
    let ending = Array(".html".utf8)
    guard name.count > ending.count, name.suffix(ending.count).elementsEqual(ending) else {
      return false
    }
    return name.dropLast(ending.count).allSatisfy { Byte.isName($0) || $0 == UInt8(ascii: "/") }
  }

  private static func isAlone(_ range: Range<Int>, in text: [UInt8]) -> Bool {
    let before = text[..<range.lowerBound].reversed().prefix { $0 != Byte.newline }
    let after = text[range.upperBound...].prefix { $0 != Byte.newline }
    return before.allSatisfy(Byte.isSpace) && after.allSatisfy(Byte.isSpace)
  }
}
