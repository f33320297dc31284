/// The passwords that everybody tries first: a list of lower-case lines (sql/masters).
///
/// Only 64-bit hashes are held, sorted: 160 kB for 20,042 lines. That a good password has the hash
/// of a common one by chance happens once in 10^14.
public struct CommonPasswords: Sendable {
  private let hashes: [UInt64]

  /// Reads the bytes of a file, one password a line.
  public init(contents: [UInt8]) {
    hashes = contents.split { $0 == 0x0A || $0 == 0x0D }.map { ByteHash($0.span).value }.sorted()
  }

  /// How many there are.
  public var count: Int { hashes.count }

  /// True for a password (in lower case) that is one of the list, or becomes one when it is read as
  /// people disguise them: @ for a, 0 for o, 1 for i or l, 3 for e, $ and 5 for s, digits and signs
  /// put in front or behind; and for one that only repeats a short piece or counts up or down.
  func contains(_ password: [UInt8]) -> Bool {
    PasswordFolding.isRun(password) || isRepeated(password.span)
      || isRepeated(password.span.extracting(PasswordFolding.core(of: password)))
      || hasReading(of: password)
  }

  /// Shorter texts may repeat themselves in a good password.
  private static let shortestRepeated = 8

  /// True for one piece written twice or more, where the piece is short or itself common.
  private func isRepeated(_ text: Span<UInt8>) -> Bool {
    guard text.count >= Self.shortestRepeated, let period = PasswordFolding.period(of: text) else {
      return false
    }
    return period <= 4 || has(ByteHash(text.extracting(first: period)))
  }

  /// True where the text itself is of the list, or what is left of it when digits and signs are cut:
  /// in front none, the signs, or all; behind any number of them (abc12345! is abc12345).
  private func hasReading(of text: [UInt8]) -> Bool {
    let core = PasswordFolding.core(of: text)
    let end = core.isEmpty ? text.count : core.upperBound
    let known =
      text.firstIndex { PasswordFolding.isLetter($0) || PasswordFolding.isDigit($0) } ?? 0
    return hasReading(of: text, from: 0, toAtLeast: end)
      || known > 0 && hasReading(of: text, from: known, toAtLeast: end)
      || core.lowerBound > known && hasReading(of: text, from: core.lowerBound, toAtLeast: end)
  }

  /// The same of a text cut in front, as it is and with its disguise taken off: 1 once as i, once
  /// as l. Where it ends, the hash so far is that of a reading.
  private func hasReading(of text: [UInt8], from start: Int, toAtLeast end: Int) -> Bool {
    var (plain, i, l) = (ByteHash(), ByteHash(), ByteHash())
    for place in start..<text.count {
      plain.add(text[place])
      i.add(PasswordFolding.letter(text[place], one: UInt8(ascii: "i")))
      l.add(PasswordFolding.letter(text[place], one: UInt8(ascii: "l")))
      guard place + 1 >= end else { continue }
      if has(plain) || i.value != plain.value && has(i) || l.value != i.value && has(l) {
        return true
      }
    }
    return false
  }

  private func has(_ text: ByteHash) -> Bool {
    let hashes = hashes.span
    let place = hashes.lowerBound { $0 < text.value }
    return place < hashes.count && hashes[place] == text.value
  }
}
