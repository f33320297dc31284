import Testing

@testable import Membership

@Suite("Fields: dates")
struct DateTests {
  @Test(
    "a date in every form",
    arguments: [
      Case("1975-04-01", "1975/04/01"), Case("1975/4/1", "1975/04/01"),
      Case("19750401", "1975/04/01"), Case("1975年4月1日", "1975/04/01"),
      Case("1975.4.1", "1975/04/01"), Case("１９７５／０４／０１", "1975/04/01"),
      Case("１９７５年０４月０１日", "1975/04/01"), Case("1975ー04ー01", "1975/04/01"),
      Case("1975－4－1", "1975/04/01"), Case("1975 4 1", "1975/04/01"),
      Case("1975年 4月 1日", "1975/04/01", "as forms print it"),
      Case("1975年　4月　1日", "1975/04/01"), Case("西暦1975年4月1日", "1975/04/01"),
      Case("昭和50年4月1日", "1975/04/01"), Case("昭和５０年４月１日", "1975/04/01"),
      Case("昭和 50年 4月 1日", "1975/04/01"), Case("昭和50/4/1", "1975/04/01"),
      Case("S50.4.1", "1975/04/01"), Case("s50-4-1", "1975/04/01"), Case("Ｓ５０．４．１", "1975/04/01"),
      Case("S.50.4.1", "1975/04/01"), Case("S500401", "1975/04/01"), Case("昭50.4.1", "1975/04/01"),
      Case("㍼50年4月1日", "1975/04/01"), Case("令和元年5月1日", "2019/05/01"),
      Case("令和1年5月1日", "2019/05/01"), Case("R元.5.1", "2019/05/01"), Case("㋿2年1月1日", "2020/01/01"),
      Case("H1.1.8", "1989/01/08"), Case("T15.12.25", "1926/12/25"), Case("M33.1.1", "1900/01/01"),
      Case("西暦1975年12月31日", "1975/12/31", "the longest form"),
      .refused("西暦1975年12月31日日"), .refused("西暦1975年12月31日 1"),
      Case("昭和.元年12月31日", "1926/12/31", "as long"), .refused("昭和.元年12月31日1"),
      Case("  西  暦 1975　 年 12 月 31 日 ", "1975/12/31"), Case("1975  4   1", "1975/04/01"),
      Case("33-4-5", nil), Case("0033-4-5", "0033/04/05", "four digits are a year"),
      Case("2000-02-29", "2000/02/29", "a leap year by the rule of 400"),
      .refused("1900-02-29", "no leap year by the rule of 100"), .refused("2023-02-29"),
      .refused("1975-13-01"), .refused("1975-00-01"), .refused("1975-04-31"),
      .refused("1975-04-00"),
      .refused("昭和50年4月31日"), .refused("昭和0年4月1日"), .refused("0000-01-01"),
      .refused("昭和五十年四月一日", "kanji numerals"), .refused("75-04-01", "of which century?"),
      .refused("1975-04"), .refused("1975年4月"), .refused("1975"), .refused("197541"),
      .refused("1975/4-1"), .refused("1975年4/1"), .refused("1975-04-01T00:00"),
      .refused("04/01/1975"), .refused("1975-4-1-1"), .refused("1975年4月1日生"),
      .refused("元年4月1日"), .refused("慶応3年1月1日"), .refused("S50.4.1\u{200B}x"),
      .refused("昭和100年4月1日"), .refused("S"), .refused("-"), .refused("99999999"),
      .refused("1975-04-٠١", "digits, but not ours"),
      .refused(String(repeating: "1", count: 5_000)),
    ])
  func forms(_ row: Case) {
    #expect(Rule.date.agrees(with: row))
  }

  @Test(
    "an era's borders",
    arguments: [
      Case("昭和64年1月7日", "1989/01/07"), .refused("昭和64年1月8日"), .refused("昭和65年1月1日"),
      Case("平成元年1月8日", "1989/01/08"), .refused("平成元年1月7日"),
      Case("平成31年4月30日", "2019/04/30"), .refused("平成31年5月1日"),
      Case("令和元年5月1日", "2019/05/01"), .refused("令和元年4月30日"),
      Case("大正15年12月25日", "1926/12/25", "the day has two names"),
      Case("昭和元年12月25日", "1926/12/25"), .refused("昭和元年12月24日"), .refused("大正15年12月26日"),
      Case("明治45年7月30日", "1912/07/30", "the day has two names"),
      Case("大正元年7月30日", "1912/07/30"), .refused("大正元年7月29日"), .refused("明治45年7月31日"),
      Case("明治元年10月23日", "1868/10/23"), .refused("明治元年10月22日"),
    ])
  func eras(_ row: Case) {
    #expect(Rule.date.agrees(with: row))
  }

