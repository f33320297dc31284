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
    let target = parameters["REQUEST_URI"]
    let rawPath =
      target.map { String($0.prefix { $0 != "?" }) }
      ?? (parameters["SCRIPT_NAME"] ?? "") + (parameters["PATH_INFO"] ?? "")
    path = try Self.decoded(rawPath)
    query = try FormValues(urlencoded: Array((parameters["QUERY_STRING"] ?? "").utf8))
    client = parameters["REMOTE_ADDR"] ?? ""
    userAgent = parameters["HTTP_USER_AGENT"] ?? ""
    ifNoneMatch = parameters["HTTP_IF_NONE_MATCH"]
    number = Self.number(parameters)
    cookieHeader = parameters["HTTP_COOKIE"] ?? ""
    origin = parameters["HTTP_ORIGIN"]
    fetchSite = parameters["HTTP_SEC_FETCH_SITE"]
    contentType = parameters["CONTENT_TYPE"] ?? ""
    contentLength = parameters["CONTENT_LENGTH"] ?? ""
  }

  private static func decoded(_ path: String) throws(RequestError) -> String {
    let bytes = Array(path.utf8)
    var decoder = PercentDecoder(plusIsSpace: false, longest: bytes.count)
    return try decoder.decode(bytes.span)
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
    if let given = parameters["REQUEST_ID"], (6...40).contains(given.utf8.count),
      given.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    {
      return given
    }
    var generator = SystemRandomNumberGenerator()
    let digits = String(generator.next() & 0xFF_FFFF_FFFF as UInt64, radix: 16)
    return String(repeating: "0", count: 10 - digits.count) + digits
  }

  /// The value of a cookie, or nil.
  public func cookie(_ name: String) -> String? {
    for piece in cookieHeader.utf8.split(separator: UInt8(ascii: ";")) {
      let pair = piece.drop { $0 == 0x20 }
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
      if pair[..<equals].elementsEqual(name.utf8) {
        return String(Substring(pair[pair.index(after: equals)...]))
      }
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
