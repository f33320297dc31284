// The process itself: environment, clock, standard error, end by signal, other programs.

import Glibc

/// The value of an environment variable; nil where this process has none of that name.
public func environmentVariable(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Seconds since 1970-01-01 00:00 UTC.
public func secondsNow() -> Int {
  time(nil)
}

/// Microseconds of a clock that never goes back; only differences mean something.
public func monotonicMicroseconds() -> Int {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

/// Writes to standard output.
public func writeOutput(_ text: String) {
  try? writeAll(1, [UInt8](text.utf8), path: "standard output")
}

/// Standard input to its end.
public func readStandardInput(atMost limit: Int) -> [UInt8] {
  var content: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while content.count < limit {
    let count = unsafe chunk.withUnsafeMutableBytes { buffer in
      unsafe read(0, buffer.baseAddress, min(buffer.count, limit - content.count))
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { break }
    content += chunk[..<count]
  }
  return content
}

/// Sleeps, at most this long: a signal ends it early.
public func sleepMilliseconds(_ milliseconds: Int) {
  var span = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
  unsafe nanosleep(&span, nil)
}

/// Ends the process at once with this status.
public func leave(status: Int32) -> Never {
  exit(status)
}

/// Writes bytes to standard output.
public func writeBytes(_ bytes: [UInt8]) {
  try? writeAll(1, bytes, path: "standard output")
}
