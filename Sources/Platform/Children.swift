// Programs that this one starts and keeps, and the signals that tell of them.

import Glibc

/// Starts a program that has our standard input, output and error. Nobody waits for it: see
/// `nextEndedChild`.
/// - Returns: its process number.
public func start(_ arguments: [String]) throws(SystemError) -> Int32 {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  return unsafe try spawn(arguments, &actions)
}

/// The next child that has ended and was not told of yet, or nil.
public func nextEndedChild() -> (process: Int32, end: ProgramEnd)? {
  var status: Int32 = 0
  let child = unsafe waitpid(-1, &status, WNOHANG)
  return child > 0 ? (child, ProgramEnd(waitStatus: status)) : nil
}

/// Asks a child to end after the work in hand.
public func askToEnd(_ process: Int32) {
  kill(process, SIGTERM)
}

/// What a signal tells a program that keeps others.
public enum Notice: Equatable, Sendable {
  /// SIGTERM, SIGINT
  case end
  /// SIGHUP
  case replace
  /// SIGCHLD
  case childEnded
}

/// Holds back the signals that `nextNotice` reads: from now on none is lost between two questions.
public func holdNotices() {
  var held = noticeSignals()
  unsafe sigprocmask(SIG_BLOCK, &held, nil)
}

/// Waits for the next of the signals held back, at most so long (nil: without end).
public func nextNotice(milliseconds: Int?) -> Notice? {
  var held = noticeSignals()
  let number: Int32
  if let milliseconds {
    var span = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    number = unsafe sigtimedwait(&held, nil, &span)
  } else {
    number = unsafe sigwaitinfo(&held, nil)
  }
  switch number {
  case SIGTERM, SIGINT: return .end
  case SIGHUP: return .replace
  case SIGCHLD: return .childEnded
  default: return nil
  }
}

private func noticeSignals() -> sigset_t {
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  for number in [SIGTERM, SIGINT, SIGHUP, SIGCHLD] { unsafe sigaddset(&signals, number) }
  return signals
}
