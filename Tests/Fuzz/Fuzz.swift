// Fuzz - what reads the world's bytes, fed with bytes that nobody would think of (libFuzzer).
//
//   FUZZ_TARGET=date Fuzz [libFuzzer's options] [corpus …]
//
// A target is more than "does not crash": it states what must hold of every answer, and a broken
// promise ends the program. scripts/fuzz builds and runs it; seeds/ has a folder a target.

import Platform

/// What the targets are called and what they do with one input.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "request": fuzzRequest, "urlencoded": fuzzURLEncoded, "multipart": fuzzMultipart,
  "cookie": fuzzCookie, "page": fuzzPage, "render": fuzzRender, "date": fuzzDate,
  "kana": fuzzKana, "name": fuzzName, "phone": fuzzPhone, "postal": fuzzPostal,
  "email": fuzzEmail, "text": fuzzText, "login": fuzzLogin, "password": fuzzPassword,
  "csv": fuzzCSV, "cp932": fuzzCP932, "mail": fuzzMail, "settings": fuzzSettings,
  "search": fuzzSearch, "log": fuzzLog,
]

private let target: @Sendable ([UInt8]) -> Void = {
  let name = environmentVariable("FUZZ_TARGET") ?? ""
  guard let target = targets[name] else {
    fatalError("FUZZ_TARGET must be one of: \(targets.keys.sorted().joined(separator: " "))")
  }
  return target
}()

/// libFuzzer's entry: one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(unsafe [UInt8](UnsafeBufferPointer(start: data, count: count)))
  return 0
}

/// Ends the program where what must hold does not.
func promise(_ holds: Bool, _ sentence: @autoclosure () -> String, line: Int = #line) {
  if !holds { fatalError("broken promise (line \(line)): \(sentence())") }
}

/// The input as text, nil where it is no UTF-8: decoders in front of the rules refuse that.
func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }
