// Searching and replacing text by its bytes. The standard library's own versions for strings bring
// its engine for regular expressions with them: a megabyte and a half in each program.

extension [UInt8] {
  /// True where `word` stands somewhere in the bytes.
  func holds(_ word: Span<UInt8>) -> Bool { place(of: word, from: 0) != nil }

  /// The bytes with every `word` replaced, from the front.
  func replacing(_ word: [UInt8], with other: [UInt8]) -> [UInt8] {
    guard var place = place(of: word.span, from: 0) else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count + other.count)
    var start = 0
    while true {
      result += self[start..<place]
      result += other
      start = place + word.count
      guard let next = self.place(of: word.span, from: start) else { break }
      place = next
    }
    return result + self[start...]
  }

  private func place(of word: Span<UInt8>, from start: Int) -> Int? {
    guard word.count > 0, count - start >= word.count else { return nil }
    let bytes = span
    for place in start...count - word.count where bytes[place] == word[0] {
      var length = 1
      while length < word.count, bytes[place + length] == word[length] { length += 1 }
      if length == word.count { return place }
    }
    return nil
  }
}

extension String {
  /// The text with every `word` replaced, from the front.
  func replacing(_ word: String, with other: String) -> String {
    let bytes = Array(utf8).replacing(Array(word.utf8), with: Array(other.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }
}
