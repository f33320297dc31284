/// A year and month with the day where one was given: 卒業年月 and its like.
public struct PartialDate: Hashable, Sendable, CustomStringConvertible {
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
  public init(_ typed: String) throws(Refusal) {
    self = try DateReader.month(typed)
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
    var text: [UInt8] = []
    text.reserveCapacity(10)
    Self.append(year / 100, to: &text)
    Self.append(year % 100, to: &text)
    text.append(sign)
    Self.append(month, to: &text)
    if let day {
      text.append(sign)
      Self.append(day, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func date(_ day: Int) -> CivilDate {
    guard let date = CivilDate(year: year, month: month, day: day) else {
      preconditionFailure("a partial date is made of a month that exists")
    }
    return date
  }

  /// Adds the two digits of a number.
  private static func append(_ number: Int, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "0") + UInt8(number / 10))
    text.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}

extension Rule where Value == PartialDate {
  /// A year and month, the day optional.
  public static var yearMonth: Rule {
    Rule(longest: 10, read: { text throws(Refusal) in try PartialDate(text) }, show: { $0.shown })
  }
}
