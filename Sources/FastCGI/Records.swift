import CFastCGI
import Glibc

extension FCGX_Request {
  /// The longest content of one record.
  private static let longest = 65_535

  /// Sends the head, then the body, in records as long as there are, and with the last piece the
  /// records that end the answer. False where the other side reads no more.
  ///
  /// (libfcgi would cut it up into pieces of 8 KB, and the end would be one more: each of them a
  /// system call here and an event in the web server.)
  func send(
    _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer, isLast: Bool
  ) -> Bool {
    var (head, rest) = unsafe (head, body)
    while true {
      let count = unsafe min(rest.count, Self.longest - head.count)
      let isDone = count == rest.count
      guard
        unsafe sendRecord(head, .init(rebasing: rest[..<count]), isLast: isLast && isDone)
      else { return false }
      if isDone { return true }
      unsafe (head, rest) = (.init(rebasing: head[..<0]), .init(rebasing: rest[count...]))
    }
  }

  /// One record, and the end after it, in one system call.
  private func sendRecord(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, isLast: Bool
  ) -> Bool {
    let (number, length) = unsafe (requestId, first.count + second.count)
    let (high, low) = (UInt8(number >> 8 & 255), UInt8(number & 255))
    // Version 1, the type, the request's number, the length; nothing to fill up.
    let frame: [UInt8] = [
      // FCGI_STDOUT; one without content is its end, so that none begins an empty answer.
      1, 6, high, low, UInt8(length >> 8), UInt8(length & 255), 0, 0,
      // Its end, then FCGI_END_REQUEST: a program's status, of which there is none; complete.
      1, 6, high, low, 0, 0, 0, 0, 1, 3, high, low, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    return unsafe frame.withUnsafeBytes { frame in
      unsafe gather([
        place(.init(rebasing: frame[..<(length > 0 ? 8 : 0)])), place(first), place(second),
        place(.init(rebasing: frame[(isLast ? 8 : 32)...])),
      ])
    }
  }

  private func gather(_ pieces: [iovec]) -> Bool {
    var places = unsafe pieces
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

private func place(_ bytes: UnsafeRawBufferPointer) -> iovec {
  unsafe iovec(iov_base: .init(mutating: bytes.baseAddress), iov_len: bytes.count)
}
