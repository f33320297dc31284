// What the tests of files share: uploads, and bodies that are made while they are sent.

import Foundation
import MariaDB
import Synchronization
import TestSupport
import Testing

@testable import FastCGI
@testable import Membership
@testable import imports

extension Visitor {
  /// Sends a file as the import's form does.
  func upload(_ file: [UInt8]) throws -> Answer {
    let boundary = "----boundary"
    var body = [UInt8](
      """
      --\(boundary)\r
      Content-Disposition: form-data; name="file"; filename="会員.csv"\r
      Content-Type: text/csv\r
      \r

      """.utf8)
    body += file
    body += "\r\n--\(boundary)--\r\n".utf8
    return Answer(
      try site.answer(
        Imports.self,
        [
          "REQUEST_METHOD": "POST", "REQUEST_URI": "/secretariat/import",
          "REMOTE_ADDR": client, "HTTP_SEC_FETCH_SITE": "same-origin",
          "CONTENT_TYPE": "multipart/form-data; boundary=\(boundary)",
          "CONTENT_LENGTH": "\(body.count)",
          "HTTP_COOKIE": cookies.map { "\($0)=\($1)" }.joined(separator: "; "),
        ], body))
  }

  func upload(_ text: String) throws -> Answer { try upload([UInt8](text.utf8)) }

  /// 「取り込む」, and the work after the answer.
  func take(_ uploaded: Answer) throws -> Answer {
    let number = try #require(uploaded.location?.split(separator: "=").last)
    let answer = try post(Imports.self, ["action": "import", "import": String(number)])
    answer.response.afterwards?()
    return answer
  }
}

extension Response {
  /// The whole body, made as if it were sent.
  func wholeBody() throws -> [UInt8] {
    guard let stream else { return body }
    let sent = Mutex<[UInt8]>([])
    let writer = BodyWriter(head: []) { head, body, _ in
      sent.withLock { $0 += head + body }
      return true
    }
    try stream(writer)
    try writer.flush()
    return sent.withLock { $0 }
  }
}

/// Lines of a list; numbers that nobody had before.
struct Roll {
  static let head = MembersImport.columns.joined(separator: ",") + "\r\n"
  private static let count = Atomic(0)

  static func number() -> String { "T\(count.wrappingAdd(1, ordering: .relaxed).newValue)" }

  static func line(
    _ number: String, _ family: String = "日医", _ given: String = "太郎",
    address: String = "文京区本駒込2-28-16"
  ) -> String {
    "\(number),\(family),\(given),ニチイ,タロウ,12345,S50.4.1,1138621,東京都,\(address),\r\n"
  }
}
