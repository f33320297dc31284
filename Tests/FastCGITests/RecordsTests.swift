// Long answers: the records of our own, read as a web server reads them.

import CFastCGI
import Foundation
import Testing

@testable import FastCGI

@Suite struct Records {
  @Test(arguments: [
    (0, 1), (900, 7_001), (900, 40_000), (0, 65_535), (0, 65_536), (900, 64_635), (900, 64_636),
    (900, 65_535), (900, 140_000), (1, 0), (0, 0),
  ])
  func `a web server finds head and body, in as few records as there can be`(head: Int, body: Int)
    throws
  {
    let head = (0..<head).map { UInt8($0 % 251) }
    let body = (0..<body).map { UInt8($0 % 253) }
    for isLast in [false, true] {
      let (records, isSent) = try sent(head, body, number: 300, isLast: isLast)
      #expect(isSent)
      #expect(records.allSatisfy { $0.number == 300 })
      let output = records.dropLast(isLast ? 2 : 0)
      #expect(output.allSatisfy { $0.type == 6 && !$0.content.isEmpty })
      #expect(output.count == (head.count + body.count + 65_534) / 65_535)
      #expect(Array(output.map(\.content).joined()) == head + body)
      let end = records.dropFirst(output.count)
      #expect(end.map(\.type) == (isLast ? [6, 3] : []))
      #expect(end.map { Array($0.content) } == (isLast ? [[], [0, 0, 0, 0, 0, 0, 0, 0]] : []))
    }
  }

  @Test func `where nobody reads any more it says so`() throws {
    #expect(try !sent([1], [2], number: 1, isLast: true, isGone: true).isSent)
  }

  private struct Record {
    let type: UInt8
    let number: Int
    let content: ArraySlice<UInt8>
  }

  /// What arrives at the other end of a connection.
  private func sent(
    _ head: [UInt8], _ body: [UInt8], number: Int32, isLast: Bool, isGone: Bool = false
  ) throws -> (records: [Record], isSent: Bool) {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    if isGone { close(ends[1]) }
    var request = unsafe FCGX_Request()
    unsafe (request.ipcFd, request.requestId) = (ends[0], number)
    let isSent = unsafe head.withUnsafeBytes { head in
      unsafe body.withUnsafeBytes { unsafe request.send(head, $0, isLast: isLast) }
    }
    close(ends[0])
    guard !isGone else { return ([], isSent) }
    let end = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    return (try records(Array(try end.readToEnd() ?? Data())), isSent)
  }

  private func records(_ bytes: [UInt8]) throws -> [Record] {
    var records: [Record] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let header = Array(rest.prefix(8)).map(Int.init)
      try #require(header.count == 8 && header[0] == 1)
      let content = rest.dropFirst(8).prefix(header[4] << 8 | header[5])
      try #require(content.count == header[4] << 8 | header[5])
      records.append(
        Record(type: UInt8(header[1]), number: header[2] << 8 | header[3], content: content))
      rest = rest.dropFirst(8 + content.count + header[6])
    }
    return records
  }
}
