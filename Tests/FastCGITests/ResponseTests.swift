// Responses: headers nobody can forge, the same security headers as nginx sends.

import Foundation
import Testing

@testable import FastCGI

@Suite struct Responses {
  func text(_ response: Response) -> String {
    String(decoding: response.head(number: "abc123") + response.body, as: UTF8.self)
  }

  @Test func `an answer has its status line, headers, number, length and body`() {
    let lines = text(Response.html(Array("<p>日</p>".utf8), status: 422))
      .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "Status: 422 Unprocessable Content")
    #expect(lines.contains("Content-Type: text/html; charset=UTF-8"))
    #expect(lines.contains("Cache-Control: no-store"))
    #expect(lines.contains("X-Request-Id: abc123"))
    #expect(lines.contains("Content-Length: 10"))
    #expect(lines.suffix(2) == ["", "<p>日</p>"])
  }

  @Test func `HEAD gets the length and no body`() {
    var echo = Echo()
    let text = echo.text(of: [
      "REQUEST_METHOD": "HEAD", "REQUEST_URI": "/x", "REQUEST_ID": "abcdef",
    ])
    #expect(text.hasPrefix("Status: 200 OK\r\n"))
    #expect(text.contains("X-Request-Id: abcdef\r\n"))
    #expect(text.hasSuffix("Content-Length: 5\r\n\r\n"))
  }

  @Test func `what could not even be read has a number and an answer`() {
    var echo = Echo()
    let text = echo.text(of: ["REQUEST_METHOD": "GET", "REQUEST_URI": "/%", "REQUEST_ID": "abcdef"])
    #expect(text.hasPrefix("Status: 400 Bad Request\r\n"))
    #expect(text.contains("X-Request-Id: abcdef\r\n"))
  }

  @Test(arguments: [
    ("/login\r\nSet-Cookie: a=b", "/login"), ("/login\nX: y", "/login"), ("a\rb", "a"),
    ("a\u{0}b", "a"), ("a\u{7F}b", "a"), ("\r\nX: y", ""), ("/ok", "/ok"), ("/日", "/日"),
  ])
  func `a header ends where a line end would let it go on`(value: String, kept: String) {
    let response = Response(303).adding("Location", value)
    #expect(response.header("location") == kept)
    let head = text(response).components(separatedBy: "\r\n\r\n")[0]
    #expect(head.contains("\r\nLocation: \(kept)\r\n"))
    #expect(!head.contains("\nX:"))
    #expect(!head.contains("\nSet-Cookie:"))
  }

  @Test func `a redirect is 303 and is not kept`() {
    let response = Response.redirect(to: "/email/sent")
    #expect(response.status == 303)
    #expect(response.header("Location") == "/email/sent")
    #expect(response.header("Cache-Control") == "no-store")
    #expect(response.body.isEmpty)
  }

  @Test func `headers are told as they were given, in their order`() {
    let response = Response(303).adding("Location", "https://a.example:8443/x: y")
      .adding("X-Empty", "").adding("Set-Cookie", "a=\"日\"")
    #expect(response.headers.map(\.name) == ["Location", "X-Empty", "Set-Cookie"])
    #expect(response.headers.map(\.value) == ["https://a.example:8443/x: y", "", "a=\"日\""])
    #expect(response.header("X-Other") == nil)
  }

  @Test func `a header may come several times`() {
    let response = Response(200).adding("Set-Cookie", "a=1").adding("Set-Cookie", "b=2")
    #expect(response.allHeaders("set-cookie") == ["a=1", "b=2"])
  }

  @Test func `security headers are nginx's, to the letter`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../nginx/headers.conf")
    var lines: [String] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      guard let match = line.wholeMatch(of: /add_header +([A-Za-z-]+) +(.+?) +always;/) else {
        continue
      }
      // Those with a variable in them are no constants.
      if match.2.hasPrefix("$") { continue }
      lines.append("\(match.1): \(match.2.replacing("\"", with: ""))")
    }
    #expect(lines.count >= 6)
    #expect(Response.securityHeaders.map { "\($0.name): \($0.value)" } == lines)
    for line in lines { #expect(text(Response(200)).contains("\r\n\(line)\r\n")) }
  }
}
