// Log lines: one an event, whatever is in it.

import Foundation
import Platform
import Testing

/// Standard error goes into a file meanwhile, so one after the other.
@Suite(.serialized) struct LogLines {
  /// The lines of this event that `work` writes; everything else goes on to standard error.
  func lines(_ event: String, _ work: () -> Void) throws -> [String] {
    let folder = try Folder()
    let file = unsafe open(folder.path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let usual = dup(2)
    dup2(file, 2)
    work()
    dup2(usual, 2)
    close(usual)
    close(file)
    let text = String(decoding: try readFile(folder.path + "/log"), as: UTF8.self)
    let all = text.split(separator: "\n").map(String.init)
    for line in all where !line.contains(event) {
      FileHandle.standardError.write(Data((line + "\n").utf8))
    }
    return all.filter { $0.contains(event) }
  }

  @Test func `a line has time, level, program, event and fields`() throws {
    let line = try lines("test.plain") {
      log(.warning, "test.plain", program: "login", [("request", "abc123"), ("seconds", "30")])
    }
    let parts = try #require(line.first).split(separator: " ").map(String.init)
    #expect(line.count == 1)
    #expect(parts[0].wholeMatch(of: /time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    #expect(
      parts.dropFirst() == [
        "level=warning", "program=login", "event=test.plain", "request=abc123", "seconds=30",
      ])
  }

  @Test(arguments: [
    ("plain", "reason=plain"),
    ("two words", #"reason="two words""#),
    (#"a"b"#, #"reason="a\"b""#),
    (#"a\b c"#, #"reason="a\\b c""#),
    ("a=b", #"reason="a=b""#),
    ("日医", #"reason="日医""#),
    ("x\nlevel=error event=forged", #"reason="x level=error event=forged""#),
    ("x\r\ny", #"reason="x  y""#),
    ("x\u{2028}y\u{2029}z\u{85}", #"reason="x y z ""#),
    ("x\u{202E}y\u{200B}z\u{FEFF}", #"reason="x y z ""#),
    (
      String(decoding: [0x78, 0xFF, 0xC0, 0x0A, 0x79], as: UTF8.self),
      "reason=\"x\u{FFFD}\u{FFFD} y\""
    ),
    ("x\u{1B}[31m\u{0}\u{7F}y", #"reason="x [31m  y""#),
  ])
  func `a value cannot end its quotes nor its line`(value: String, shown: String) throws {
    let found = try lines("test.value") {
      log(.info, "test.value", program: "p", [("reason", value)])
    }
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix(shown) == true, "\(found)")
  }

  @Test func `a line that is made bit by bit is the same`() throws {
    let line = try lines("test.made") {
      var line = LogLine(.error, "test.made", program: "login")
      line.add("request", "abc123")
      line.add("empty", "")
      line.add("account", 1042)
      line.add("client", "::1")
      line.write()
    }
    let words = "level=error program=login event=test.made request=abc123 account=1042 client=::1"
    #expect(line.count == 1)
    #expect(line.first?.hasSuffix(" " + words) == true)
  }

  @Test(arguments: ["あ", "a", "\""])
  func `an empty value is left out, a very long one is cut`(sign: String) throws {
    let found = try lines("test.long") {
      log(
        .info, "test.long", program: "p",
        [("empty", ""), ("long", String(repeating: sign, count: 100_000))])
    }
    let line = try #require(found.first)
    #expect(!line.contains("empty"))
    #expect(line.count < 4200)
  }
}
