// Searching and replacing text by its bytes. The standard library's own versions for strings bring
// its engine for regular expressions with them: a megabyte and a half in each program.

extension [UInt8] {
  /// True where `word` stands somewhere in the bytes.
  func holds(_ word: [UInt8]) -> Bool { place(of: word, from: 0) != nil }

  /// The bytes with every `word` replaced, from the front.
  func replacing(_ word: [UInt8], with other: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    while let place = place(of: word, from: start) {
      result += self[start..<place] + other
      start = place + word.count
    }
    return result + self[start...]
  }

  private func place(of word: [UInt8], from start: Int) -> Int? {
    guard !word.isEmpty, count - start >= word.count else { return nil }
    return (start...count - word.count).first { self[$0...].starts(with: word) }
  }
}

extension String {
  /// The text with every `word` replaced, from the front.
  func replacing(_ word: String, with other: String) -> String {
    let bytes = Array(utf8).replacing(Array(word.utf8), with: Array(other.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }
}
