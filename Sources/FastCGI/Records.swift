import CFastCGI
import Glibc

extension FCGX_Request {
  /// The longest content of one record.
  private static let longest = 65_535

  /// Sends the head, then the body, in records as long as there are. False where the other side
  /// reads no more.
  func send(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer) -> Bool {
    var (head, rest) = unsafe (head, body)
    repeat {
      let count = unsafe min(rest.count, Self.longest - head.count)
      guard unsafe sendRecord(head, .init(rebasing: rest[..<count])) else { return false }
      unsafe (head, rest) = (.init(rebasing: head[..<0]), .init(rebasing: rest[count...]))
    } while unsafe !rest.isEmpty
    return true
  }

  /// One record, in one system call.
  private func sendRecord(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
  ) -> Bool {
    let length = first.count + second.count
    let number = unsafe requestId
    // Version 1, FCGI_STDOUT, the request's number, the length; nothing to fill up.
    let header: [UInt8] = [
      1, 6, UInt8(number >> 8 & 255), UInt8(number & 255), UInt8(length >> 8), UInt8(length & 255),
      0, 0,
    ]
    return unsafe header.withUnsafeBytes { unsafe gather([$0, first, second]) }
  }

  private func gather(_ pieces: [UnsafeRawBufferPointer]) -> Bool {
    var places = unsafe pieces.map {
      unsafe iovec(iov_base: .init(mutating: $0.baseAddress), iov_len: $0.count)
    }
    while unsafe !places.isEmpty {
      var sent = unsafe writev(ipcFd, places, Int32(places.count))
      if sent < 0, errno == EINTR { continue }
      guard sent >= 0 else { return false }
      while let place = unsafe places.first, unsafe sent >= place.iov_len {
        unsafe sent -= place.iov_len
        unsafe places.removeFirst()
      }
      guard unsafe !places.isEmpty else { break }
      unsafe places[0].iov_base += sent
      unsafe places[0].iov_len -= sent
    }
    return true
  }
}
