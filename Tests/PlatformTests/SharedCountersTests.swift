// Numbers that several processes add to.

import Foundation
import Platform
import Testing

@Suite struct SharedCountersTests {
  let folder: Folder
  var path: String { folder.path + "/numbers" }

  init() throws { folder = try Folder() }

  @Test func `what two add to one file is all there`() async throws {
    let path = path
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          guard let counters = try? SharedCounters(path, count: 10) else { return }
          for _ in 0..<10_000 { counters.add(3, to: 7) }
        }
      }
    }
    #expect(try SharedCounters.numbers(in: path) == [0, 0, 0, 0, 0, 0, 0, 120_000, 0, 0])
  }

  @Test func `numbers outlive who counted, and a place that is not there is left alone`() throws {
    for _ in 0..<2 {
      let counters = try SharedCounters(path, count: 2)
      counters.add(5, to: 0)
      counters.add(5, to: 2)
      counters.add(-5, to: 1)
    }
    let counters = try SharedCounters(path, count: 2)
    counters.set(1, to: 9)
    #expect(try SharedCounters.numbers(in: path) == [10, 9])
  }

  @Test func `a file that was shorter grows, one that cannot be had is an error`() throws {
    try writeFile(path, [7, 0, 0, 0, 0, 0, 0, 0])
    let counters = try SharedCounters(path, count: 3)
    counters.add(1, to: 2)
    #expect(try SharedCounters.numbers(in: path) == [7, 0, 1])
    #expect(throws: SystemError.self) { try SharedCounters(folder.path, count: 3) }
    #expect(throws: SystemError.self) { try SharedCounters("/no/such/folder/x", count: 3) }
  }
}
