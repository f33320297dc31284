import Testing

@testable import Membership

@Suite("Fields: login ID and e-mail address")
struct IdentityTests {
  @Test(
    "login ID: 8–32 of the letters, digits and five signs",
    arguments: [
      Case.taken("nichii26"), .taken("A!@%&#z9"), .taken(String(repeating: "a", count: 32)),
      Case(" Ｎｉｃｈｉｉ＠２６　", "Nichii@26", "full width and outer space"),
      .refused("nichii2", "7"), .refused(String(repeating: "a", count: 33)),
      .refused("nichii_26"), .refused("nichii-26"), .refused("nichii 26"), .refused("日医日医日医日医"),
      .refused("nichii26\u{301}", "a mark makes another letter of the 6"), .refused("nichii\n26"),
    ])
  func loginID(_ row: Case) {
    #expect(Rule.loginID.agrees(with: row))
  }

  @Test("login IDs are compared in lower case and shown as typed")
  func loginKey() throws {
    let id = try LoginID("Nichii@26")
    #expect(id.text == "Nichii@26" && id.key == "nichii@26")
    #expect(LoginID.key(of: " ＮＩＣＨＩＩ@26 ") == id.key)
    #expect(LoginID.key(of: "İ") == "İ", "only ASCII is folded")
  }

  @Test(
    "e-mail: what people have",
    arguments: [
      Case.taken("taro@example.jp"), .taken("Taro.Yamada+mamis@mail.example.co.jp"),
      .taken("a..b@docomo.ne.jp", "carriers gave these out"), .taken("a.@ezweb.ne.jp"),
      .taken(".a@docomo.ne.jp"), .taken("o'hara/x=1@example.jp"), .taken("a@xn--wgv71a119e.jp"),
      Case("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "full width"),
      Case("ta−ro@example.jp", "ta-ro@example.jp", "U+2212, as an input method gives it"),
      .taken(String(repeating: "a", count: 64) + "@example.jp"),
      .refused(String(repeating: "a", count: 65) + "@example.jp"),
      .refused("taro"), .refused("@example.jp"), .refused("taro@"), .refused("a@b@example.jp"),
      .refused("taro@localhost", "no one has such an address by mail from outside"),
      .refused("taro@[192.0.2.1]", "address literal"), .refused("taro@192.0.2.1"),
      .refused("taro@example..jp"), .refused("taro@-example.jp"), .refused("taro@example-.jp"),
      .refused("taro@example.jp."), .refused("taro yamada@example.jp"),
      .refused("\"a b\"@example.jp"), .refused("<taro@example.jp>"), .refused("日医@example.jp"),
      .refused("taro@example.jp\r\nBcc: x@example.jp", "header injection"),
      .refused("ta\u{0}ro@example.jp"), .refused("taro@example.jp\u{7F}"),
      .refused("taro@example.jp,jiro@example.jp"),
    ])
  func email(_ row: Case) {
    #expect(Rule.email.agrees(with: row))
  }

  @Test("e-mail: 254 characters pass, 255 do not")
  func emailLength() {
    let long = "a@" + String(repeating: String(repeating: "d", count: 49) + ".", count: 5) + "jp"
    #expect(Rule.email.stored(long) != nil && long.utf8.count == 254)
    #expect(Rule.email.sentence("a" + long) == "項目は、254文字以内で入力してください。")
  }

  @Test("addresses are compared in lower case and shown as typed")
  func emailKey() throws {
    let address = try EmailAddress("Taro@Example.JP")
    #expect(address.key == "taro@example.jp" && address.text == "Taro@Example.JP")
  }
}
