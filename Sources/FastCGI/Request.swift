import Platform

/// Why a request is refused before any screen sees it.
public enum RequestError: Error, Equatable, Sendable {
  /// Malformed percent-encoding, UTF-8, multipart, length or address: 400.
  case malformed
  /// A POST that does not come from our own pages: 403.
  case crossSite
  /// 405; the answer's `Allow` names what is allowed.
  case method(allowed: [String])
  case tooLarge
  case mediaType

  public var status: Int {
    switch self {
    case .malformed: 400
    case .crossSite: 403
    case .method: 405
    case .tooLarge: 413
    case .mediaType: 415
    }
  }
}

/// One request, as the web server handed it over.
public struct Request: Sendable {
  public let method: String
  /// The address's path, percent-decoded: `/login`.
  public let path: String
  public let query: FormValues
  /// The fields of a POSTed form.
  public internal(set) var form = FormValues()
  public internal(set) var files: [UploadedFile] = []
  /// The peer's address as text, as the web server says.
  public let client: String
  public let userAgent: String
  public let ifNoneMatch: String?
  /// お問い合わせ番号: in the log line, in `X-Request-Id` and on error pages.
  public let number: String
  private let cookieHeader: String
  let origin: String?
  let fetchSite: String?
  let contentType: String
  let contentLength: String

  public var isPost: Bool { method == "POST" }

  /// Reads the request's parameters. Throws `malformed`; `path` and `query` are checked strictly.
  init(_ parameters: Parameters) throws(RequestError) {
    method = parameters["REQUEST_METHOD"] ?? ""
    path = try Self.path(parameters)
    query = try FormValues(urlencoded: Array((parameters["QUERY_STRING"] ?? "").utf8))
    client = parameters["REMOTE_ADDR"] ?? ""
    userAgent = parameters["HTTP_USER_AGENT"] ?? ""
    ifNoneMatch = parameters["HTTP_IF_NONE_MATCH"]
    number = Self.number(parameters)
    cookieHeader = parameters["HTTP_COOKIE"] ?? ""
    // What only a POST is asked for.
    let isPost = method == "POST"
    origin = isPost ? parameters["HTTP_ORIGIN"] : nil
    fetchSite = isPost ? parameters["HTTP_SEC_FETCH_SITE"] : nil
    contentType = isPost ? parameters["CONTENT_TYPE"] ?? "" : ""
    contentLength = isPost ? parameters["CONTENT_LENGTH"] ?? "" : ""
  }

  /// The path of the address, percent-decoded.
  private static func path(_ parameters: Parameters) throws(RequestError) -> String {
    let target =
      parameters["REQUEST_URI"]
      ?? (parameters["SCRIPT_NAME"] ?? "") + (parameters["PATH_INFO"] ?? "")
    let (percent, question) = (UInt8(ascii: "%"), UInt8(ascii: "?"))
    guard target.utf8.contains(where: { $0 == percent || $0 == question }) else { return target }
    var bytes = Array(target.utf8)
    var place = 0
    return try bytes.decodePercents(from: &place, to: question, or: question, plusIsSpace: false)
  }

  /// What is left to answer with when `init` threw.
  init(unreadable parameters: Parameters) {
    method = parameters["REQUEST_METHOD"] ?? ""
    path = "/"
    query = FormValues()
    client = parameters["REMOTE_ADDR"] ?? ""
    userAgent = ""
    ifNoneMatch = nil
    number = Self.number(parameters)
    cookieHeader = ""
    origin = nil
    fetchSite = nil
    contentType = ""
    contentLength = ""
  }

  /// The web server's number for the request where it sends a plain one, else a new one.
  private static func number(_ parameters: Parameters) -> String {
    if let given = parameters["REQUEST_ID"], isPlain(given.utf8Span.span) { return given }
    var generator = SystemRandomNumberGenerator()
    let digits = String(generator.next() & 0xFF_FFFF_FFFF as UInt64, radix: 16)
    return String(repeating: "0", count: 10 - digits.count) + digits
  }

  /// Whether it is 6 to 40 digits and small letters.
  private static func isPlain(_ number: Span<UInt8>) -> Bool {
    guard number.count >= 6, number.count <= 40 else { return false }
    for index in number.indices {
      switch number[index] {
      case 0x30...0x39, 0x61...0x7A: continue
      default: return false
      }
    }
    return true
  }

  /// The value of a cookie, or nil.
  public func cookie(_ name: String) -> String? {
    let header = cookieHeader.utf8Span.span
    let wanted = name.utf8Span.span
    var start = 0
    while start < header.count {
      var end = start
      while end < header.count, header[end] != UInt8(ascii: ";") { end += 1 }
      while start < end, header[start] == 0x20 { start += 1 }
      let pair = header.extracting(start..<end)
      if pair.count > wanted.count, pair[wanted.count] == UInt8(ascii: "="),
        pair.holds(wanted, at: 0)
      {
        guard let value = try? UTF8Span(validating: pair.extracting((wanted.count + 1)...)) else {
          return nil
        }
        return String(copying: value)
      }
      start = end + 1
    }
    return nil
  }

  /// Whether a POST comes from our own pages (screens.md §3; ): `Sec-Fetch-Site` decides
  /// where the browser sends it, else an `Origin` equal to the configured one. Never `Host`: the
  /// sender chooses it.
  func isSameOrigin(as base: String) -> Bool {
    if let fetchSite { return fetchSite == "same-origin" || fetchSite == "none" }
    return origin == base
  }
}
