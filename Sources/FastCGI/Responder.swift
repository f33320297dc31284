import Platform

/// What a responder accepts, checked in this order: method, origin, size, type (screens.md §4).
public struct RequestRules: Sendable {
  public var methods: [String]
  /// The scheme, host and port of the site's own address: `https://members.example.jp`.
  public var origin: String
  /// The longest body, in bytes.
  public var bodyLimit: Int
  /// The names that a form is expected to have; others are read as well.
  public var names: FormNames

  public init(
    methods: [String], origin: String, bodyLimit: Int = 65_536, names: FormNames = FormNames([])
  ) {
    self.methods = methods
    self.origin = origin
    self.bodyLimit = bodyLimit
    self.names = names
  }
}

/// A screen as the loop sees it.
public protocol Responder {
  /// Called before each request; a responder learns its settings from the first one's parameters.
  mutating func rules(for parameters: Parameters) -> RequestRules
  /// Answers a request that passed the rules. Never throws: an error has an answer, too.
  mutating func answer(_ request: Request) -> Response
  /// Answers one that did not.
  mutating func refuse(_ error: RequestError, _ request: Request) -> Response
  /// Answers one whose body's stream threw. The answer is sent where nothing had been yet.
  mutating func recover(from error: any Error, _ request: Request) -> Response
  /// Called when everything about a request is done, and nobody waits any more.
  mutating func note(_ done: DoneRequest)
}

/// A request that is over, for who counts them.
public struct DoneRequest: Sendable {
  /// The answer's; 500 for one that broke off because of us.
  public let status: Int
  /// From the request's arrival until the answer was handed over.
  public let microseconds: Int

  public init(status: Int, microseconds: Int) {
    self.status = status
    self.microseconds = microseconds
  }
}

extension Responder {
  /// For responders that never stream.
  public func recover(from error: any Error, _ request: Request) -> Response { Response(500) }

  /// For responders that nobody counts.
  public func note(_ done: DoneRequest) {}

  /// One request from its parameters and body to its answer's bytes, handed to `send` in one piece
  /// or several.
  mutating func exchange(
    _ parameters: Parameters, body: (_ length: Int) -> [UInt8], send: @escaping Exchange.Send
  ) -> Exchange {
    let rules = rules(for: parameters)
    var request: Request
    var response: Response
    do {
      request = try Request(parameters)
      do {
        try request.admit(rules, body: body)
        response = answer(request)
      } catch {
        response = refuse(error, request)
        if case .method(let allowed) = error {
          response.add("Allow", allowed.joined(separator: ", "))
        }
      }
    } catch {
      request = Request(unreadable: parameters)
      response = refuse(error, request)
    }
    return deliver(response, to: request, send)
  }

  private mutating func deliver(
    _ response: Response, to request: Request, _ send: @escaping Exchange.Send
  ) -> Exchange {
    let withBody = request.method != "HEAD"
    guard withBody, let stream = response.stream else {
      _ = send(response.head(number: request.number), withBody ? response.body : [], true)
      return Exchange(response.status, isWhole: true, afterwards: response.afterwards)
    }
    let writer = BodyWriter(head: response.head(number: request.number), send: send)
    do {
      try stream(writer)
      try writer.flush(isLast: true)
      return Exchange(response.status, isWhole: true, afterwards: response.afterwards)
    } catch is BodyWriter.ClientGone {
      return Exchange(response.status, isWhole: false, afterwards: nil)
    } catch {
      let instead = recover(from: error, request)
      guard !writer.hasBegun else { return Exchange(500, isWhole: false, afterwards: nil) }
      _ = send(instead.head(number: request.number), instead.body, true)
      return Exchange(instead.status, isWhole: true, afterwards: nil)
    }
  }

  /// Serves until a signal asks to end, or for `most` requests: FastCGI where standard input is a
  /// listening socket, else one request as a plain CGI program.
  public mutating func serve(most: Int) {
    watchForTermination()
    guard let queue = FastCGIQueue() else {
      let program = PlainCGI()
      let start = monotonicMicroseconds()
      let end = exchange(
        program.parameters, body: { program.read($0) },
        send: { head, body, _ in program.write(head, body) })
      // The web server sees from the status that an answer broke off.
      finish(end, since: start)
      if !end.isWhole { leave(status: 1) }
      return
    }
    var served = 0
    while served < most, !isTerminationAsked {
      do {
        guard try queue.accept() else { continue }
      } catch {
        return log(.error, "socket.lost", program: "fastcgi", [("reason", "\(error)")])
      }
      let start = monotonicMicroseconds()
      let end = exchange(
        queue.parameters, body: { queue.read($0) }, send: { queue.write($0, $1, isLast: $2) })
      end.isWhole ? queue.finish() : queue.breakOff()
      finish(end, since: start)
      served += 1
    }
  }

  /// The rest of a request, once its answer is handed over.
  private mutating func finish(_ end: Exchange, since start: Int) {
    let microseconds = monotonicMicroseconds() - start
    end.afterwards?()
    note(DoneRequest(status: end.status, microseconds: microseconds))
  }

  /// Answers a request made by a program of ours: a test, or `mamis check`.
  public mutating func respond(to parameters: [String: String], body: [UInt8] = []) -> Response {
    let rules = rules(for: Parameters(parameters))
    guard var request = try? Request(Parameters(parameters)) else {
      return refuse(.malformed, Request(unreadable: Parameters(parameters)))
    }
    do {
      try request.admit(rules) { Array(body.prefix($0)) }
      return answer(request)
    } catch {
      return refuse(error, request)
    }
  }
}

/// How an answer ended.
struct Exchange {
  /// Sends a piece of it: lines that begin it, if any, and what comes after them. False where the
  /// other side reads no more.
  typealias Send = (_ head: [UInt8], _ body: [UInt8], _ isLast: Bool) -> Bool

  let status: Int
  /// False where it broke off.
  let isWhole: Bool
  let afterwards: (@Sendable () -> Void)?

  init(_ status: Int, isWhole: Bool, afterwards: (@Sendable () -> Void)?) {
    self.status = status
    self.isWhole = isWhole
    self.afterwards = afterwards
  }
}

extension Request {
  /// The type of the body without its parameters, in lower case.
  private var mediaType: String {
    // What browsers send, to the letter.
    if contentType == "application/x-www-form-urlencoded" { return contentType }
    let bytes = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != 0x20 }
    return String(
      decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Holds the request against the rules and reads its body. Throws the first thing wrong.
  mutating func admit(
    _ rules: RequestRules, body read: (_ length: Int) -> [UInt8]
  ) throws(RequestError) {
    guard rules.methods.contains(method) else { throw .method(allowed: rules.methods) }
    guard isPost else { return }
    guard isSameOrigin(as: rules.origin) else { throw .crossSite }
    guard let length = Int(contentLength), length >= 0 else { throw .malformed }
    guard length <= rules.bodyLimit else { throw .tooLarge }
    let type = mediaType
    guard type == "application/x-www-form-urlencoded" || type == "multipart/form-data" else {
      throw .mediaType
    }
    let body = read(length)
    guard body.count == length else { throw .malformed }
    if type == "multipart/form-data" {
      let multipart = try Multipart(body, boundary: parameter("boundary", of: contentType) ?? "")
      form = multipart.values
      files = multipart.files
    } else {
      form = try FormValues(urlencoded: body, expecting: rules.names)
    }
  }
}
