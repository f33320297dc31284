// Text put together as bytes: for what is written with every request.

extension [UInt8] {
  /// Adds words of our own.
  public mutating func append(words: StaticString) {
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount))
  }

  /// Adds a text's UTF-8.
  public mutating func append(text: String) {
    var text = text
    text.withUTF8 { unsafe append(contentsOf: $0) }
  }

  /// Adds a number, in decimal, with leading zeros up to so many digits.
  public mutating func append(number: Int, digits least: Int = 1) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var first = digits.count
    var rest = number.magnitude
    while rest > 0 {
      first -= 1
      digits[first] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    for place in Swift.min(first, digits.count - least)..<digits.count { append(digits[place]) }
  }

  /// Adds seconds since 1970 as a time in UTC: `2026-11-22T05:26:08Z`.
  public mutating func append(time seconds: Int) {
    let day = civilDay(seconds)
    let rest = seconds - floorDivide(seconds, 86400) * 86400
    append(number: day.year, digits: 4)
    append(UInt8(ascii: "-"))
    append(number: day.month, digits: 2)
    append(UInt8(ascii: "-"))
    append(number: day.day, digits: 2)
    append(UInt8(ascii: "T"))
    append(number: rest / 3600, digits: 2)
    append(UInt8(ascii: ":"))
    append(number: rest / 60 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    append(number: rest % 60, digits: 2)
    append(UInt8(ascii: "Z"))
  }
}
