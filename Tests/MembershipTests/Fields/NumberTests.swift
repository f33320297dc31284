import Testing

@testable import Membership

@Suite("Fields: numbers")
struct NumberTests {
  @Test(
    "registry number: 6 digits",
    arguments: [
      Case.taken("123456"), .taken("012345"), Case("１２３４５６", "123456"), Case(" 123456 ", "123456"),
      .refused("12345"), .refused("1234567"), .refused("12345a"), .refused("123-456"),
      .refused("一二三四五六"), .refused("١٢٣٤٥٦", "digits, but not ours"), .refused("12345６\u{301}"),
    ])
  func registryNumber(_ row: Case) {
    #expect(Rule.registryNumber.agrees(with: row))
  }

  @Test(
    "postal code: 7 digits, shown with the hyphen",
    arguments: [
      Case.taken("113-8621"), Case("1138621", "113-8621"), Case("１１３－８６２１", "113-8621"),
      Case("113ー8621", "113-8621"), Case("〒113-8621", "113-8621"), Case("〒 1138621", "113-8621"),
      Case("113 8621", "113-8621"), Case("１１３—８６２１", "113-8621"), .taken("000-0000"),
      .refused("113-862"), .refused("113-86211"),
      .refused("1138621\u{301}"), .refused("1138-621"), .refused("11-38621"),
      .refused("113--8621"), .refused("113-8621a"), .refused("〒"), .refused("113/8621"),
    ])
  func postalCode(_ row: Case) {
    #expect(Rule.postalCode.agrees(with: row))
  }

  @Test("postal code: the digits alone, for the tables")
  func postalDigits() throws {
    #expect(try PostalCode("〒113-8621").digits == "1138621")
  }

  @Test(
    "phone: with or without hyphens, parentheses, +81",
    arguments: [
      Case.taken("090-1234-5678"), .taken("09012345678"), .taken("03-3946-2121"),
      .taken("0339462121"),
      Case("０９０－１２３４－５６７８", "090-1234-5678"), Case("090ー1234ー5678", "090-1234-5678"),
      Case("03(3946)2121", "03-3946-2121"), Case("(03)3946-2121", "03-3946-2121"),
      Case("（０３）３９４６−２１２１", "03-3946-2121"), Case("090 1234 5678", "090-1234-5678"),
      Case("+81-90-1234-5678", "090-1234-5678"), Case("+819012345678", "09012345678"),
      Case("+81 (0)90-1234-5678", "090-1234-5678"), Case("＋８１ ３ ３９４６ ２１２１", "03-3946-2121"),
      Case("(+81)90-1234-5678", "090-1234-5678"),
      Case("090--1234-5678", "090-1234-5678"), .taken("0120-123-456"), .taken("0800-123-4567"),
      .taken("123456789012345", "15 digits"), .taken("0990-1234-56-78", "15 characters"),
      .refused("1234567890123456"), .refused("090-1234-56-7899"), .refused("090-1234-56"),
      .refused("123456789"), .refused("090-1234-567x"), .refused("03-3946-2121 内線12"),
      .refused("+1-212-555-0100", "not to be dialled from here as it is"), .refused("----------"),
      .refused("090/1234/5678"), .refused("090-1234-5678\u{301}"), .refused("+81\u{301}9012345678"),
    ])
  func phone(_ row: Case) {
    #expect(Rule.phone.agrees(with: row))
  }

  @Test(
    "code of a specialty: 2 digits, known to the table or not",
    arguments: [
      Case.taken("01"), .taken("99", "a later edition of the table"), Case("０１", "01"),
      .refused("1"), .refused("001"), .refused("1a"), .refused("内科"),
    ])
  func specialtyCode(_ row: Case) {
    #expect(Rule.specialtyCode.agrees(with: row))
  }
}
