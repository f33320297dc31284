/// A day of the Gregorian calendar, without time or time zone: a birthday is the same everywhere.
public struct CivilDate: TypedValue, Hashable, Comparable, CustomStringConvertible {
  /// 1–9999.
  public let year: Int
  /// 1–12.
  public let month: Int
  /// 1–31.
  public let day: Int

  /// The day, or nil where there is none (2023-02-29).
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Reads a date as people write it: `1975-04-01`, `1975/4/1`, `19750401`, `1975年4月1日`,
  /// `昭和50年4月1日`, `S50.4.1`, `令和元年5月1日`, full-width ones among them.
  public init(_ typed: TypedText) throws(Refusal) {
    self = try DateReader.date(typed)
  }

  /// The day that is `dayNumber` days after 1970-01-01.
  ///
  /// Both this and `dayNumber` are Howard Hinnant's `civil_from_days` and `days_from_civil`: years
  /// that begin in March, in eras of 400 years (146,097 days).
  public init(dayNumber: Int) {
    let shifted = dayNumber + 719_468
    let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfCycle = shifted - cycle * 146_097
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  }

  /// The day in Japan (UTC+9, no summer time) at a moment given in seconds since 1970 UTC.
  public static func inJapan(at seconds: Int) -> CivilDate {
    let local = seconds + 9 * 3_600
    return CivilDate(dayNumber: (local - (local % 86_400 + 86_400) % 86_400) / 86_400)
  }

  /// Days since 1970-01-01.
  public var dayNumber: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let cycle = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfCycle = shiftedYear - cycle * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * 146_097 + dayOfCycle - 719_468
  }

  /// The day that comes `days` later (earlier where negative).
  public func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

  /// Days from this one to `other`: negative where `other` is earlier.
  public func days(until other: CivilDate) -> Int { other.dayNumber - dayNumber }

  /// Full years from this day to `other`, as ages are counted; a 29 February's year is full on
  /// 1 March.
  public func years(until other: CivilDate) -> Int {
    let isFull = (other.month, other.day) >= (month, day)
    return other.year - year - (isFull ? 0 : 1)
  }

  /// `1975/04/01`, for pages.
  public var shown: String { partial.shown }

  /// `1975-04-01`, for the database and files.
  public var iso: String { partial.iso }

  /// The ISO form.
  public var description: String { iso }

  /// True where `one` is the earlier day.
  public static func < (one: CivilDate, other: CivilDate) -> Bool {
    (one.year, one.month, one.day) < (other.year, other.month, other.day)
  }

  private var partial: PartialDate { PartialDate(self) }

  /// The length of a month; `month` must be 1–12.
  static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Rule where Value == CivilDate {
  /// A date that exists. Whether it may lie in the future is asked where today is known
  /// (`RegistrationDates`).
  public static var date: Rule {
    Rule(longest: 10, read: { typed throws(Refusal) in try CivilDate(typed) }, show: { $0.shown })
  }
}
