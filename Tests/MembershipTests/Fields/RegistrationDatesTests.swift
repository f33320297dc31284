import Testing

@testable import Membership

@Suite("Fields: what dates are to one another")
struct RegistrationDatesTests {
  /// The fields with a problem, for a form sent on 2026-11-22.
  private func failing(_ birth: String?, _ registry: String?, _ month: String?) throws -> [String] {
    let dates = RegistrationDates(
      birth: try birth.map { text in try CivilDate(text) }, today: try CivilDate("2026-11-22"))
    let others = try [("registry_date", registry), ("graduation_date", month)].filter { _, text in
      try text.flatMap { text in dates.refusal(of: try PartialDate(text)) } != nil
    }
    return (dates.birthRefusal == nil ? [] : ["birth_date"]) + others.map(\.0)
  }

  @Test("a doctor's dates pass")
  func plain() throws {
    #expect(try failing("1975-04-01", "2001-05-01", "2001-03") == [])
    #expect(try failing(nil, nil, nil) == [])
  }

  @Test(
    "a birth date is 20 to 120 years ago",
    arguments: [
      ("2006-11-22", true), ("2006-11-23", false), ("1906-11-22", true), ("1906-11-21", false),
      ("2026-11-23", false), ("1868-10-23", false),
    ])
  func birth(_ date: String, _ passes: Bool) throws {
    #expect(try failing(date, nil, nil) == (passes ? [] : ["birth_date"]))
  }

  @Test("today passes, tomorrow does not")
  func future() throws {
    #expect(try failing("1975-04-01", "2026-11-22", "2026-11") == [])
    #expect(
      try failing("1975-04-01", "2026-11-23", "2026-12") == ["registry_date", "graduation_date"])
    #expect(try failing(nil, nil, "2026-11-23") == ["graduation_date"])
    #expect(try failing(nil, "2026-11-23", nil) == ["registry_date"], "also without a birth date")
  }

  @Test("nothing comes before the birth")
  func beforeBirth() throws {
    #expect(
      try failing("1975-04-02", "1975-04-02", "1975-03") == ["registry_date", "graduation_date"])
    #expect(try failing("1975-04-02", "1975-04-03", "1975-04") == [], "the month can lie after it")
  }

  @Test("a birth date that cannot be is the only problem named")
  func oneProblem() throws {
    #expect(try failing("2025-01-01", "2001-05-01", "2001-03") == ["birth_date"])
  }

  @Test("sentences name the field and what to do")
  func sentences() throws {
    let dates = RegistrationDates(
      birth: try CivilDate("1975-04-01"), today: try CivilDate("2026-11-22"))
    #expect(
      dates.refusal(of: try PartialDate("1974-04-01"))?.sentence(about: "医籍登録日")
        == "医籍登録日は、生年月日より後の日付にしてください。")
  }
}
