import Synchronization

@testable import FastCGI

extension Responder {
  /// The bytes of the answer to one request.
  mutating func exchange(
    _ parameters: Parameters, body: (_ length: Int) -> [UInt8]
  ) -> [UInt8] {
    let sent = Sent()
    _ = exchange(
      parameters, body: body,
      send: { head, body, _ in
        sent.bytes.withLock { $0 += head + body }
        return true
      })
    return sent.bytes.withLock { $0 }
  }
}

private final class Sent: Sendable {
  let bytes = Mutex<[UInt8]>([])
}
