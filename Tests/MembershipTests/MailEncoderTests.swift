// What a mail looks like on its way: headers, encoded words, addresses, body.

import Foundation
import TestSupport
import Testing

@testable import Membership

/// A sender with Japanese names, as the settings would make it.
let testSender = Sender(
  systemName: "会員情報システム", associationName: "〇〇医師会",
  contactLines: "電話 03-0000-0000", baseURL: "https://members.example.jp",
  from: "noreply@members.example.jp", replyTo: "office@example.jp",
  officeAddress: "office@example.jp")

/// A message read back: unfolded headers and the decoded body, by Foundation's decoder.
struct ReadMessage {
  let lines: [String]
  let headers: [String: String]
  let body: String

  init(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let end = try #require(text.range(of: "\n\n"))
    lines = text[..<end.lowerBound].components(separatedBy: "\n")
    var headers: [String: String] = [:]
    let unfolded = text[..<end.lowerBound].replacingOccurrences(of: "\n ", with: " ")
    for line in unfolded.components(separatedBy: "\n") {
      let colon = try #require(line.range(of: ": "))
      let name = String(line[..<colon.lowerBound])
      #expect(headers[name] == nil, "\(name) stands twice")
      headers[name] = String(line[colon.upperBound...])
    }
    self.headers = headers
    let encoded = String(text[end.upperBound...])
    let lines = encoded.components(separatedBy: "\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    let data = try #require(Data(base64Encoded: lines.joined()))
    body = try #require(String(data: data, encoding: .utf8))
  }

  /// The text of a header of encoded words, each decoded by itself: a split character would fail.
  func decoded(_ name: String) throws -> String {
    var text = ""
    for word in try #require(headers[name]).components(separatedBy: " ") {
      guard word.hasPrefix("=?UTF-8?B?"), word.hasSuffix("?=") else {
        text += text.isEmpty ? word : " " + word
        continue
      }
      #expect(word.utf8.count <= 75)
      let data = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
      text += try #require(String(data: data, encoding: .utf8), "a word splits a character")
    }
    return text
  }
}

@Suite struct MailEncoding {
  private func message(
    to recipient: String = "taro@example.jp", subject: String = "題名", body: String = "本文\n",
    from sender: Sender = testSender
  ) throws -> ReadMessage {
    try ReadMessage(
      MessageEncoder(sender).message(
        id: "0123456789abcdef0123456789abcdef", date: "Sun, 22 Nov 2026 14:45:45 +0900",
        to: MailAddress(recipient), subject: subject, body: body))
  }

  @Test func `the headers are those of RFC 5322, each once`() throws {
    let message = try message()
    #expect(message.headers["Date"] == "Sun, 22 Nov 2026 14:45:45 +0900")
    #expect(
      try message.decoded("From") == "〇〇医師会 会員情報システム <noreply@members.example.jp>")
    #expect(message.headers["To"] == "taro@example.jp")
    #expect(message.headers["Reply-To"] == "office@example.jp")
    #expect(try message.decoded("Subject") == "題名")
    #expect(
      message.headers["Message-ID"] == "<0123456789abcdef0123456789abcdef@members.example.jp>")
    #expect(message.headers["MIME-Version"] == "1.0")
    #expect(message.headers["Content-Type"] == "text/plain; charset=UTF-8")
    #expect(message.headers["Content-Transfer-Encoding"] == "base64")
    #expect(message.headers["Auto-Submitted"] == "auto-generated")
  }

  @Test(arguments: 1...60)
  func `a subject of any length is folded between characters`(length: Int) throws {
    for character in ["a", "題", "𠮷", "葛\u{E0100}", "か\u{3099}"] {
      let subject = "x" + String(repeating: character, count: length) + "。"
      let message = try message(subject: subject)
      let found = try message.decoded("Subject")
      #expect(Array(found.unicodeScalars) == Array(subject.unicodeScalars))
      #expect(message.lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 0x7F } })
    }
  }

  @Test func `a character longer than a word is cut between its code points`() throws {
    let subject = "か" + String(repeating: "\u{3099}", count: 50)
    #expect(try message(subject: subject).decoded("Subject").unicodeScalars.count == 51)
  }

  @Test(arguments: [
    "a\nBcc: x@example.jp", "a\r\nBcc: x@example.jp", "題\u{85}Bcc: x", "題\u{2028}Bcc: x",
    "題\0\u{1B}名",
  ])
  func `no subject ends its header`(subject: String) throws {
    let message = try message(subject: subject)
    #expect(message.headers["Bcc"] == nil)
    #expect(message.headers.count == 10)
    let found = try message.decoded("Subject")
    #expect(found.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x85 })
  }

  @Test func `no name of ours ends its header`() throws {
    let sender = Sender(
      systemName: "S\nBcc: x@example.jp", associationName: "A\r\n\r\nbody", contactLines: "",
      baseURL: "", from: "noreply@example.jp")
    let message = try message(from: sender)
    #expect(message.headers["Bcc"] == nil)
    #expect(message.headers["Reply-To"] == nil)
    #expect(message.headers.count == 9)
  }

  @Test(arguments: [
    ("taro@example.jp", "taro@example.jp"),
    ("Taro.Yamada+x@Example.JP", "Taro.Yamada+x@Example.JP"),
    // Carriers gave these out; RFC 5321 has them in quotes only.
    ("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
    ("a.@ezweb.ne.jp", "\"a.\"@ezweb.ne.jp"),
    (".a@example.jp", "\".a\"@example.jp"),
    ("-taro@example.jp", "-taro@example.jp"),
  ])
  func `an address gets quotes where it needs them`(typed: String, written: String) throws {
    #expect(try MailAddress(typed).text == written)
    #expect(try message(to: typed).headers["To"] == written)
  }

  @Test(arguments: [
    "", "taro", "@example.jp", "taro@", "taro@exam ple.jp", "ta ro@example.jp", "太郎@example.jp",
    "taro@example.jp\nBcc: x@example.jp", "taro\r\n@example.jp", "taro@[192.0.2.1]",
    "taro@example.jp,other@example.jp", "taro@example.jp\0",
    "a\"b@example.jp", "a\\b@example.jp", "a,b@example.jp", "<a@example.jp>", "a(b)@example.jp",
  ])
  func `what is no single address is refused`(typed: String) {
    #expect(throws: MailFormError.self) { try MailAddress(typed) }
  }

  @Test func `the body arrives to the letter, its lines ended by CRLF`() throws {
    let body = "𠮷田 葛\u{E0100}城 神\u{FA19} か\u{3099}\n.\nFrom here\n\n最後の行"
    let found = try message(body: body).body
    #expect(
      Array(found.unicodeScalars)
        == Array(body.replacingOccurrences(of: "\n", with: "\r\n").unicodeScalars))
    #expect(try message(body: "a\r\nb\n").body == "a\r\nb\r\n")
  }

  @Test func `base64 agrees with another implementation`() {
    for count in 0..<200 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(base64(bytes) == [UInt8](Data(bytes).base64EncodedString().utf8))
    }
  }
}
