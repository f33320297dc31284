// Programs at work beside ours, and what passes between them and us.

import Foundation
import Platform
import TestSupport
import Testing

@Suite struct Channels {
  private func all(_ channel: Channel) throws -> [UInt8] {
    var content: [UInt8] = []
    while true {
      let piece = try channel.read()
      if piece.isEmpty { return content }
      content += piece
    }
  }

  @Test func `what one program writes, the next one reads`() throws {
    let (unpacked, inlet) = try Channel.pipe()
    let (packed, toUnpack) = try Channel.pipe()
    let (outlet, toUs) = try Channel.pipe()
    let programs = [
      try Child(["gzip", "-c"], input: unpacked, output: toUnpack),
      try Child(["gzip", "-dc"], input: packed, output: toUs),
    ]
    for channel in [unpacked, packed, toUnpack, toUs] { channel.close() }
    let bytes = [UInt8](repeating: 0x61, count: 1_000_000)
    try inlet.write(bytes)
    inlet.close()
    #expect(try all(outlet) == bytes)
    for program in programs { #expect(try program.wait() == .status(0)) }
  }

  @Test func `a third channel is a file to the program, and leaves none behind`() throws {
    let (outlet, toUs) = try Channel.pipe()
    let before = try namesInFolder("/dev/shm").filter { $0.hasPrefix("mamis-\(getpid())-") }
    let child = try Child(
      ["cat", Child.thirdFile], output: toUs, third: .holding([0x68, 0x69]))
    toUs.close()
    #expect(try all(outlet) == [0x68, 0x69])
    #expect(try child.wait() == .status(0))
    #expect(
      try namesInFolder("/dev/shm").filter { $0.hasPrefix("mamis-\(getpid())-") } == before)
  }

  @Test func `a program that is ended is told as such, and only once`() throws {
    let child = try Child(["sleep", "60"])
    child.end()
    #expect(try child.wait() == .signal(SIGTERM))
    child.end()
    #expect(throws: SystemError.self) { try Child(["no-such-program-anywhere"]) }
  }

  @Test func `a new file is its owner's alone and takes no other one's place`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/copy"
    let file = try Channel.creating(path + ".new")
    try file.write([1, 2, 3])
    try file.sync()
    #expect(throws: SystemError.self) { try Channel.creating(path + ".new") }
    try renameFile(path + ".new", to: path)
    #expect(try all(Channel.opening(path)) == [1, 2, 3])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try removeFile(path)
    try removeFile(path)
    #expect(try namesInFolder(folder.path) == [])
    #expect(isFolder(folder.path) && !isFolder(path))
  }
}
