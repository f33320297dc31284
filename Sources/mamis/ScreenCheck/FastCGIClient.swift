import Platform

/// The web server's side of FastCGI 1.0: one request a connection.
enum FastCGIClient {
  private static let beginRequest: UInt8 = 1
  private static let endRequest: UInt8 = 3
  private static let parameters: UInt8 = 4
  private static let standardInput: UInt8 = 5
  private static let standardOutput: UInt8 = 6

  /// What the program at `address` writes to such a request: header lines, an empty line, a body.
  static func ask(
    _ address: SocketAddress, _ values: [String: String], body: [UInt8]
  ) throws -> [UInt8] {
    // Role 1 (responder); no flag: the program closes the connection behind its answer.
    var bytes = record(beginRequest, [0, 1, 0, 0, 0, 0, 0, 0])
    bytes += stream(
      parameters, values.sorted { $0.key < $1.key }.flatMap { pair($0.key, $0.value) })
    bytes += stream(standardInput, body)
    return try output(of: converse(with: address, sending: bytes))
  }

  private static func record(_ type: UInt8, _ content: some Collection<UInt8>) -> [UInt8] {
    let length = content.count
    return [1, type, 0, 1, UInt8(length >> 8), UInt8(length & 255), 0, 0] + content
  }

  /// Records with all of the content, and the empty one that ends it.
  private static func stream(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: content.count, by: 65_535) {
      bytes += record(type, content[start..<min(start + 65_535, content.count)])
    }
    return bytes + record(type, [])
  }

  private static func pair(_ name: String, _ value: String) -> [UInt8] {
    length(name.utf8.count) + length(value.utf8.count) + name.utf8 + value.utf8
  }

  private static func length(_ count: Int) -> [UInt8] {
    guard count > 127 else { return [UInt8(count)] }
    return [
      UInt8(count >> 24 & 127 | 128), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255),
      UInt8(count & 255),
    ]
  }

  /// The standard output in the records of an answer. What the program wrote to standard error is
  /// for the web server's log, not for us.
  private static func output(of answer: [UInt8]) throws -> [UInt8] {
    var output: [UInt8] = []
    var place = 0
    while answer.count - place >= 8 {
      let length = Int(answer[place + 4]) << 8 | Int(answer[place + 5])
      let end = place + 8 + length
      guard end <= answer.count else { break }
      if answer[place + 1] == standardOutput { output += answer[(place + 8)..<end] }
      if answer[place + 1] == endRequest { return output }
      place = end + Int(answer[place + 6])
    }
    throw Failure("the program broke its answer off (or speaks no FastCGI)")
  }
}
