import FastCGI
import Testing

@testable import Membership

@Suite("Forms: what was typed, held against fields")
struct FormTests {
  static let name = Field("name", "氏名", .personName(32))
  static let phone = OptionalField("phone", "固定電話", .phone)
  static let codes = RepeatedField("code", "科名", .specialtyCode, most: 2)
  static let date = Field("date", "生年月日", .date)

  func form(_ text: String) throws -> Form {
    Form(
      try FormValues(urlencoded: Array(text.utf8)), [Self.name, Self.phone, Self.codes, Self.date])
  }

  @Test("a form that is right has its normal forms in the order of the page, and its values")
  func right() throws {
    let form = try form("date=S50.4.1&code=０１&other=1&name= 日医 &phone=&code=02&code=01&name=二")
    try form.passed()
    #expect(form.normal.pairs.map(\.name) == ["name", "code", "code", "date"])
    #expect(form.normal.pairs.map(\.value) == ["日医", "01", "02", "1975/04/01"])
    #expect(try form[Self.name].text == "日医" && form[Self.phone] == nil)
    #expect(form.valid(Self.date) == CivilDate(year: 1975, month: 4, day: 1))
    #expect(form.isTyped(Self.name) && !form.isTyped(Self.phone))
  }

  @Test("all that is wrong is said: by single fields, then what the screen added")
  func wrong() throws {
    var form = try form("name=日医&phone=1&code=03&code=02&code=01")
    #expect(form.problems.map(\.field) == ["phone", "code", "date"])
    #expect(form.normal.pairs.map(\.name) == ["name"], "nothing of what is refused")
    #expect(form.valid(Self.name)?.text == "日医" && form.valid(Self.phone) == nil)
    form.refuse(Problem(nil, "全体"))
    form.require(false, Self.phone, "あと")
    form.require(true, Self.name, "言わない")
    form.refuse(Problem(Self.name, "はじめ"))
    let refused = #expect(throws: FormRefused.self) { try form.passed() }
    let problems = try #require(refused).problems
    #expect(problems.map(\.field) == ["phone", "code", "date", nil, "phone", "name"])
    #expect(problems[3].sentence == "全体" && problems[4].sentence == "あと")
    #expect(throws: FormRefused.self) { try form[Self.name] }
  }
}
