/// Reads the forms of a date that screens.md §4 lists, from left to right: an era or none, then
/// numbers and the signs between them.
struct DateReader {
  private static let form = Refusal(
    "西暦か和暦の年月日を、算用数字で入力してください（例：1975/04/01、昭和50年4月1日）。")
  private static let monthForm = Refusal(
    "西暦か和暦の年月を、算用数字で入力してください（例：2001/03、平成13年3月）。")
  private static let unknown = Refusal("暦にある日付を入力してください（例：1975/04/01、昭和50年4月1日）。")

  private var rest: ArraySlice<Unicode.Scalar>

  static func date(_ typed: String) throws(Refusal) -> CivilDate {
    let parts = try parse(typed, orElse: form)
    guard let day = parts.day, let date = CivilDate(year: parts.year, month: parts.month, day: day)
    else { throw form }
    return date
  }

  static func month(_ typed: String) throws(Refusal) -> PartialDate {
    try parse(typed, orElse: monthForm)
  }

  private static func parse(_ typed: String, orElse form: Refusal) throws(Refusal) -> PartialDate {
    var reader = DateReader(typed)
    let era = reader.era()
    guard let numbers = reader.numbers(inEra: era != nil), reader.rest.isEmpty else {
      throw form
    }
    let year = era.map { $0.first.year + numbers[0] - 1 } ?? numbers[0]
    // An era has no year 0; 明治0年 must not pass for 1867.
    guard numbers[0] > 0,
      let date = PartialDate(year: year, month: numbers[1], day: numbers.dropFirst(2).first)
    else { throw unknown }
    if let era, !era.contains(date) { throw era.bounds }
    return date
  }

  private init(_ typed: String) {
    let scalars = Array(typed.asNumber().unitingSpaces(as: " ").unicodeScalars)
    guard scalars.contains(" ") else {
      rest = scalars[...]
      return
    }
    // A space is a sign of its own only between two digits: "1975 4 1", but "1975年 4月 1日".
    let kept = scalars.indices.filter { index in
      scalars[index] != " " || (scalars[index - 1].isDigit && scalars[index + 1].isDigit)
    }
    rest = kept.map { scalars[$0] }[...]
  }

  /// The era at the beginning, taken off; the full stop that may follow its letter, too.
  private mutating func era() -> Era? {
    if rest.first?.isDigit ?? true || take("西暦") { return nil }
    for era in Era.all where era.spellings.contains(where: { take($0) }) {
      _ = take(".")
      return era
    }
    return nil
  }

  /// Year, month and, where given, day.
  private mutating func numbers(inEra: Bool) -> [Int]? {
    guard let year = inEra && take("元") ? [1] : digits() else { return nil }
    if rest.isEmpty { return Self.packed(year, inEra: inEra) }
    guard inEra ? year.count <= 2 : year.count == 4 else { return nil }
    if take("年") {
      guard let month = digits(), month.count <= 2, take("月") else { return nil }
      if rest.isEmpty { return [year, month].map(Self.number) }
      guard let day = digits(), day.count <= 2 else { return nil }
      _ = take("日")
      return [year, month, day].map(Self.number)
    }
    guard let sign = rest.first, ["-", "/", ".", " "].contains(sign) else { return nil }
    rest.removeFirst()
    guard let month = digits(), month.count <= 2 else { return nil }
    if rest.isEmpty { return [year, month].map(Self.number) }
    guard rest.popFirst() == sign, let day = digits(), day.count <= 2 else { return nil }
    return [year, month, day].map(Self.number)
  }

  /// The parts of digits without signs: 19750401, 197504, S500401, S5004.
  private static func packed(_ digits: [Int], inEra: Bool) -> [Int]? {
    let length = inEra ? 2 : 4
    guard digits.count == length + 2 || digits.count == length + 4 else { return nil }
    let year = number(Array(digits[..<length]))
    return [year]
      + stride(from: length, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
  }

  /// The digits at the front, at most 8.
  private mutating func digits() -> [Int]? {
    let run = rest.prefix { $0.isDigit }
    guard (1...8).contains(run.count) else { return nil }
    rest = rest.dropFirst(run.count)
    return run.map { Int($0.value) - 0x30 }
  }

  private static func number(_ digits: [Int]) -> Int { digits.reduce(0) { $0 * 10 + $1 } }

  /// True where `text` stands at the front; it is taken off then.
  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest = rest.dropFirst(text.unicodeScalars.count)
    return true
  }
}
