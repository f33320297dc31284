import Testing

@testable import Membership

@Suite("Fields: required, optional, repeated")
struct FieldTests {
  static let postal = Field("postal_code", "郵便番号", .postalCode)
  static let phone = OptionalField("phone", "固定電話", .phone)
  static let specialty = RepeatedField("specialty", "担当する科名", .specialtyCode, most: 3)

  @Test("an empty required field asks to be filled", arguments: [[], [""], ["　\u{200B} "]])
  func missing(_ typed: [String]) {
    #expect(Self.postal.problems(in: typed) == [Problem(Self.postal, "郵便番号を入力してください。")])
  }

  @Test("a field that fails says what to do, after its label")
  func failing() {
    #expect(
      Self.postal.problems(in: ["12"])
        == [Problem(Self.postal, "郵便番号は、7桁の数字で入力してください（例：113-0021）。")])
  }

  @Test("an empty optional field is no value and no problem")
  func optional() throws {
    #expect(try Self.phone.read(" ") == nil && Self.phone.read(nil) == nil)
    #expect(try Self.phone.read("03-3946-2121")?.text == "03-3946-2121")
    #expect(Self.phone.problems(in: ["1"]).map(\.field) == ["phone"])
  }

  @Test("the same code twice counts once, empty ones do not count, the limit holds")
  func repeated() throws {
    #expect(try Self.specialty.normalForms(of: ["01", "", "０１", "02"]) == ["01", "02"])
    #expect(try Self.specialty.normalForms(of: ["01", "02", "03", "01"]).count == 3)
    #expect(
      Self.specialty.problems(in: ["01", "02", "03", "04"]).map(\.sentence)
        == ["担当する科名は、3個までにしてください。"])
  }

  @Test("a password keeps the white space at its ends")
  func password() throws {
    let field = Field("password", "パスワード", .password)
    #expect(try field.read(" a ") == Password(" a "))
    #expect(field.problems(in: [""]).map(\.sentence) == ["パスワードを入力してください。"])
    #expect(field.rule.show(Password("secret")) == "")
  }
}
