// Answers that are made while they are sent.

import Synchronization
import Testing

@testable import FastCGI

/// A responder that answers with a stream.
private struct Streaming: Responder {
  let stream: @Sendable (BodyWriter) throws -> Void
  var afterwards: (@Sendable () -> Void)?

  func rules(for parameters: Parameters) -> RequestRules {
    RequestRules(methods: ["GET", "HEAD"], origin: "")
  }

  func answer(_ request: Request) -> Response {
    var response = Response.download("a.csv", type: "text/csv", stream: stream)
    response.afterwards = afterwards
    return response
  }

  func refuse(_ error: RequestError, _ request: Request) -> Response { Response(error.status) }

  func recover(from error: any Error, _ request: Request) -> Response {
    Response(500, body: Array("broken".utf8))
  }
}

private struct Broken: Error {}

@Suite struct Streams {
  /// The pieces sent, and how it ended; `most`: after so many pieces the other side is gone.
  private func pieces(
    _ responder: Streaming, method: String = "GET", most: Int = .max
  ) -> (sent: [[UInt8]], end: Exchange) {
    var responder = responder
    var sent: [[UInt8]] = []
    var lasts: [Bool] = []
    let end = responder.exchange(
      Parameters(["REQUEST_METHOD": method, "REQUEST_URI": "/a"]), body: { _ in [] },
      send: {
        guard sent.count < most else { return false }
        sent.append($0 + $1)
        lasts.append($2)
        return true
      })
    #expect(lasts.last ?? false == end.isWhole, "only a whole answer is ended")
    #expect(!lasts.dropLast().contains(true))
    return (sent, end)
  }

  private func text(_ pieces: [[UInt8]]) -> String {
    String(decoding: pieces.joined(), as: UTF8.self)
  }

  private static let line = [UInt8](repeating: 0x61, count: 1000)

  @Test func `a long one goes out in pieces, whole`() {
    let (sent, end) = pieces(Streaming { for _ in 0..<1000 { try $0.write(Self.line) } })
    #expect(end.isWhole)
    #expect(sent.count > 10)
    #expect(sent.allSatisfy { $0.count < 70_000 })
    let parts = text(sent).split(separator: "\r\n\r\n", maxSplits: 1)
    #expect(parts[0].hasPrefix("Status: 200 OK\r\n"))
    #expect(parts[0].contains("\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n"))
    #expect(!parts[0].contains("Content-Length"))
    #expect(parts[1].utf8.count == 1_000_000)
  }

  @Test func `a short or empty one goes out as well`() {
    #expect(text(pieces(Streaming { try $0.write([0x78]) }).sent).hasSuffix("\r\n\r\nx"))
    #expect(text(pieces(Streaming { _ in }).sent).hasSuffix("\r\n\r\n"))
  }

  @Test func `HEAD makes nothing`() {
    let (sent, end) = pieces(
      Streaming { _ in Issue.record("made") }, method: "HEAD")
    #expect(end.isWhole)
    #expect(text(sent).hasPrefix("Status: 200 OK\r\n"))
    #expect(text(sent).hasSuffix("\r\n\r\n"))
  }

  @Test func `an error before the first piece is answered like any other`() {
    let (sent, end) = pieces(
      Streaming {
        try $0.write(Self.line)
        throw Broken()
      })
    #expect(end.isWhole)
    #expect(text(sent).hasPrefix("Status: 500 Internal Server Error\r\n"))
    #expect(text(sent).hasSuffix("\r\n\r\nbroken"))
    #expect(!text(sent).contains("aaaa"))
  }

  @Test func `an error later breaks it off: nobody takes half for the whole`() {
    let (sent, end) = pieces(
      Streaming {
        for _ in 0..<100 { try $0.write(Self.line) }
        throw Broken()
      })
    #expect(!end.isWhole)
    #expect(text(sent).hasPrefix("Status: 200 OK\r\n"))
    #expect(!text(sent).contains("broken"))
  }

  @Test func `where nobody reads any more it ends`() {
    let written = Mutex(0)
    let (sent, end) = pieces(
      Streaming { writer in
        for _ in 0..<10_000 {
          try writer.write(Self.line)
          written.withLock { $0 += 1 }
        }
      }, most: 2)
    #expect(!end.isWhole)
    #expect(sent.count == 2)
    #expect(written.withLock { $0 } < 300)
  }

  @Test func `what comes afterwards comes only after a whole answer`() {
    let good = Streaming(stream: { _ in }, afterwards: {})
    #expect(pieces(good).end.afterwards != nil)
    let bad = Streaming(stream: { _ in throw Broken() }, afterwards: {})
    #expect(pieces(bad).end.afterwards == nil)
    #expect(pieces(good, most: 0).end.afterwards == nil)
  }
}
