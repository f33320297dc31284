// Answers that are made while they are sent.

import Synchronization
import Testing

@testable import FastCGI

private struct Broken: Error {}

/// Answers with one prepared response; errors with a page of 500.
private struct Fixed: Responder {
  let response: Response

  func rules(for parameters: Parameters) -> RequestRules {
    RequestRules(methods: ["GET", "HEAD"], origin: "http://localhost")
  }
  func answer(_ request: Request) -> Response { response }
  func refuse(_ error: RequestError, _ request: Request) -> Response { Response(error.status) }
  func recover(from error: any Error, _ request: Request) -> Response {
    Response(500, body: Array("broken".utf8))
  }
}

@Suite struct StreamTests {
  /// What was sent, and how it ended. `most` pieces are taken, then the other side is gone.
  private func exchange(
    _ method: String = "GET", most: Int = .max,
    _ stream: @escaping @Sendable (BodyWriter) throws -> Void
  ) -> (sent: String, pieces: Int, end: Exchange) {
    let sent = Mutex<[[UInt8]]>([])
    var responder = Fixed(response: .download("a.csv", type: "text/csv", stream: stream))
    let end = responder.exchange(
      Parameters(["REQUEST_METHOD": method, "REQUEST_URI": "/a.csv"]), body: { _ in [] },
      send: { piece in
        sent.withLock {
          guard $0.count < most else { return false }
          $0.append(piece)
          return true
        }
      })
    let pieces = sent.withLock { $0 }
    return (String(decoding: pieces.joined(), as: UTF8.self), pieces.count, end)
  }

  @Test func `a long body goes out in pieces, without a length`() {
    let (sent, pieces, end) = exchange { writer in
      for _ in 0..<300 { try writer.write([UInt8](repeating: 0x61, count: 1000)) }
    }
    #expect(end.isWhole)
    #expect(pieces >= 4)
    #expect(sent.hasPrefix("Status: 200 OK\r\n"))
    #expect(sent.contains("Content-Disposition: attachment; filename=\"a.csv\"\r\n"))
    #expect(!sent.contains("Content-Length"))
    #expect(sent.hasSuffix("\r\n\r\n" + String(repeating: "a", count: 300_000)))
  }

  @Test func `an error before the first piece has an answer of its own`() {
    let (sent, _, end) = exchange { writer in
      try writer.write([0x61])
      throw Broken()
    }
    #expect(end.isWhole)
    #expect(sent.hasPrefix("Status: 500"))
    #expect(sent.hasSuffix("\r\n\r\nbroken"))
  }

  @Test func `an error after it breaks the answer off`() {
    let (sent, _, end) = exchange { writer in
      try writer.write([UInt8](repeating: 0x61, count: 70_000))
      throw Broken()
    }
    #expect(!end.isWhole)
    #expect(sent.hasPrefix("Status: 200"))
    #expect(!sent.contains("broken"))
  }

  @Test func `nobody writes for a reader who went away`() {
    let rounds = Mutex(0)
    let (_, _, end) = exchange(most: 1) { writer in
      for _ in 0..<100 {
        rounds.withLock { $0 += 1 }
        try writer.write([UInt8](repeating: 0x61, count: 70_000))
      }
    }
    #expect(!end.isWhole)
    #expect(rounds.withLock { $0 } == 2)
  }

  @Test func `HEAD makes no body`() {
    let (sent, _, end) = exchange("HEAD") { _ in throw Broken() }
    #expect(end.isWhole)
    #expect(sent.hasPrefix("Status: 200") && sent.hasSuffix("\r\n\r\n"))
  }
}
