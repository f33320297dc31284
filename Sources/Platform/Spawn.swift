// Another program with a fixed argument list, never through a shell.

import Glibc

/// How another program ended.
public enum ProgramEnd: Equatable, Sendable {
  case status(Int32)
  case signal(Int32)
  case timedOut

  init(waitStatus status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .status((status >> 8) & 0xFF) : .signal(signal)
  }
}

/// Runs a program, gives it `input` on standard input and waits for it. Its output goes where
/// ours goes, unless `capturing`, then to the returned bytes (at most `most` are kept). It is
/// killed after `seconds`.
public func run(
  _ arguments: [String], input: [UInt8] = [], capturing: Bool = false, seconds: Int = 30,
  most: Int = 65536
) throws(SystemError) -> (end: ProgramEnd, output: [UInt8]) {
  let program = arguments[0]
  var toChild = try openPipe(program)
  var fromChild = try openPipe(program)
  defer { for descriptor in toChild + fromChild where descriptor >= 0 { close(descriptor) } }

  var links: [(ours: Int32, its: Int32)] = [(toChild[0], 0)]
  if capturing { links.append((fromChild[1], 1)) }
  let sent = fill(toChild[1], with: input)
  let child = try spawn(arguments, links)
  close(toChild[0])
  toChild[0] = -1
  close(fromChild[1])
  fromChild[1] = -1
  return try converse(
    with: child, input: input[sent...], into: &toChild[1], from: capturing ? fromChild[0] : -1,
    seconds: seconds, most: most, program: program)
}

/// Starts a program. Of our open files it gets standard output and error, and those of `links`, each under the number beside it.
func spawn(
  _ arguments: [String], _ links: [(ours: Int32, its: Int32)]
) throws(SystemError) -> pid_t {
  // One that does not read all of its input must not end us.
  _ = signal(SIGPIPE, SIG_IGN)
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for link in links { unsafe posix_spawn_file_actions_adddup2(&actions, link.ours, link.its) }

  return unsafe try spawn(arguments, &actions)
}

/// Starts a program, looked for in the PATH unless its name has a slash. Ignored and blocked
/// signals are inherited: it gets the usual ones back.
func spawn(
  _ arguments: [String], _ actions: inout posix_spawn_file_actions_t
) throws(SystemError) -> pid_t {
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  unsafe posix_spawnattr_setsigmask(&attributes, &signals)
  for number in [SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&signals, number) }
  unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
  unsafe posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

  var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
  defer { for index in unsafe words.indices { unsafe free(words[index]) } }
  var child: pid_t = 0
  let failure = unsafe posix_spawnp(&child, arguments[0], &actions, &attributes, &words, environ)
  guard failure == 0 else { throw SystemError("run", arguments[0], code: failure) }
  return child
}

/// Puts all the input that the pipe takes (64 KB, up to 1 MB where the system allows it) there
/// before the program starts: if we are killed, it has read the whole, not half a mail.
/// - Returns: how many bytes that was.
private func fill(_ inlet: Int32, with input: [UInt8]) -> Int {
  let setPipeSize: Int32 = 1031
  _ = fcntl(inlet, F_SETFL, O_NONBLOCK)
  if input.count > 65536 { _ = fcntl(inlet, setPipeSize, Int32(min(input.count, 1 << 20))) }
  return max(unsafe input.withUnsafeBytes { unsafe write(inlet, $0.baseAddress, $0.count) }, 0)
}

/// Feeds and reads the child without blocking on either, until it ends or its time is over.
private func converse(
  with child: pid_t, input: ArraySlice<UInt8>, into inlet: inout Int32, from outlet: Int32,
  seconds: Int, most: Int, program: String
) throws(SystemError) -> (end: ProgramEnd, output: [UInt8]) {
  let deadline = monotonicMicroseconds() + seconds * 1_000_000
  var output: [UInt8] = []
  var sent = 0
  if outlet >= 0 { _ = fcntl(outlet, F_SETFL, O_NONBLOCK) }
  while true {
    if inlet >= 0 {
      if sent == input.count {
        close(inlet)
        inlet = -1
      } else {
        let count = unsafe input.withUnsafeBytes { buffer in
          unsafe write(inlet, buffer.baseAddress! + sent, buffer.count - sent)
        }
        if count > 0 { sent += count }
        if count < 0, errno == EPIPE { sent = input.count }
      }
    }
    if outlet >= 0 { drain(outlet, into: &output, most) }
    var status: Int32 = 0
    let ended = unsafe waitpid(child, &status, WNOHANG)
    if ended == child {
      if outlet >= 0 { drain(outlet, into: &output, most) }
      return (ProgramEnd(waitStatus: status), output)
    }
    if ended < 0, errno != EINTR { throw SystemError("wait for", program) }
    if monotonicMicroseconds() > deadline {
      kill(child, SIGKILL)
      unsafe waitpid(child, &status, 0)
      return (.timedOut, output)
    }
    sleepMilliseconds(1)
  }
}

private func drain(_ descriptor: Int32, into output: inout [UInt8], _ most: Int) {
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe chunk.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count > 0 else { return }
    output += chunk[..<min(count, most - output.count)]
  }
}

/// The two ends of a pipe, reading end first, closed in other programs.
func openPipe(_ program: String) throws(SystemError) -> [Int32] {
  var ends: [Int32] = [-1, -1]
  guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", program) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return ends
}
