// SIGTERM and SIGUSR1 ask a program to end after the work in hand.

import Glibc

/// Set by the signal handler only; a plain flag, since the programs have one thread.
private nonisolated(unsafe) var asked: sig_atomic_t = 0

/// Lets SIGTERM, SIGINT and SIGUSR1 set the flag that `isTerminationAsked` reads. A system call
/// that waits is interrupted. A reader that went away is an error of the write, not our end.
/// A parent that blocks signals passes that on: here they are let through again, or nothing but
/// SIGKILL would end us.
public func watchForTermination() {
  _ = signal(SIGPIPE, SIG_IGN)
  var none = sigset_t()
  unsafe sigemptyset(&none)
  unsafe sigprocmask(SIG_SETMASK, &none, nil)
  for number in [SIGTERM, SIGINT, SIGUSR1] {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in unsafe asked = 1 }
    unsafe sigaction(number, &action, nil)
  }
}

public var isTerminationAsked: Bool { unsafe asked != 0 }
