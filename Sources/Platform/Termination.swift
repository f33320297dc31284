// SIGTERM and SIGUSR1 ask a program to end after the work in hand.

import Glibc

/// Set by the signal handler only; a plain flag, since the programs have one thread.
private nonisolated(unsafe) var asked: sig_atomic_t = 0

/// Lets SIGTERM, SIGINT and SIGUSR1 set the flag that `isTerminationAsked` reads. A system call
/// that waits is interrupted. A reader that went away is an error of the write, not our end.
/// A parent that blocks signals passes that on: here they are let through again, or nothing but
/// SIGKILL would end us.
///
/// Once asked, SIGALRM comes each second, to the waits of this file only: it ends the one that the
/// first signal did not, as it came a moment before. Elsewhere it is held back, since libraries
/// begin a time limit anew after each signal.
public func watchForTermination() {
  _ = signal(SIGPIPE, SIG_IGN)
  change(SIG_SETMASK, alarmOnly)
  for number in askingSignals {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in
      unsafe asked = 1
      alarm(1)
    }
    unsafe sigaction(number, &action, nil)
  }
  var action = sigaction()
  unsafe action.__sigaction_handler.sa_handler = { _ in alarm(1) }
  unsafe sigaction(SIGALRM, &action, nil)
}

/// Holds back the signals that ask to end, except where the program waits for work: in
/// `nextConnection` and `waitForInput`. Nothing that it has in hand is cut by one.
public func holdTermination() {
  letThrough(false)
}

/// Waits for a connection to a listening socket.
/// - Parameter patience: seconds after which reading from a silent connection fails.
/// - Returns: nil where none came: a signal that asks to end, or one that was gone already.
public func nextConnection(of listener: Int32, patience: Int) throws(SystemError) -> Int32? {
  letThrough(true)
  let connection = isTerminationAsked ? -1 : accept(listener, nil, nil)
  let code = errno
  letThrough(false)
  guard connection >= 0 else {
    if isTerminationAsked { return nil }
    switch code {
    case EINTR, ECONNABORTED: break
    case EBADF, ENOTSOCK, EINVAL, EOPNOTSUPP: throw SystemError("accept", "socket", code: code)
    default: sleepMilliseconds(100)  // no descriptor or memory left: others may give some back
    }
    return nil
  }
  var time = timeval(tv_sec: patience, tv_usec: 0)
  unsafe setsockopt(
    connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  return connection
}

/// Waits until there is something to read. False when a signal asks to end.
public func waitForInput(_ descriptor: Int32) -> Bool {
  letThrough(true)
  defer { letThrough(false) }
  var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  while !isTerminationAsked {
    if unsafe poll(&one, 1, -1) > 0 { return true }
  }
  return false
}

/// Sleeps, at most this long: a signal that asks to end, which comes through at any time here,
/// ends it early.
public func sleepUnlessAsked(milliseconds: Int) {
  change(SIG_UNBLOCK, alarmOnly)
  defer { change(SIG_BLOCK, alarmOnly) }
  if !isTerminationAsked { sleepMilliseconds(milliseconds) }
}

private let askingSignals = [SIGTERM, SIGINT, SIGUSR1]
private let alarmOnly = signalSet([SIGALRM])
private let askingAndAlarm = signalSet(askingSignals + [SIGALRM])

private func letThrough(_ through: Bool) {
  change(through ? SIG_UNBLOCK : SIG_BLOCK, askingAndAlarm)
}

private func change(_ how: Int32, _ signals: sigset_t) {
  var signals = signals
  unsafe sigprocmask(how, &signals, nil)
}

private func signalSet(_ numbers: [Int32]) -> sigset_t {
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  for number in numbers { unsafe sigaddset(&signals, number) }
  return signals
}

/// Asks this program itself to end after the work in hand.
public func askForTermination() { unsafe asked = 1 }

/// Whether somebody asked.
public var isTerminationAsked: Bool { unsafe asked != 0 }
