import Testing

@testable import Membership

/// The list that ships with the system.
let commonPasswords: CommonPasswords = {
  guard let file = try? repositoryFile("sql/masters/common_passwords.txt") else {
    preconditionFailure("sql/masters/common_passwords.txt cannot be read")
  }
  return CommonPasswords(contents: Array(file))
}()

extension CommonPasswords {
  func contains(_ typed: String) -> Bool { contains(PasswordFolding.lowerCase(typed)) }
}

@Suite("Passwords: policies")
struct PasswordTests {
  static let owner = PasswordContext(
    common: commonPasswords, loginID: "Kenkou2026", email: "hana.kobayashi@example.jp",
    names: ["小林", "花恵", "コバヤシ", "ハナエ", "オオツカ", "Ｓｍｉｔｈ"])

  private func advice(_ password: String, _ policy: PasswordPolicy = .mamis8) -> [String] {
    policy.problems(Password(password), context: Self.owner).map(\.advice)
  }

  @Test(
    "mamis8: good ones",
    arguments: [
      "Kx7#vq2p", "tG4!mw9z", "umi-no-iro 77", "7#xyxy!9482",
      String(repeating: "aB3$xK9!", count: 15) + "q#7Zwert",
    ])
  func good(_ password: String) {
    #expect(advice(password) == [])
  }

  @Test("mamis8: length and kinds, all named at once")
  func kinds() {
    #expect(advice("Kx7#vq2") == ["8文字以上にしてください。"])
    #expect(advice("Kxvqwpzt") == ["半角の数字と半角の記号を1文字以上入れてください。"])
    #expect(advice("Kx7vq2pz") == ["半角の記号を1文字以上入れてください。"])
    #expect(advice("Kx7 vq2pz") == ["半角の記号を1文字以上入れてください。"], "a space is no symbol")
    #expect(advice("58#2719!").first == "半角の英字を1文字以上入れてください。")
    #expect(advice("Kxv").count == 2)
  }

  @Test("mhlw13 asks for 13 of three kinds, nist15 for 15 of any")
  func otherPolicies() {
    #expect(advice("Kx7#vq2pLw9&", .mhlw13) == ["13文字以上にしてください。"])
    #expect(advice("Kx7#vq2pLw9&s", .mhlw13) == [])
    #expect(advice("correcthorsebat", .nist15) == [])
    #expect(advice("correcthorseba", .nist15) == ["15文字以上にしてください。"])
    #expect(advice("my dog ate the doctor's hat", .nist15) == [])
  }

  @Test("at most 128 characters, however long the policy asks", arguments: PasswordPolicy.allCases)
  func longest(_ policy: PasswordPolicy) {
    let long = String(repeating: "aB3$xK9!mQ", count: 12) + "tR5%wP2&"
    #expect(policy.problems(Password(long), context: Self.owner) == [])
    #expect(advice(long + "z", policy) == ["128文字以内で入力してください。"])
  }

  @Test(
    "full-width and control characters: said how to type",
    arguments: ["Ｋｘ７＃ｖｑ２ｐ", "Kx7#vq2パ", "Kx7#vq2p\t", "Kx7#vq2é", "Kx7#\u{0}vq2p"])
  func unprintable(_ password: String) {
    #expect(advice(password).map { $0.hasPrefix("日本語入力をオフにして") } == [true])
  }

  @Test(
    "built from the owner or the system",
    arguments: [
      "kenkou2026!", "KENKOU2026#", "x9!kenkou2026", "Kobayashi1!", "kobayasi#99", "Hanae-2026",
      "HanaeKobayashi1!", "k0bayash1!", "hana.kobayashi1!", "ootsuka#12", "Otsuka#123",
      "Ohtsuka!55",
      "Smith#1234", "Mamis#2026", "Ishikai2026!", "Nichii#2026", "NihonIshikai1!", "JMA-2026!!",
      "Doctor#2026", "d0ct0r!!99", "Sensei#1234", "mamis-ishikai-1",
    ])
  func built(_ password: String) {
    #expect(advice(password).map { $0.hasPrefix("ログインID、氏名") } == [true])
  }

