// Transactions: all or nothing, again after a conflict, and over a connection that went away.

import Foundation
import MariaDB
import Platform
import TestSupport
import Testing

@Suite struct Transactions {
  let place: TestDatabase

  init() throws {
    place = try TestDatabase(migrated: false)
    let database = place.open()
    try database.administer("CREATE TABLE sums (id INT NOT NULL PRIMARY KEY, sum INT NOT NULL)")
    try database.administer("INSERT INTO sums VALUES (1, 0), (2, 0)")
  }

  struct Refused: Error {}

  func sum(_ id: Int) throws -> Int {
    try place.open().count("SELECT sum AS n FROM sums WHERE id = ?", id)
  }

  /// Ends the connection on the server's side, as its idle time-out does.
  func kill(_ number: Int) throws {
    try place.open().administer("KILL \(number)")
    let deadline = monotonicMicroseconds() + 10_000_000
    while try place.open().count(
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE ID = ?", number) > 0
    {
      try #require(monotonicMicroseconds() < deadline)
    }
  }

  @Test func `an error rolls everything back and the connection goes on`() throws {
    let database = place.open()
    #expect(throws: Refused.self) {
      try database.transaction { transaction in
        try transaction.run("UPDATE sums SET sum = 7 WHERE id = 1")
        throw Refused()
      }
    }
    #expect(try sum(1) == 0)
    let result = try database.transaction { transaction in
      try transaction.run("UPDATE sums SET sum = 8 WHERE id = 1")
    }
    #expect(result == 1)
    #expect(try sum(1) == 8)
  }

  @Test func `a duplicate inside rolls back what stood before it`() throws {
    let database = place.open()
    #expect(throws: DatabaseError.self) {
      try database.transaction { transaction in
        try transaction.run("UPDATE sums SET sum = 7 WHERE id = 1")
        try transaction.run("INSERT INTO sums VALUES (2, 0)")
      }
    }
    #expect(try sum(1) == 0)
  }

  @Test func `a conflict runs it again from its beginning, each step counted once`() throws {
    let database = place.open()
    var runs = 0
    try database.transaction { transaction in
      runs += 1
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
      if runs < 3 {
        try transaction.run("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213")
      }
    }
    #expect(runs == 3)
    #expect(try sum(1) == 1)
  }

  @Test func `a conflict that does not end is thrown after five runs`() throws {
    let database = place.open()
    var runs = 0
    let error = try #require(throws: DatabaseError.self) {
      try database.transaction { transaction in
        runs += 1
        try transaction.run("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213")
      }
    }
    #expect(runs == 5)
    #expect(error.kind == .conflict)
    #expect(try database.count("SELECT sum AS n FROM sums WHERE id = 1") == 0)
  }

  @Test func `a server that lost the others is left, and the work begins anew`() throws {
    let database = place.open()
    var connections: [Int] = []
    try database.transaction { transaction in
      connections.append(try transaction.count("SELECT CONNECTION_ID() AS n"))
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
      if connections.count == 1 {
        try transaction.run("SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047")
      }
    }
    #expect(Set(connections).count == 2)
    #expect(try sum(1) == 1)
  }

  @Test func `where every server lost the others, the database counts as unreachable`() throws {
    let database = place.open()
    let error = try #require(throws: DatabaseError.self) {
      try database.transaction { transaction in
        try transaction.run("SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047")
      }
    }
    #expect(error.kind == .unreachable)
    #expect(try sum(1) == 0)
  }

  @Test func `two that block each other both succeed`() async throws {
    let place = self.place
    let gate = Gate(2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (first, second) in [(1, 2), (2, 1)] {
        group.addTask {
          try await onThread {
            let database = place.open()
            var runs = 0
            try database.transaction { transaction in
              runs += 1
              try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = ?", first)
              if runs == 1 { gate.pass() }
              try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = ?", second)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try sum(1) == 2)
    #expect(try sum(2) == 2)
  }

  @Test func `a connection killed while idle is opened again before a transaction`() throws {
    let database = place.open()
    let number = try database.count("SELECT CONNECTION_ID() AS n")
    try kill(number)
    _ = try database.transaction { transaction in
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
    }
    #expect(try sum(1) == 1)
    #expect(try database.count("SELECT CONNECTION_ID() AS n") != number)
  }

  @Test func `a connection killed while idle is opened again for a query`() throws {
    let database = place.open()
    let number = try database.count("SELECT CONNECTION_ID() AS n")
    try kill(number)
    #expect(try database.count("SELECT COUNT(*) AS n FROM sums") == 2)
  }

  @Test func `a connection lost before COMMIT runs the transaction again, once in effect`() throws {
    let database = place.open()
    var runs = 0
    try database.transaction { transaction in
      runs += 1
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
      if runs == 1 { try kill(try transaction.count("SELECT CONNECTION_ID() AS n")) }
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 2")
    }
    #expect(runs == 2)
    #expect(try sum(1) == 1)
    #expect(try sum(2) == 1)
  }

  @Test func `a connection lost at COMMIT is told as unreachable and not run again`() throws {
    let database = place.open()
    var runs = 0
    let error = try #require(throws: DatabaseError.self) {
      try database.transaction { transaction in
        runs += 1
        try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
        try kill(try transaction.count("SELECT CONNECTION_ID() AS n"))
      }
    }
    #expect(error.kind == .unreachable)
    #expect(runs == 1)
    _ = try database.transaction { transaction in
      try transaction.run("UPDATE sums SET sum = sum + 1 WHERE id = 1")
    }
    #expect(try sum(1) == 1)
  }
}

/// Lets nobody through before all have come.
private final class Gate: Sendable {
  private let condition = NSCondition()
  private nonisolated(unsafe) var missing: Int

  init(_ count: Int) {
    unsafe missing = count
  }

  func pass() {
    condition.withLock {
      unsafe missing -= 1
      condition.broadcast()
      while unsafe missing > 0 { condition.wait() }
    }
  }
}
