/// One Japanese era (元号) of those since 明治.
struct Era {
  let name: String
  /// What it is written as: the name, its first character, its letter, its one-character form.
  let spellings: [String]
  let first: CivilDate
  /// The last day; for 明治 and 大正 it is the first of the next era, too: the change took effect
  /// on the very day. Nil for the era of today.
  let last: CivilDate?

  /// From the newest. 明治 is taken from the day of its proclamation in the Gregorian calendar; that
  /// Japan's own calendar was a lunar one until 明治5年 concerns nobody alive.
  static let all = [
    Era("令和", "R", "㋿", (2019, 5, 1), nil),
    Era("平成", "H", "㍻", (1989, 1, 8), (2019, 4, 30)),
    Era("昭和", "S", "㍼", (1926, 12, 25), (1989, 1, 7)),
    Era("大正", "T", "㍽", (1912, 7, 30), (1926, 12, 25)),
    Era("明治", "M", "㍾", (1868, 10, 23), (1912, 7, 30)),
  ]

  private typealias Day = (year: Int, month: Int, day: Int)

  private init(_ name: String, _ letter: String, _ square: String, _ first: Day, _ last: Day?) {
    self.name = name
    spellings = [name, square, letter, letter.lowerCaseASCII(), String(name.prefix(1))]
    self.first = Era.date(first)
    self.last = last.map(Era.date)
  }

  private static func date(_ day: Day) -> CivilDate {
    guard let date = CivilDate(year: day.year, month: day.month, day: day.day) else {
      preconditionFailure("the table of eras names a day that does not exist")
    }
    return date
  }

  /// True where some day that `date` can mean lies in the era.
  func contains(_ date: PartialDate) -> Bool {
    date.latest >= first && last.map { date.earliest <= $0 } ?? true
  }

  /// What to say of a date outside: where the era begins and ends.
  var bounds: Refusal {
    let begins = "\(name)元年\(first.month)月\(first.day)日"
    guard let last else { return Refusal("\(begins)以降の日付にするか、西暦で入力してください。") }
    let ends = "\(name)\(last.year - first.year + 1)年\(last.month)月\(last.day)日"
    return Refusal("\(begins)から\(ends)までの日付にするか、西暦で入力してください。")
  }
}
