// The words of the mails: what screens.md §5 promises stands in them.

import Testing

@testable import Membership

@Suite struct MailTextsTests {
  private static let address = try! EmailAddress("taro@example.jp")
  private static let token = Secret()
  private static let inquiry = InquiryText(
    name: "日医 太郎", email: address, phone: nil, category: .postcard,
    body: "ハガキが届きません。{token}")

  /// Every mail, once.
  private static let all: [OutgoingMail] =
    [
      MailTexts.registration(to: address, token: token, hours: 24, testSender),
      MailTexts.alreadyRegistered(to: address, accountID: 1, testSender),
      MailTexts.registered(
        to: address, name: "日医 太郎", loginID: try! LoginID("nichii@taro01"), accountID: 1,
        testSender),
      MailTexts.passwordReset(
        to: address, token: token, hours: 24, accountID: 1, testSender),
      MailTexts.passwordChanged(to: address, accountID: 1, testSender),
      MailTexts.addressConfirmation(
        to: address, token: token, hours: 24, accountID: 1, testSender),
      MailTexts.profileChanged(
        to: address, labels: RegistrationFields.profile.map(\.label), accountID: 1, testSender),
      MailTexts.profileCorrected(
        to: address, name: "日医 太郎", fields: ["住所"], accountID: 1, testSender),
      MailTexts.accountsMerged(
        to: address, name: "日医 太郎", number: "100001", accountID: 1, testSender),
      MailTexts.addressTaken(to: address, accountID: 1, testSender),
      MailTexts.staffInvitation(
        to: address, name: "事務 花子", loginID: try! LoginID("jimu%hanako"), token: token, hours: 24,
        accountID: 1, testSender),
      MailTexts.twoFactorChanged(to: address, isOn: true, accountID: 1, testSender),
      MailTexts.staffInvitation(
        to: address, name: "事務局 花子", loginID: try! LoginID("jimukyoku1"), token: token,
        hours: 24, accountID: 1, testSender),
      MailTexts.inquiryReceived(inquiry, number: 7, testSender),
      MailTexts.inquiryForOffice(inquiry, number: 7, testSender)!,
      MailTexts.inquiryAnswer(
        to: address, number: 7, name: "日医 太郎", answer: "お送りしました。", accountID: nil,
        testSender),
    ]
    + MailTexts.addressChanged(
      from: try! EmailAddress("old@example.jp"), to: address, accountID: 1, testSender)

  private func mail(_ kind: OutgoingMail.Kind) throws -> OutgoingMail {
    try #require(Self.all.first { $0.kind == kind })
  }

  @Test func `there is a text for each kind of mail`() {
    #expect(Set(Self.all.map(\.kind)) == Set(OutgoingMail.Kind.allCases))
  }

  @Test func `subject and body name the system and the contact`() {
    for mail in Self.all {
      #expect(mail.subject.hasPrefix("【会員情報システム】"))
      #expect(mail.subject.unicodeScalars.count <= 200)
      #expect(mail.body.contains("〇〇医師会\n会員情報システム\n"))
      #expect(mail.body.contains("電話 03-0000-0000"))
      #expect(mail.body.hasSuffix("\n"))
    }
  }

  @Test func `no line is longer than 40 full-width characters`() {
    for mail in Self.all {
      for line in mail.body.split(separator: "\n") where !line.hasPrefix("https://") {
        let columns = line.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 1 : 2) }
        #expect(columns <= 80, "\(mail.kind): \(line)")
      }
    }
  }

  @Test func `the token never stands in a body, its place does where there is one`() {
    for mail in Self.all {
      #expect(!mail.body.contains(Self.token.forURL))
      let isURL = mail.body.contains("?token={token}\n")
      #expect(isURL == (mail.token != nil), "\(mail.kind)")
    }
  }

  @Test func `a URL has a line to itself and the base address of the settings`() {
    for mail in Self.all {
      for line in mail.body.split(separator: "\n") where line.contains("://") {
        #expect(line.hasPrefix("https://members.example.jp/"))
      }
    }
  }

  @Test(arguments: [
    (OutgoingMail.Kind.registration, "https://members.example.jp/register?token={token}\n"),
    (.registration, "24時間"),
    (.registration, "お心当たりのない場合"),
    (.alreadyRegistered, "https://members.example.jp/login\n"),
    (.alreadyRegistered, "https://members.example.jp/password/forgot\n"),
    (.alreadyRegistered, "すでに登録されています"),
    (.registered, "日医 太郎 様\n"),
    (.registered, "ログインID：ni****01\n"),
    (.passwordReset, "https://members.example.jp/password/reset?token={token}\n"),
    (.passwordReset, "24時間"),
    (.passwordReset, "お心当たりのない場合"),
    (.passwordChanged, "パスワードが変更されました"),
    (.passwordChanged, "お心当たりのない場合"),
    (.addressConfirmation, "https://members.example.jp/mypage/email?token={token}\n"),
    (.inquiryReceived, "受付番号：7\n"),
    (.inquiryForOffice, "種類：ハガキが見当たらない\n"),
    (.inquiryForOffice, "https://members.example.jp/secretariat/inquiries/7\n"),
    (.inquiryForOffice, "ハガキが届きません。{token}"),
  ])
  func `a mail says what it owes`(kind: OutgoingMail.Kind, words: String) throws {
    #expect(try mail(kind).body.contains(words))
  }

  @Test func `a receipt repeats nothing that a stranger typed`() throws {
    let body = try mail(.inquiryReceived).body
    #expect(!body.contains("太郎") && !body.contains("届きません"))
  }

  @Test func `a change of address is told to both, and neither learns the other`() {
    let mails = Self.all.filter { $0.kind == .addressChanged }
    #expect(mails.map(\.recipient) == ["old@example.jp", "taro@example.jp"])
    for mail in mails { #expect(!mail.body.contains("@")) }
  }

  @Test func `without an address of the secretariat there is no mail to it`() {
    let sender = Sender(
      systemName: "S", associationName: "A", contactLines: "", baseURL: "https://x.example",
      from: "a@example.jp")
    #expect(MailTexts.inquiryForOffice(Self.inquiry, number: 1, sender) == nil)
    let mail = MailTexts.passwordChanged(to: Self.address, accountID: 1, sender)
    #expect(mail.body.contains("送信専用"))
  }

  @Test func `the middle of a login ID is hidden and its length with it`() {
    #expect(MailTexts.hidingMiddle(of: "abcdefgh") == "ab****gh")
    #expect(MailTexts.hidingMiddle(of: "abcdefghijklmnopqrstuvwxyz") == "ab****yz")
  }
}
