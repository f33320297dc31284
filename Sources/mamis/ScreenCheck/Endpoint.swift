import Membership
import Platform
import Sodium

/// One request of a check.
struct TrialRequest {
  var method = "GET"
  /// With its query.
  var target: String
  /// Names as HTTP has them.
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  var path: String { String(target.prefix { $0 != "?" }) }
  var query: String { String(target.drop { $0 != "?" }.dropFirst()) }
}

/// What came back.
struct TrialAnswer {
  let status: Int
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  /// All values of a header, joined as RFC 9110 allows.
  func header(_ name: String) -> String {
    all(name).joined(separator: ", ")
  }

  func all(_ name: String) -> [String] {
    headers.filter { $0.name == name.lowercased() }.map(\.value)
  }

  /// Reads header lines, an empty line and the body; `Status:` or HTTP's first line has the status.
  init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    var status: Int?
    var headers: [(name: String, value: String)] = []
    while let end = rest.firstIndex(of: 0x0A) {
      let line = String(decoding: rest[..<end], as: UTF8.self).filter { $0 != "\r" && $0 != "\r\n" }
      rest = rest[(end + 1)...]
      if line.isEmpty { break }
      if line.hasPrefix("HTTP/") {
        status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        continue
      }
      guard let colon = line.firstIndex(of: ":") else { throw Self.unreadable }
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      let name = line[..<colon].lowercased()
      if name == "status" { status = Int(value.prefix { $0 != " " }) }
      headers.append((name, value))
    }
    guard !headers.isEmpty else { throw Self.unreadable }
    // CGI: no status means 200, or 302 beside a Location.
    self.status = status ?? (headers.contains { $0.name == "location" } ? 302 : 200)
    self.headers = headers
    body = Array(rest)
  }

  private static let unreadable = Failure("the answer has no header lines")
}

/// Where the program that is checked answers: behind its own socket, or behind the site.
enum Endpoint {
  /// `script`: the file that PHP-FPM or fcgiwrap must be told.
  case socket(SocketAddress, script: String?)
  /// Without a path: `https://members.example.jp`.
  case site(String)

  /// Reads `unix:/path`, `host:port`, `https://host`.
  init(_ text: String, script: String?) throws {
    if text.hasPrefix("unix:") {
      self = .socket(.local(path: String(text.dropFirst(5))), script: script)
    } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
      self = .site(text.hasSuffix("/") ? String(text.dropLast()) : text)
    } else if let colon = text.lastIndex(of: ":"), Int(text[text.index(after: colon)...]) != nil {
      let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
      self = .socket(
        .network(host: host, port: String(text[text.index(after: colon)...])), script: script)
    } else {
      throw Failure("--at takes unix:/path, host:port or https://host")
    }
  }

  var isSite: Bool {
    if case .site = self { true } else { false }
  }

  func answer(_ request: TrialRequest, _ settings: Settings) throws -> TrialAnswer {
    switch self {
    case .socket(let address, let script):
      var parameters = Self.parameters(request, settings)
      parameters["SCRIPT_FILENAME"] = script
      return try TrialAnswer(FastCGIClient.ask(address, parameters, body: request.body))
    case .site(let base):
      return try TrialAnswer(Self.curl(base, request))
    }
  }

  /// What nginx/fastcgi_params sends.
  private static func parameters(
    _ request: TrialRequest, _ settings: Settings
  ) -> [String: String] {
    var values = [
      "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1",
      "REQUEST_METHOD": request.method, "REQUEST_URI": request.target,
      "SCRIPT_NAME": request.path, "PATH_INFO": "", "QUERY_STRING": request.query,
      "CONTENT_TYPE": "", "CONTENT_LENGTH": request.body.isEmpty ? "" : "\(request.body.count)",
      "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": settings.isSecure ? "https" : "http",
      "REQUEST_ID": hexadecimal(randomBytes(5)),
    ]
    if settings.isSecure { values["HTTPS"] = "on" }
    if request.method == "POST" { values["CONTENT_LENGTH"] = "\(request.body.count)" }
    for (name, value) in request.headers {
      let key = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
      values[key == "CONTENT_TYPE" ? key : "HTTP_" + key] = value
    }
    return values
  }

  private static func curl(_ base: String, _ request: TrialRequest) throws -> [UInt8] {
    let program = "/usr/bin/curl"
    guard isFile(program) else { throw Failure("--at with a URL needs curl") }
    var arguments = [
      program, "--silent", "--show-error", "--include", "--path-as-is", "--max-time", "60",
      "--header", "Expect:",
    ]
    arguments += request.method == "HEAD" ? ["--head"] : ["--request", request.method]
    for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
      arguments += ["--header", "\(name): \(value)"]
    }
    if request.method == "POST" { arguments += ["--data-binary", "@-"] }
    let (end, output) = try Platform.run(
      arguments + [base + request.target], input: request.body, capturing: true, seconds: 70,
      most: 4 << 20)
    guard end == .status(0) else { throw Failure("no answer from \(base)") }
    return output
  }
}
