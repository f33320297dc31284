/// Where an answer is written that is made while it is sent: in pieces, so that a million lines
/// take no more memory than a few hundred.
public final class BodyWriter {
  /// The other side went away: nobody is left to write for.
  struct ClientGone: Error {}

  /// Bytes that are sent at once.
  private static let piece = 65_536

  private var head: [UInt8]
  private var pending: [UInt8] = []
  private let send: Exchange.Send
  /// True once a piece is on its way: the status can no longer be changed.
  private(set) var hasBegun = false

  /// - Parameter head: the lines before the body; they go out with its first piece.
  init(head: [UInt8], send: @escaping Exchange.Send) {
    self.head = head
    self.send = send
  }

  /// Adds bytes to the answer. Throws where nobody reads it any more.
  public func write(_ bytes: [UInt8]) throws {
    pending += bytes
    if pending.count >= Self.piece { try flush() }
  }

  /// Sends what is there.
  func flush(isLast: Bool = false) throws {
    hasBegun = true
    guard send(head, pending, isLast) else { throw ClientGone() }
    head = []
    pending.removeAll(keepingCapacity: true)
  }
}
