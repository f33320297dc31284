import Platform

/// One answer.
public struct Response: Sendable {
  public var status: Int
  /// The headers as they are sent, a line each.
  private var lines: [UInt8] = []
  public var body: [UInt8]
  /// Writes a body that is made while it is sent; `body` is not looked at then. An error that it
  /// throws before the first piece is answered like any other; later it breaks the transfer off,
  /// so that nobody takes half a file for a whole one.
  public var stream: (@Sendable (BodyWriter) throws -> Void)?
  /// Work that goes on when the answer is sent and the person waits no longer.
  public var afterwards: (@Sendable () -> Void)?

  public init(_ status: Int, body: [UInt8] = []) {
    self.status = status
    self.body = body
  }

  /// Adds a header. A line end in a value would let its author write headers of their own, so such
  /// a value is cut there.
  public mutating func add(_ name: StaticString, _ value: String) {
    if lines.isEmpty { lines.reserveCapacity(128) }
    lines.append(words: name)
    lines.append(words: ": ")
    let start = lines.count
    lines.append(text: value)
    if let end = lines[start...].firstIndex(where: { $0 < 0x20 || $0 == 0x7F }) {
      lines.removeLast(lines.count - end)
    }
    lines.append(words: "\r\n")
  }

  public func adding(_ name: StaticString, _ value: String) -> Response {
    var response = self
    response.add(name, value)
    return response
  }

  /// The headers in their order, for tests and for the library's own decisions.
  public var headers: [(name: String, value: String)] {
    lines.split(separator: 0x0A).map { line in
      let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
      return (
        String(decoding: line[..<colon], as: UTF8.self),
        String(decoding: line[colon...].dropFirst(2).dropLast(), as: UTF8.self)
      )
    }
  }

  /// The value of a header.
  public func header(_ name: String) -> String? { allHeaders(name).first }

  /// All values of a header that may come more than once.
  public func allHeaders(_ name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  /// 303: the browser goes on with a GET, so that reload and back never send a form twice.
  public static func redirect(to address: String) -> Response {
    Response(303).adding("Location", address).adding("Cache-Control", "no-store")
  }

  /// An HTML page; `no-store`, since a handler's page is somebody's own.
  public static func html(_ body: [UInt8], status: Int = 200) -> Response {
    Response(status, body: body)
      .adding("Content-Type", "text/html; charset=UTF-8")
      .adding("Cache-Control", "no-store")
  }

  /// A JSON text.
  public static func json(_ body: [UInt8], status: Int = 200) -> Response {
    Response(status, body: body).adding("Content-Type", "application/json; charset=UTF-8")
  }

  /// A file to be saved, made while it is sent. `name` is ours: ASCII without quotes.
  public static func download(
    _ name: String, type: String, stream: @escaping @Sendable (BodyWriter) throws -> Void
  ) -> Response {
    var response = Response(200)
      .adding("Content-Type", type)
      .adding("Content-Disposition", "attachment; filename=\"\(name)\"")
      .adding("Cache-Control", "no-store")
    response.stream = stream
    return response
  }

  /// The security headers of every answer: the same lines as nginx/headers.conf, which a test
  /// compares. (Sent here too, so that a server without that file is as safe.)
  public static let securityHeaders: [(name: String, value: String)] = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
        + " connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none';"
        + " frame-ancestors 'none'"
    ),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
  ]

  /// The lines of `securityHeaders`, made once.
  private static let securityLines: [UInt8] = Array(
    securityHeaders.map { "\($0.name): \($0.value)\r\n" }.joined().utf8)

  /// Status and headers, with the empty line after them, as a CGI program or FastCGI responder
  /// writes them.
  func head(number: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(640 + lines.count)
    bytes.append(words: "Status: ")
    bytes.append(number: status)
    bytes.append(0x20)
    bytes.append(words: Self.phrase(status))
    bytes.append(words: "\r\n")
    bytes += lines
    bytes += Self.securityLines
    bytes.append(words: "X-Request-Id: ")
    bytes.append(text: number)
    bytes.append(words: "\r\n")
    // RFC 9110 §8.6: a 304 would say that the page is empty.
    // A stream's length is not known yet.
    if status != 304, stream == nil {
      bytes.append(words: "Content-Length: ")
      bytes.append(number: body.count)
      bytes.append(words: "\r\n")
    }
    bytes.append(words: "\r\n")
    return bytes
  }

  private static func phrase(_ status: Int) -> StaticString {
    switch status {
    case 200: "OK"
    case 303: "See Other"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 410: "Gone"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}
