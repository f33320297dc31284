// A MariaDB of the test process's own: in a temporary folder, without a port, gone with the process.

import Foundation
import MariaDB
import Platform

/// The server that all suites of a test process share. It is started at first use.
final class TestServer: Sendable {
  static let shared = Result { try TestServer() }

  /// Seconds until a server that does not answer is given up: the machine may be busy building.
  private static let startPatience = 120

  /// Holds data, socket, logs and option files.
  let folder: String
  /// Logs in without choosing a database.
  let location: DatabaseLocation

  /// The server's life line: its keeper reads from it and ends the server at its end, so that
  /// nothing is left running even where the test process is killed.
  private let lifeLine: Pipe

  private init() throws {
    folder = NSTemporaryDirectory() + "mamis-test-\(getpid())-\(secondsNow())"
    try makeFolder(folder)
    lifeLine = Pipe()
    _ = fcntl(lifeLine.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    let option = "[mamis]\nsocket=\(folder)/socket\nuser=root\n"
    try writeFile("\(folder)/server.cnf", [UInt8](option.utf8), mode: 0o600)
    location = DatabaseLocation(optionFile: "\(folder)/server.cnf")

    let keeper = Process()
    keeper.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    keeper.arguments = ["/bin/sh", "-c", Self.keeper, "keeper", folder]
    keeper.standardInput = lifeLine
    keeper.standardOutput = FileHandle.nullDevice
    keeper.standardError = FileHandle.nullDevice
    try keeper.run()
    try awaitAnswer()
  }

  /// A session of its own keeps Ctrl-C away; the death signal ends the server with its keeper. Its
  /// temporary files are its own, too: two servers made at once have met in /tmp.
  private static let keeper = """
    PATH=$PATH:/usr/sbin
    export TMPDIR="$1"
    mariadb-install-db --no-defaults --datadir="$1/data" --user="$(id -un)" --skip-test-db \
      --auth-root-authentication-method=normal >"$1/install.log" 2>&1 || touch "$1/failed"
    setpriv --pdeathsig KILL mariadbd --no-defaults --datadir="$1/data" --user="$(id -un)" \
      --socket="$1/socket" --pid-file="$1/pid" --skip-networking --skip-log-bin \
      --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=64M --skip-name-resolve \
      --performance-schema=OFF --max-connections=200 >"$1/server.log" 2>&1 <&- &
    read -r end
    kill -9 $!
    rm -rf "$1"
    """

  private func awaitAnswer() throws {
    let deadline = secondsNow() + Self.startPatience
    while secondsNow() < deadline {
      guard !FileManager.default.fileExists(atPath: "\(folder)/failed") else { break }
      do {
        return try Database(location).administer("DO 0")
      } catch let error as DatabaseError where error.kind == .unreachable {
        sleepMilliseconds(50)
      }
    }
    let log = try? String(decoding: readFile("\(folder)/install.log"), as: UTF8.self)
    throw TestServerError(description: "MariaDB did not start in \(folder): \(log ?? "no log")")
  }
}

struct TestServerError: Error, CustomStringConvertible {
  let description: String
}
