import Glibc
import Platform

/// The one request of a plain CGI program: environment, standard input, standard output.
@safe final class PlainCGI {
  /// A body longer than this is not read to its end for the sake of politeness.
  private static let mostDiscarded = 16 * 1_048_576

  let parameters: Parameters
  /// Bytes of the body that nobody has asked for yet.
  private var unread: Int

  init() {
    unsafe parameters = Parameters(environ)
    unread = Int(parameters["CONTENT_LENGTH"] ?? "") ?? 0
  }

  /// The request's body: `length` bytes, fewer if the other side went away.
  func read(_ length: Int) -> [UInt8] {
    unread -= length
    return readStandardInput(atMost: length)
  }

  /// Sends a piece of the answer, once the body was read, wanted or not: Apache's mod_cgid loses an
  /// answer whose program left something unread on their common socket.
  func write(_ head: [UInt8], _ body: [UInt8]) -> Bool {
    discardBody()
    writeBytes(head + body)
    return true
  }

  private func discardBody() {
    if unread > Self.mostDiscarded { unread = 0 }
    while unread > 0 {
      let count = readStandardInput(atMost: min(unread, 65_536)).count
      unread = count > 0 ? unread - count : 0
    }
  }
}
