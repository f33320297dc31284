/// The digits of a number as it was typed, with one hyphen between groups of them.
struct DigitGroups {
  /// As many signs as there can be.
  static let most = 15
  static let hyphen = UInt8(ascii: "-")

  private(set) var signs = InlineArray<15, UInt8>(repeating: 0)
  private(set) var count = 0
  /// How many of the signs are digits.
  private(set) var digits = 0
  var text: String { String(ascii: signs.span.extracting(first: count)) }

  /// Adds the digits from a place of a text on, however groups of them are kept apart. False where
  /// there is anything else, or too much.
  mutating func add(
    _ text: Span<UInt8>, from start: Int, apart isSeparator: (UInt8) -> Bool
  ) -> Bool {
    var isApart = false
    for place in start..<text.count {
      let byte = text[place]
      if isSeparator(byte) {
        isApart = true
        continue
      }
      guard byte.isDigit else { return false }
      if isApart, count > 0, !add(Self.hyphen) { return false }
      guard add(digit: byte) else { return false }
      isApart = false
    }
    return true
  }

  /// Adds one digit. False where there is no room.
  @discardableResult
  mutating func add(digit: UInt8) -> Bool {
    guard add(digit) else { return false }
    digits += 1
    return true
  }

  private mutating func add(_ sign: UInt8) -> Bool {
    guard count < Self.most else { return false }
    signs[count] = sign
    count += 1
    return true
  }

  /// Puts a hyphen before one of the signs.
  mutating func insertHyphen(at place: Int) {
    guard add(Self.hyphen) else { return }
    for last in (place + 1..<count).reversed() { signs.swapAt(last - 1, last) }
  }
}
