// Requests: parameters, bodies, cookies.

import Glibc

@testable import FastCGI

private let names = [
  "REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
  "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "REMOTE_ADDR", "REQUEST_ID",
  "HTTP_USER_AGENT", "SCRIPT_NAME", "PATH_INFO",
]

/// Lines of `digit value` are parameters as a web server hands them over; after an empty line comes
/// the body. Whatever they are, there is a request or a refusal, and a body is never longer than
/// allowed.
func fuzzRequest(_ bytes: [UInt8]) {
  var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  let end = lines.firstIndex { $0.isEmpty } ?? lines.count
  let body = Array(lines[min(end + 1, lines.count)...].joined(separator: [0x0A]))
  lines.removeSubrange(end...)
  var entries: [[CChar]] = lines.map { line in
    let name = names[Int(line.first ?? 0) % names.count]
    let value = line.dropFirst().filter { $0 != 0 }
    return (Array(name.utf8) + [0x3D] + value + [0]).map { CChar(bitPattern: $0) }
  }
  if bytes.count % 2 == 0 {
    entries.append("CONTENT_LENGTH=\(body.count)\u{0}".utf8.map { CChar(bitPattern: $0) })
  }
  withPointers(entries) { parameters in
    do {
      var request = try Request(parameters)
      promise(
        request.number.utf8.count <= 40 && !request.number.isEmpty, "a number is short and plain")
      promise(
        request.number.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) },
        "a number can be logged as it is")
      let rules = RequestRules(
        methods: ["GET", "HEAD", "POST"], origin: "https://members.example.jp", bodyLimit: 4096)
      try request.admit(rules) { length in
        promise(length <= 4096, "no more is read than allowed")
        return Array(body.prefix(length))
      }
      _ = request.cookie("__Host-session")
    } catch {
      _ = Request(unreadable: parameters)
    }
  }
}

/// The parameters as libfcgi has them: an array of `NAME=value` strings.
private func withPointers(_ entries: [[CChar]], _ body: (Parameters) -> Void) {
  let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: entries.count + 1)
  defer { unsafe pointers.deallocate() }
  for (index, entry) in entries.enumerated() { unsafe pointers[index] = strdup(entry) }
  unsafe pointers[entries.count] = nil
  body(unsafe Parameters(pointers))
  for index in entries.indices { unsafe free(pointers[index]) }
}

/// What was decoded and is written again is decoded to the same.
func fuzzURLEncoded(_ bytes: [UInt8]) {
  guard let values = try? FormValues(urlencoded: bytes) else { return }
  let again = try? FormValues(urlencoded: Array(values.urlencoded.utf8))
  promise(again == values, "written and read again, a form is the same")
}

/// The first line is the boundary. No part is longer than the body.
func fuzzMultipart(_ bytes: [UInt8]) {
  let lines = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
  let boundary = String(decoding: lines[0], as: UTF8.self)
  let body = lines.count > 1 ? Array(lines[1]) : []
  _ = parameter("boundary", of: boundary)
  guard let multipart = try? Multipart(body, boundary: boundary) else { return }
  let size = multipart.values.pairs.reduce(0) { $0 + $1.value.utf8.count }
  promise(
    size + multipart.files.reduce(0) { $0 + $1.content.count } <= body.count,
    "parts are pieces of the body")
}

/// A cookie's value is a piece of the header.
func fuzzCookie(_ bytes: [UInt8]) {
  guard let header = text(bytes.filter { $0 != 0 }) else { return }
  let parameters = Parameters(["REQUEST_METHOD": "GET", "HTTP_COOKIE": header])
  guard let request = try? Request(parameters) else { return }
  for name in ["session", "__Host-session", "", "="] {
    guard let value = request.cookie(name) else { continue }
    promise(value.utf8.count + name.utf8.count < header.utf8.count, "a value is in the header")
    promise(!value.utf8.contains(0x3B), "a value ends before the next cookie")
  }
}
