// Requests: what is refused before a screen sees it, and in which order.

import Testing

@testable import FastCGI

/// A responder that answers with what it got.
struct Echo: Responder {
  var methods = ["GET", "HEAD", "POST"]
  /// What the last request was.
  private(set) var seen: Request?
  private(set) var refusal: RequestError?

  mutating func rules(for parameters: Parameters) -> RequestRules {
    RequestRules(methods: methods, origin: "https://members.example.jp", bodyLimit: 100)
  }

  mutating func answer(_ request: Request) -> Response {
    seen = request
    return Response(200, body: Array("hello".utf8)).adding("Content-Type", "text/plain")
  }

  mutating func refuse(_ error: RequestError, _ request: Request) -> Response {
    refusal = error
    return Response(error.status, body: Array("no".utf8))
  }

  mutating func recover(from error: any Error, _ request: Request) -> Response {
    Response(500, body: Array("broken".utf8))
  }

  /// The whole answer to a request without a body, as text.
  mutating func text(of parameters: [String: String]) -> String {
    var bytes: [UInt8] = []
    let end = exchange(
      Parameters(parameters),
      body: {
        Issue.record("asked for a body of \($0)")
        return []
      },
      send: { head, body, isLast in
        bytes += head + body
        return isLast
      })
    #expect(end.isWhole)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The parameters of a POST that passes; `changes` replaces some, nil takes one away.
func posted(_ body: String = "a=1", _ changes: [String: String?] = [:]) -> [String: String] {
  var parameters = [
    "REQUEST_METHOD": "POST", "REQUEST_URI": "/login", "QUERY_STRING": "",
    "REMOTE_ADDR": "192.0.2.1", "HTTP_ORIGIN": "https://members.example.jp",
    "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "\(body.utf8.count)",
  ]
  for (name, value) in changes { parameters[name] = value }
  return parameters
}

@Suite struct Requests {
  /// The status of a POST with these changes.
  func status(_ changes: [String: String?], body: String = "a=1") -> Int {
    var echo = Echo()
    return echo.respond(to: posted(body, changes), body: Array(body.utf8)).status
  }

  @Test func `a request carries what the web server says of it`() throws {
    var echo = Echo()
    let answer = echo.respond(
      to: posted(
        "name=%E6%97%A5&name=2",
        [
          "REQUEST_URI": "/a%20b?x=1&y=%2B", "QUERY_STRING": "x=1&y=%2B",
          "HTTP_USER_AGENT": "Browser", "HTTP_IF_NONE_MATCH": "\"t\"",
          "HTTP_COOKIE": "session=abc; draft=d=e",
        ]), body: Array("name=%E6%97%A5&name=2".utf8))
    let request = try #require(echo.seen)
    #expect(answer.status == 200)
    #expect(request.path == "/a b")
    #expect(request.query.first("y") == "+")
    #expect(request.form.all("name") == ["日", "2"])
    #expect(request.client == "192.0.2.1")
    #expect(request.userAgent == "Browser")
    #expect(request.ifNoneMatch == "\"t\"")
    #expect(request.isPost)
  }

  @Test func `without REQUEST_URI the address is script name and path`() throws {
    var echo = Echo()
    _ = echo.respond(
      to: ["REQUEST_METHOD": "GET", "SCRIPT_NAME": "/lookup", "PATH_INFO": "/postal"])
    #expect(try #require(echo.seen).path == "/lookup/postal")
  }

  @Test(
    arguments: [
      ("same-origin", nil, true), ("same-origin", "https://evil.example", true),
      ("none", nil, true),
      ("same-site", nil, false), ("same-site", "https://members.example.jp", false),
      ("cross-site", nil, false), ("cross-site", "https://members.example.jp", false),
      ("", "https://members.example.jp", false), ("SAME-ORIGIN", nil, false),
      (nil, "https://members.example.jp", true),
      (nil, nil, false), (nil, "null", false), (nil, "", false),
      (nil, "http://members.example.jp", false), (nil, "https://members.example.jp:8443", false),
      (nil, "https://members.example.jp.evil.example", false),
      (nil, "https://members.example.jp/", false), (nil, "https://MEMBERS.example.jp", false),
      (nil, "https://www.example.jp", false),
    ] as [(String?, String?, Bool)])
  func `a POST passes only from our own pages`(site: String?, origin: String?, passes: Bool) {
    let found = status([
      "HTTP_SEC_FETCH_SITE": site, "HTTP_ORIGIN": origin,
      // The sender chooses these: they decide nothing.
      "HTTP_HOST": "members.example.jp", "HTTP_REFERER": "https://members.example.jp/login",
    ])
    #expect(found == (passes ? 200 : 403))
  }

  @Test func `a GET from another site is a link, and passes`() {
    var echo = Echo()
    let answer = echo.respond(to: [
      "REQUEST_METHOD": "GET", "REQUEST_URI": "/register?token=x",
      "HTTP_SEC_FETCH_SITE": "cross-site",
    ])
    #expect(answer.status == 200)
  }

  @Test func `checks go in the order method, origin, size, type`() {
    // Each row is right in one thing more than the one before.
    let wrongType: [String: String?] = ["CONTENT_TYPE": "text/plain"]
    let tooLarge = wrongType.merging(["CONTENT_LENGTH": "101"]) { $1 }
    let foreign = tooLarge.merging(["HTTP_ORIGIN": "https://evil.example"]) { $1 }
    let wrongMethod = foreign.merging(["REQUEST_METHOD": "PUT"]) { $1 }
    #expect(status(wrongMethod) == 405)
    #expect(status(foreign) == 403)
    #expect(status(tooLarge) == 413)
    #expect(status(wrongType) == 415)
    #expect(status([:]) == 200)
  }

  @Test(arguments: ["PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT", "post", "", "GET "])
  func `another method is 405, and Allow names the right ones`(method: String) {
    var echo = Echo()
    let text = echo.text(of: posted("", ["REQUEST_METHOD": method]))
    #expect(text.hasPrefix("Status: 405 Method Not Allowed\r\n"))
    #expect(text.contains("\r\nAllow: GET, HEAD, POST\r\n"))
    #expect(echo.refusal == .method(allowed: ["GET", "HEAD", "POST"]))
  }

  @Test func `a screen with a form alone refuses GET, and its body is not read`() {
    var echo = Echo(methods: ["POST"])
    let text = echo.text(of: ["REQUEST_METHOD": "GET", "REQUEST_URI": "/logout"])
    #expect(text.contains("\r\nAllow: POST\r\n"))
  }

  @Test(arguments: [
    ("100", 200), ("101", 413), ("99999999999", 413), ("99999999999999999999999", 400),
    ("", 400), ("-1", 400), ("abc", 400), ("1e2", 400), ("0x10", 400),
  ])
  func `the length is a number up to the limit`(length: String, expected: Int) {
    #expect(
      status(["CONTENT_LENGTH": length], body: "a=" + String(repeating: "1", count: 98))
        == expected)
  }

  @Test func `a body that is shorter than announced is not a form`() {
    #expect(status(["CONTENT_LENGTH": "5"], body: "a=1") == 400)
  }

  @Test func `more than announced is not read`() {
    var echo = Echo()
    _ = echo.respond(to: posted("a=1"), body: Array("a=1&b=2".utf8))
    #expect(echo.seen?.form.pairs.count == 1)
  }

  @Test(arguments: [
    ("application/x-www-form-urlencoded", 200),
    ("application/x-www-form-urlencoded; charset=UTF-8", 200),
    ("Application/X-WWW-Form-Urlencoded", 200), ("application/json", 415), ("text/plain", 415),
    ("", 415), ("multipart/form-data", 400), ("multipart/form-data; boundary=B", 400),
    ("multipart/mixed; boundary=B", 415),
  ])
  func `the type is one of the two that forms have`(type: String, expected: Int) {
    #expect(status(["CONTENT_TYPE": type]) == expected)
  }

  @Test func `a multipart form with its boundary in quotes is read`() {
    let body = "--B b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B b--"
    #expect(
      status(["CONTENT_TYPE": "multipart/form-data; boundary=\"B b\""], body: body) == 200)
  }

