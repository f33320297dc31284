/// Words that are looked for in a text, one after the other in one piece of memory.
struct WordList: Sendable {
  /// What stands between two words.
  static let separator = UInt8(ascii: "\n")

  /// As many as one person's names, login ID and address have.
  private static let usualCount = 16

  private let bytes: [UInt8]
  private var words: [(place: Range<Int>, set: UnitSet)] = []

  /// - Parameter shortest: bytes of the shortest word; what is shorter is left out.
  init(_ bytes: [UInt8], shortest: Int) {
    self.bytes = bytes
    words.reserveCapacity(Self.usualCount)
    let bytes = bytes.span
    var start = 0
    for end in 0...bytes.count where end == bytes.count || bytes[end] == Self.separator {
      if end - start >= shortest {
        words.append((start..<end, UnitSet(bytes.extracting(start..<end))))
      }
      start = end + 1
    }
  }

  /// True where one of them stands somewhere in the text.
  func stands(in text: [UInt8]) -> Bool {
    let (set, words) = (UnitSet(text.span), words.span)
    for index in words.indices where words[index].set.isSubset(of: set) {
      if text.holds(bytes.span.extracting(words[index].place)) { return true }
    }
    return false
  }

  /// Each by itself.
  var all: [[UInt8]] { words.map { Array(bytes[$0.place]) } }
}
