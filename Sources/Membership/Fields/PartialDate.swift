/// A year and month with the day where one was given: 卒業年月 and its like.
public struct PartialDate: TypedValue, Hashable, CustomStringConvertible {
  /// 1–9999.
  public let year: Int
  /// 1–12.
  public let month: Int
  /// 1–31, nil where only the month is known.
  public let day: Int?

  /// The month or day, or nil where there is none.
  public init?(year: Int, month: Int, day: Int? = nil) {
    guard CivilDate(year: year, month: month, day: day ?? 1) != nil else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day itself.
  public init(_ date: CivilDate) {
    (year, month, day) = (date.year, date.month, date.day)
  }

  /// Reads every form that `CivilDate` takes, and each without its day: `1975-04`, `1975/4`,
  /// `197504`, `1975年4月`, `昭和50年3月`, `S50.3`.
  public init(_ typed: TypedText) throws(Refusal) {
    self = try DateReader.month(typed)
  }

  /// Reads what `shown` of this or of a `CivilDate` gave.
  init?(shown text: String) {
    let text = text.utf8.span
    guard text.count == 7 || text.count == 10 else { return nil }
    func number(_ place: Int) -> Int { Int(text[place]) * 10 + Int(text[place + 1]) - 11 * 0x30 }
    self.init(
      year: number(0) * 100 + number(2), month: number(5), day: text.count == 10 ? number(8) : nil)
  }

  /// The first day that it can mean.
  public var earliest: CivilDate { date(day ?? 1) }

  /// The last day that it can mean.
  public var latest: CivilDate { date(day ?? CivilDate.days(in: month, of: year)) }

  /// `1975-04` or `1975-04-01`: what is stored.
  public var iso: String { joined(UInt8(ascii: "-")) }

  /// `1975/04` or `1975/04/01`: what pages show.
  public var shown: String { joined(UInt8(ascii: "/")) }

  /// The stored form.
  public var description: String { iso }

  private func joined(_ sign: UInt8) -> String {
    var text = InlineArray<10, UInt8>(repeating: sign)
    func write(_ number: Int, at place: Int) {
      text[place] = UInt8(ascii: "0") + UInt8(number / 10)
      text[place + 1] = UInt8(ascii: "0") + UInt8(number % 10)
    }
    write(year / 100, at: 0)
    write(year % 100, at: 2)
    write(month, at: 5)
    if let day { write(day, at: 8) }
    return String(ascii: text.span.extracting(first: day == nil ? 7 : 10))
  }

  private func date(_ day: Int) -> CivilDate {
    guard let date = CivilDate(year: year, month: month, day: day) else {
      preconditionFailure("a partial date is made of a month that exists")
    }
    return date
  }
}

extension Rule where Value == PartialDate {
  /// A year and month, the day optional.
  public static var yearMonth: Rule {
    Rule(longest: 10, read: { typed throws(Refusal) in try PartialDate(typed) }, show: { $0.shown })
  }
}
