// Other programs: how they end, what they are given, what they say.

import Foundation
import Platform
import Testing

@Suite struct OtherPrograms {
  @Test(arguments: [
    ("exit 0", ProgramEnd.status(0)), ("exit 7", .status(7)), ("exit 255", .status(255)),
    ("kill -TERM $$", .signal(15)), ("kill -KILL $$", .signal(9)),
  ])
  func `it is told how a program ended`(command: String, end: ProgramEnd) throws {
    #expect(try run(["/bin/sh", "-c", command]).end == end)
  }

  @Test func `a program that takes too long is killed`() throws {
    let begin = monotonicMicroseconds()
    let (end, _) = try run(["/bin/sleep", "60"], seconds: 1)
    #expect(end == .timedOut)
    #expect(monotonicMicroseconds() - begin < 20_000_000)
  }

  @Test(arguments: [0, 1, 65_536, 65_537, 3_000_000])
  func `it gets all of its input, more than a pipe holds too`(size: Int) throws {
    let input = [UInt8](repeating: 0x61, count: size)
    let (end, output) = try run(["/usr/bin/wc", "-c"], input: input, capturing: true)
    #expect(end == .status(0))
    #expect(String(decoding: output, as: UTF8.self) == "\(size)\n")
  }

  @Test func `input comes to the letter, and goes through a program that answers while it reads`()
    throws
  {
    let input = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
    #expect(try run(["/bin/cat"], input: input, capturing: true).output == input)
  }

  @Test func `a program that does not read its input just ends`() throws {
    let input = [UInt8](repeating: 0x61, count: 3_000_000)
    #expect(try run(["/bin/true"], input: input).end == .status(0))
    #expect(try run(["/bin/sh", "-c", "exec <&-; exit 75"], input: input).end == .status(75))
  }

  @Test func `of a long output the first 64 KB are kept, and the program is not held up`() throws {
    let (end, output) = try run(
      ["/bin/sh", "-c", "printf abc; head -c 1000000 /dev/zero"], capturing: true)
    #expect(end == .status(0))
    #expect(output.count <= 65_536)
    #expect(output.count > 60_000)
    #expect(output.starts(with: [0x61, 0x62, 0x63, 0]))
  }

  @Test func `arguments are words, whatever is in them`() throws {
    let words = ["$HOME", "a b", "`id`", "; exit 1", "", "会員"]
    let (_, output) = try run(["/usr/bin/printf", "<%s>"] + words, capturing: true)
    #expect(String(decoding: output, as: UTF8.self) == words.map { "<\($0)>" }.joined())
  }

  @Test func `a program that is not there is an error with its name`() throws {
    let error = try #require(throws: SystemError.self) { try run(["/no/such/program"]) }
    #expect(error.description == "run /no/such/program: No such file or directory")
  }

  @Test func `no descriptor is left open`() throws {
    func open() throws -> Int { try namesInFolder("/proc/self/fd").count }
    let before = try open()
    for _ in 0..<40 { _ = try run(["/bin/true"], input: [1, 2, 3], capturing: true) }
    #expect(try open() < before + 40, "other tests may have opened some meanwhile")
  }
}
