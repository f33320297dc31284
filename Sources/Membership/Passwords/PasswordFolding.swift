/// Readings of a password as ASCII bytes: what a guesser would take it for.
enum PasswordFolding {
  /// The bytes, ASCII letters among them in lower case.
  static func lowerCase(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for place in bytes.indices where 0x41...0x5A ~= bytes[place] { bytes[place] |= 0x20 }
    return bytes
  }

  /// Where the text stands without the digits and signs in front and behind; nowhere, at its
  /// beginning, where it has no letter.
  static func core(of text: [UInt8]) -> Range<Int> {
    guard let start = text.firstIndex(where: isLetter), let last = text.lastIndex(where: isLetter)
    else { return 0..<0 }
    return start..<last + 1
  }

  /// The text as it is, and with its disguise taken off, where it has one: 1 once as i, once as l.
  static func disguises(of plain: [UInt8]) -> [[UInt8]] {
    guard plain.contains(where: { letter($0, one: 0) != $0 }) else { return [plain] }
    return [plain]
      + [UInt8(ascii: "i"), UInt8(ascii: "l")].map { one in plain.map { letter($0, one: one) } }
  }

  /// The letter that a sign stands for; any other byte as it is.
  static func letter(_ byte: UInt8, one: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "@"): UInt8(ascii: "a")
    case UInt8(ascii: "0"): UInt8(ascii: "o")
    case UInt8(ascii: "1"): one
    case UInt8(ascii: "3"): UInt8(ascii: "e")
    case UInt8(ascii: "$"), UInt8(ascii: "5"): UInt8(ascii: "s")
    default: byte
    }
  }

  /// True where every byte is the one before it plus one and the same step of -1, 0 or 1; 0
  /// follows 9.
  static func isRun(_ text: [UInt8]) -> Bool {
    guard text.count >= 4 else { return false }
    let first = step(text[0], text[1])
    return abs(first) <= 1
      && (2..<text.count).allSatisfy { step(text[$0 - 1], text[$0]) == first }
  }

  /// How far `next` is from `one`.
  private static func step(_ one: UInt8, _ next: UInt8) -> Int {
    switch (one, next) {
    case (0x39, 0x30): 1
    case (0x30, 0x39): -1
    default: Int(next) - Int(one)
    }
  }

  /// The length of the piece that the text repeats at least twice (the last time perhaps cut).
  static func period(of text: Span<UInt8>) -> Int? {
    guard text.count >= 4 else { return nil }
    return (1...text.count / 2).first { length in
      (length..<text.count).allSatisfy { text[$0] == text[$0 - length] }
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