  @Test(
    "short pieces of a login ID that are long in Latin letters count",
    arguments: [("ja4", true), ("j4x", false), ("zya4", true), ("x-ja_", true)])
  func shortPiece(_ loginID: String, _ isBuilt: Bool) {
    let context = PasswordContext(common: commonPasswords, loginID: loginID)
    #expect(context.isBuilt(Array("vkw-zya-7!".utf8)) == isBuilt)
  }

  @Test("a name in several words is looked for as a whole, each name by itself")
  func severalWords() {
    let context = PasswordContext(common: commonPasswords, names: ["van der", "サ", "トウ", "東"])
    #expect(context.isBuilt(Array("van der-75!".utf8)))
    #expect(!context.isBuilt(Array("vander-75!".utf8)))
    #expect(!context.isBuilt(Array("satou-75!".utf8)), "サ and トウ are two names")
  }

  @Test("a known word passes where five letters of one's own stand beside it")
  func partlyBuilt() {
    #expect(advice("vkqw7#mamis2!").count == 1)
    #expect(advice("vkqwz7#mamis2!") == [])
  }

  @Test("a login ID typed in full width is the same ID")
  func fullWidthID() {
    let context = PasswordContext(common: commonPasswords, loginID: "Ｖｋｑｗ７ｘｐｔ")
    #expect(PasswordPolicy.mamis8.problems(Password("vkqw7xpt#zz"), context: context).count == 1)
  }

  @Test(
    "common, whole or disguised",
    arguments: [
      "P@ssw0rd1!", "Passw0rd!", "!qwerty123", "1loveyou1!", "$unshine1!", "Abc12345!", "Sakura#1",
      "abcd1234!", "@dmin123!", "Aa1!Aa1!Aa1!", "Dragon#123", "monkey-2026",
    ])
  func common(_ password: String) {
    let all = advice(password)
    #expect(all.contains { $0.hasPrefix("よく使われ") || $0.hasPrefix("ログインID、氏名") })
  }

  @Test(
    "nist15: long and yet the first to be tried",
    arguments: [
      "123456789012345", "aaaaaaaaaaaaaaa", "abcdefghijklmno", "098765432109876",
      "qwertyqwertyqwerty", "dragondragondragon", "121212121212121",
    ])
  func long(_ password: String) {
    #expect(advice(password, .nist15).map { $0.hasPrefix("よく使われ") } == [true])
  }

  @Test("never the first-time password, hyphens or not")
  func firstTime() throws {
    let first = try #require(FirstTimePassword(Password("WXK7-M4QP-9TRB-ZH25")))
    let context = PasswordContext(common: commonPasswords, isFirstTime: { $0 == first })
    let policy = PasswordPolicy.mamis8
    #expect(
      policy.problems(Password("wxk7-m4qp-9trb-zh25"), context: context).map(\.advice)
        == ["ハガキでお知らせした初回パスワードとは別のものにしてください。"])
    #expect(policy.problems(Password("wxk7-m4qp-9trb-zh26"), context: context) == [])
  }

  @Test("the page's sentence follows the policy")
  func wording() {
    #expect(PasswordPolicy.mamis8.wording == "半角の英字、数字、記号をそれぞれ1文字以上使い、8文字以上128文字以内で設定してください。")
    #expect(PasswordPolicy.mhlw13.wording.contains("13文字以上128文字以内"))
    #expect(PasswordPolicy.nist15.wording.hasPrefix("15文字以上128文字以内"))
  }

  @Test("nothing prints a password")
  func secret() throws {
    let password = Password("Kx7#vq2p")
    let first = try #require(FirstTimePassword(Password("WXK7-M4QP-9TRB-ZH25")))
    var dumped = ""
    dump([password], to: &dumped)
    dump([first], to: &dumped)
    let printed = "\(password) \(first) \([password]) \(String(reflecting: password)) \(dumped)"
    #expect(!printed.contains("Kx7") && !printed.contains("WXK7") && !printed.contains("87, 88"))
    #expect("\(password)" == "(password)" && "\(first)" == "(password)")
  }

  @Test("passwords are compared byte by byte")
  func exactly() {
    #expect(Password("é") != Password("e\u{301}") && Password("a") != Password("A"))
  }
}
