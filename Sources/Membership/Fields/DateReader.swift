/// Reads the forms of a date that screens.md §4 lists, from left to right: an era or none, then
/// numbers and the signs between them.
struct DateReader {
  private static let form = Refusal(
    "西暦か和暦の年月日を、算用数字で入力してください（例：1975/04/01、昭和50年4月1日）。")
  private static let monthForm = Refusal(
    "西暦か和暦の年月を、算用数字で入力してください（例：2001/03、平成13年3月）。")
  private static let unknown = Refusal("暦にある日付を入力してください（例：1975/04/01、昭和50年4月1日）。")

  /// A byte more than the longest form has (西暦1975年12月31日): of a longer text it has only to be
  /// known that it is.
  private var bytes = InlineArray<24, UInt8>(repeating: 0)
  private var count = 0
  /// Before it, all has been read.
  private var place = 0
  private var isAtEnd: Bool { place == count }

  private typealias Numbers = (year: Int, month: Int, day: Int?)

  static func date(_ typed: TypedText) throws(Refusal) -> CivilDate {
    let parts = try parse(typed, orElse: form)
    guard let day = parts.day, let date = CivilDate(year: parts.year, month: parts.month, day: day)
    else { throw form }
    return date
  }

  static func month(_ typed: TypedText) throws(Refusal) -> PartialDate {
    try parse(typed, orElse: monthForm)
  }

  private static func parse(
    _ typed: TypedText, orElse form: Refusal
  ) throws(Refusal) -> PartialDate {
    var reader = DateReader(typed)
    let era = reader.era()
    guard let numbers = reader.numbers(inEra: era != nil), reader.isAtEnd else { throw form }
    let year = era.map { $0.first.year + numbers.year - 1 } ?? numbers.year
    // An era has no year 0; 明治0年 must not pass for 1867.
    guard numbers.year > 0,
      let date = PartialDate(year: year, month: numbers.month, day: numbers.day)
    else { throw unknown }
    if let era, !era.contains(date) { throw era.bounds }
    return date
  }

  private init(_ typed: TypedText) {
    let typed = typed.asNumber().text
    let text = typed.utf8.span
    let space = UInt8(ascii: " ")
    var isApart = false
    for index in text.indices {
      let byte = text[index]
      guard byte != space else {
        isApart = true
        continue
      }
      // A space is a sign of its own only between two digits: "1975 4 1", but "1975年 4月 1日".
      if isApart, byte.isDigit, count > 0, bytes[count - 1].isDigit { append(space) }
      append(byte)
      isApart = false
    }
  }

  private mutating func append(_ byte: UInt8) {
    guard count < bytes.count else { return }
    bytes[count] = byte
    count += 1
  }

  /// The era at the beginning, taken off; the full stop that may follow its letter, too.
  private mutating func era() -> Era? {
    if isAtEnd || bytes[place].isDigit || take("西暦") { return nil }
    for era in Era.all where era.spellings.contains(where: { take($0) }) {
      _ = take(".")
      return era
    }
    return nil
  }

  /// Year, month and, where given, day.
  private mutating func numbers(inEra: Bool) -> Numbers? {
    guard let year = inEra && take("元") ? (value: 1, digits: 1) : number() else { return nil }
    if isAtEnd { return Self.packed(year, inEra: inEra) }
    guard inEra ? year.digits <= 2 : year.digits == 4 else { return nil }
    if take("年") {
      guard let month = shortNumber(), take("月") else { return nil }
      if isAtEnd { return (year.value, month, nil) }
      guard let day = shortNumber() else { return nil }
      _ = take("日")
      return (year.value, month, day)
    }
    let sign = bytes[place]
    guard Self.isSign(sign) else { return nil }
    place += 1
    guard let month = shortNumber() else { return nil }
    if isAtEnd { return (year.value, month, nil) }
    guard bytes[place] == sign else { return nil }
    place += 1
    guard let day = shortNumber() else { return nil }
    return (year.value, month, day)
  }

  /// What stands between the numbers.
  private static func isSign(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "-", "/", ".", " ": true
    default: false
    }
  }

  /// The parts of a number without signs: 19750401, 197504, S500401, S5004.
  private static func packed(_ number: (value: Int, digits: Int), inEra: Bool) -> Numbers? {
    switch number.digits - (inEra ? 2 : 4) {
    case 2: (number.value / 100, number.value % 100, nil)
    case 4: (number.value / 10_000, number.value / 100 % 100, number.value % 100)
    default: nil
    }
  }

  /// The number at the front, of one digit or two.
  private mutating func shortNumber() -> Int? {
    number().flatMap { $0.digits <= 2 ? $0.value : nil }
  }

  /// The number at the front, of at most 8 digits.
  private mutating func number() -> (value: Int, digits: Int)? {
    let start = place
    var value = 0
    while !isAtEnd, bytes[place].isDigit {
      guard place - start < 8 else { return nil }
      value = value * 10 + Int(bytes[place] - UInt8(ascii: "0"))
      place += 1
    }
    return place > start ? (value, place - start) : nil
  }

  /// True where `text` stands at the front; it is taken off then.
  private mutating func take(_ text: String) -> Bool {
    let word = text.utf8.span
    guard count - place >= word.count else { return false }
    for index in word.indices where bytes[place + index] != word[index] { return false }
    place += word.count
    return true
  }
}