  @Test("what is said of a date helps to write it")
  func sentences() {
    #expect(
      Rule.date.sentence("昭和五十年四月一日")
        == "項目は、西暦か和暦の年月日を、算用数字で入力してください（例：1975/04/01、昭和50年4月1日）。")
    #expect(
      Rule.date.sentence("平成31年5月1日")
        == "項目は、平成元年1月8日から平成31年4月30日までの日付にするか、西暦で入力してください。")
    #expect(Rule.date.sentence("2023-02-29")?.contains("暦にある日付") == true)
  }

  @Test(
    "a year and month, the day optional",
    arguments: [
      Case("1975-04", "1975/04"), Case("1975/4", "1975/04"), Case("197504", "1975/04"),
      Case("1975年4月", "1975/04"), Case("昭和50年4月", "1975/04"), Case("S50.4", "1975/04"),
      Case("S5004", "1975/04"), Case("１９７５．４", "1975/04"), Case("平成元年3月", "1989/03"),
      Case("昭和64年1月", "1989/01", "part of the month is in the era"),
      Case("平成元年1月", "1989/01"), .refused("昭和64年2月"), .refused("令和元年4月"),
      Case("1975-04-01", "1975/04/01"), Case("昭和50年4月1日", "1975/04/01"),
      Case("19750401", "1975/04/01"),
      .refused("1975-13"), .refused("1975"), .refused("1975年"), .refused("1975年4"),
      .refused("75-04"),
      .refused("1975-02-30"), .refused("昭和五十年三月"),
    ])
  func months(_ row: Case) {
    #expect(Rule.yearMonth.agrees(with: row))
  }

  @Test("a partial date is stored with - and knows the days that it can mean")
  func spans() throws {
    let month = try PartialDate("平成12年2月")
    #expect(month.iso == "2000-02" && month.earliest.iso == "2000-02-01")
    #expect(month.latest.iso == "2000-02-29")
    let day = try PartialDate("2000/3/25")
    #expect(day.iso == "2000-03-25" && day.earliest == day.latest)
    #expect(try PartialDate(month.iso) == month && PartialDate(day.iso) == day)
    #expect(PartialDate(shown: month.shown) == month && PartialDate(shown: day.shown) == day)
    #expect(PartialDate(shown: "") == nil && PartialDate(shown: "1975/13/01") == nil)
  }

  @Test("day numbers go both ways over 400 years")
  func dayNumbers() throws {
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.dayNumber == 0)
    #expect(CivilDate(year: 2026, month: 11, day: 22)?.dayNumber == 20_779)
    var day = try CivilDate("1868-10-23")
    let first = day.dayNumber
    for number in first...(first + 146_097) {
      #expect(day.dayNumber == number)
      let next = day.adding(days: 1)
      guard next > day, CivilDate(year: next.year, month: next.month, day: next.day) == next else {
        Issue.record("\(next) does not follow \(day)")
        return
      }
      day = next
    }
    #expect(day.iso == "2268-10-24")
  }

  @Test(
    "ages",
    arguments: [
      ("1975-04-01", "2026-03-31", 50), ("1975-04-01", "2026-04-01", 51),
      ("2000-02-29", "2020-02-28", 19), ("2000-02-29", "2020-02-29", 20),
      ("2001-02-28", "2001-02-28", 0), ("2004-02-29", "2005-02-28", 0),
      ("2004-02-29", "2005-03-01", 1),
    ])
  func ages(_ birth: String, _ day: String, _ years: Int) throws {
    #expect(try CivilDate(birth).years(until: CivilDate(day)) == years)
  }

  @Test("today is Japan's: nine hours ahead of UTC")
  func japan() {
    #expect(CivilDate.inJapan(at: 0).iso == "1970-01-01")
    #expect(CivilDate.inJapan(at: 15 * 3_600 - 1).iso == "1970-01-01")
    #expect(CivilDate.inJapan(at: 15 * 3_600).iso == "1970-01-02")
    #expect(CivilDate.inJapan(at: -9 * 3_600 - 1).iso == "1969-12-31")
  }
}
