// SIGTERM and SIGUSR1 ask a program to end after the work in hand.

import Glibc

/// Set by the signal handler only; a plain flag, since the programs have one thread.
private nonisolated(unsafe) var asked: sig_atomic_t = 0

/// Lets SIGTERM, SIGINT and SIGUSR1 set the flag that `isTerminationAsked` reads. A system call
/// that waits is interrupted. A reader that went away is an error of the write, not our end.
public func watchForTermination() {
  _ = signal(SIGPIPE, SIG_IGN)
  for number in [SIGTERM, SIGINT, SIGUSR1] {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in unsafe asked = 1 }
    unsafe sigaction(number, &action, nil)
  }
}

public var isTerminationAsked: Bool { unsafe asked != 0 }