  @Test(arguments: ["/%", "/%zz", "/%FF", "/a%C0%AF"])
  func `a malformed address is 400`(target: String) {
    #expect(status(["REQUEST_URI": target]) == 400)
    #expect(status(["QUERY_STRING": "a=\(target)"]) == 400)
  }

  @Test(
    arguments: [
      ("session=abc", "abc"), ("a=1; session=abc", "abc"), ("a=1;session=abc", "abc"),
      ("session=a=b", "a=b"), ("session=", ""), ("xsession=abc", nil), ("session2=abc", nil),
      ("session", nil), ("", nil), ("SESSION=abc", nil), ("session=1; session=2", "1"),
      ("a=\"x; session=abc\"", "abc\""),
    ] as [(String, String?)])
  func `a cookie is found by its exact name`(header: String, value: String?) throws {
    let request = try Request(Parameters(["HTTP_COOKIE": header]))
    #expect(request.cookie("session") == value)
  }

  @Test(arguments: [
    ("0123456789abcdef0123456789abcdef", true), ("abc123", true), ("abc12", false),
    (String(repeating: "a", count: 41), false), ("abc-123", false), ("abc\r\nX: y", false),
    ("ABCDEF0123", false), ("<script>aa", false),
  ])
  func `the web server's number is taken where it is a plain one`(given: String, isTaken: Bool)
    throws
  {
    let request = try Request(Parameters(["REQUEST_ID": given]))
    #expect((request.number == given) == isTaken)
    if !isTaken { #expect(request.number.wholeMatch(of: /[0-9a-f]{10}/) != nil) }
  }

  @Test func `each request without one gets a number of its own`() throws {
    let numbers = try (0..<100).map { _ in try Request(Parameters([:])).number }
    #expect(Set(numbers).count == 100)
  }
}
