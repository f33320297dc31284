// Searching and replacing text by its bytes. The standard library's own versions for strings bring
// its engine for regular expressions with them: a megabyte and a half in each program.

extension [UInt8] {
  /// True where `word` stands somewhere in the bytes.
  func holds(_ word: [UInt8]) -> Bool { place(of: word, from: 0) != nil }

  /// The bytes with every `word` replaced, from the front.
  func replacing(_ word: [UInt8], with other: [UInt8]) -> [UInt8] {
    guard var place = place(of: word, from: 0) else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count + other.count)
    var start = 0
    while true {
      result += self[start..<place]
      result += other
      start = place + word.count
      guard let next = self.place(of: word, from: start) else { break }
      place = next
    }
    return result + self[start...]
  }

  private func place(of word: [UInt8], from start: Int) -> Int? {
    guard let first = word.first, count - start >= word.count else { return nil }
    for place in start...count - word.count where self[place] == first {
      var length = 1
      while length < word.count, self[place + length] == word[length] { length += 1 }
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
