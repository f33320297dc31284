// Files: whole or not there.

import Foundation
import Platform
import Testing

/// A folder of a test's own, removed when the test is over.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "mamis-platform-\(UUID().uuidString)"
    try makeFolder(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }
}

@Suite struct Files {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
  func `what was written is read`(size: Int) throws {
    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try writeFile(folder.path + "/file", content)
    #expect(try readFile(folder.path + "/file") == content)
    #expect(try namesInFolder(folder.path) == ["file"], "no draft is left")
  }

  @Test func `a file is replaced, and its permission is the new one`() throws {
    try writeFile(folder.path + "/file", [1, 2, 3])
    #expect(try folder.mode("file") & 0o077 != 0)
    try writeFile(folder.path + "/file", [4], mode: 0o600)
    #expect(try readFile(folder.path + "/file") == [4])
    #expect(try folder.mode("file") == 0o600)
  }

  @Test func `a draft elsewhere is used when it is named`() throws {
    try makeFolder(folder.path + "/tmp")
    try makeFolder(folder.path + "/new")
    try writeFile(folder.path + "/new/file", [7], through: folder.path + "/tmp/file")
    #expect(try readFile(folder.path + "/new/file") == [7])
    #expect(try namesInFolder(folder.path + "/tmp") == [])
  }

  @Test func `a folder is synced, and nothing else can be`() throws {
    try writeFile(folder.path + "/file", [1])
    try syncFolder(folder.path)
    #expect(throws: SystemError.self) { try syncFolder(folder.path + "/none") }
    #expect(throws: SystemError.self) { try syncFolder(folder.path + "/file") }
  }

  @Test func `where the name cannot be had, nothing is left of the draft`() throws {
    try makeFolder(folder.path + "/taken")
    try writeFile(folder.path + "/taken/inside", [1])
    #expect(throws: SystemError.self) { try writeFile(folder.path + "/taken", [1]) }
    #expect(try namesInFolder(folder.path) == ["taken"])
    #expect(throws: SystemError.self) { try writeFile(folder.path + "/none/file", [1]) }
  }

  @Test func `an error names the operation, the file and the reason`() throws {
    let missing = try #require(throws: SystemError.self) { try readFile("/no/such/file") }
    #expect(missing.description == "open /no/such/file: No such file or directory")
    let aFolder = try #require(throws: SystemError.self) { try readFile(folder.path) }
    #expect(aFolder.description == "read \(folder.path): Is a directory")
  }

  @Test
  func `missing parents of a folder are made, closed to others; one that is there is no error`()
    throws
  {
    try makeFolder(folder.path + "/a/b/c")
    try makeFolder(folder.path + "/a/b/c")
    #expect(try folder.mode("a/b") == 0o700)
    #expect(try namesInFolder(folder.path + "/a") == ["b"])
    try writeFile(folder.path + "/file", [])
    #expect(throws: SystemError.self) { try makeFolder(folder.path + "/file/below") }
  }

  @Test func `names are sorted by their bytes`() throws {
    for name in ["b", "é", "B", "a", ".hidden"] { try writeFile("\(folder.path)/\(name)", []) }
    #expect(try namesInFolder(folder.path) == [".hidden", "B", "a", "b", "é"])
    #expect(throws: SystemError.self) { try namesInFolder(folder.path + "/none") }
  }

  @Test func `a file that is not there has no time of change`() throws {
    try writeFile(folder.path + "/file", [])
    let changed = try #require(modificationTime(folder.path + "/file"))
    #expect(abs(changed - secondsNow()) <= 2)
    #expect(modificationTime(folder.path + "/none") == nil)
    #expect(isFile(folder.path + "/file"))
    #expect(!isFile(folder.path + "/none"))
  }
}
