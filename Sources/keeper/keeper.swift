// keeper - keep several processes of one program running on the socket that it was given.
//
//   keeper PROGRAM [ARGUMENT…]      standard input, output and error are the program's, too
//        SIGTERM  all end after the request in hand, then the keeper
//        SIGHUP   one by one they make room for what PROGRAM is now. If that does not start, the
//                 old ones go on
//
// PROCESSES says how many there are (2). One that ended is started again: at once if it had worked,
// else after a pause that grows. Ends with 78 when none of them can work with its settings, page or
// database (they said why in the log): another try would not help.

import Platform

@main
struct Keeper {
  static func main() {
    let program = [String](CommandLine.arguments.dropFirst())
    guard !program.isEmpty,
      let count = Int(environmentVariable("PROCESSES") ?? "2"), (1...999).contains(count)
    else {
      log(.error, "start.failed", program: "keeper", [("reason", "PROCESSES or PROGRAM is wrong")])
      leave(status: 78)
    }
    holdNotices()
    var herd = Herd(program: program, count: count)
    while true {
      herd.fill()
      switch nextNotice(milliseconds: herd.isWaiting ? 100 : nil) {
      case .end: leave(status: herd.end())
      case .replace: herd.replaceAll()
      case .childEnded: while let (process, end) = nextEndedChild() { herd.note(process, end) }
      case nil: break
      }
      if herd.isHopeless { leave(status: Keeper.cannotWork) }
      herd.goOn()
    }
  }

  /// The exit status of a program whose settings, page or database are not what it needs.
  static let cannotWork: Int32 = 78
}

/// The processes of one program.
private struct Herd {
  /// Microseconds after which a process counts as one that works.
  static let proof = 1_000_000
  /// Microseconds before one that did not work is tried again; doubled up to the second value.
  static let pause = (first: 1_000_000, most: 30_000_000)

  let program: [String]
  let count: Int

  /// Process numbers, with the time of their start.
  private var working: [Int32: Int] = [:]
  /// Asked to end, with the work in hand.
  private var leaving: Set<Int32> = []
  /// Of an older PROGRAM, still at work.
  private var outdated: [Int32] = []
  /// Started in the place of the first of `outdated`, and not proven yet.
  private var newcomer: Int32?
  private var pause = 0
  private var nextStart = 0
  private var refusals = 0

  init(program: [String], count: Int) {
    self.program = program
    self.count = count
  }

  /// Whether something happens without a signal.
  var isWaiting: Bool { working.count < count || newcomer != nil }

  /// Whether every process that was started last could not work, and none is left.
  var isHopeless: Bool { working.isEmpty && leaving.isEmpty && refusals >= count }

  /// Starts what is missing, when its time has come.
  mutating func fill() {
    while working.count < count, monotonicMicroseconds() >= nextStart, start() != nil {}
  }

  /// Notes that a process ended.
  mutating func note(_ process: Int32, _ end: ProgramEnd) {
    if leaving.remove(process) != nil { return }
    guard let since = working.removeValue(forKey: process) else { return }
    outdated.removeAll { $0 == process }
    if end != .status(0) {
      tell(.warning, "process.ended", [("process", "\(process)"), ("end", "\(end)")])
    }
    let cannotWork = end == .status(Keeper.cannotWork)
    let hasWorked = !cannotWork && monotonicMicroseconds() - since >= Self.proof
    refusals = cannotWork ? refusals + 1 : 0
    if process == newcomer {
      newcomer = nil
      outdated = []
      tell(.error, "replacement.failed", [("left", "\(working.count)")])
    } else if hasWorked {
      pause = 0
    } else {
      wait()
    }
  }

  /// No start for a while: once for all that ended together.
  private mutating func wait() {
    guard monotonicMicroseconds() >= nextStart else { return }
    pause = min(max(pause * 2, Self.pause.first), Self.pause.most)
    nextStart = monotonicMicroseconds() + pause
  }

  /// Begins to replace every process that works now.
  mutating func replaceAll() {
    newcomer = nil
    outdated = working.keys.sorted()
  }

  /// The next step of a replacement: one more first, then one less.
  mutating func goOn() {
    if let newcomer, let since = working[newcomer] {
      guard monotonicMicroseconds() - since >= Self.proof else { return }
      self.newcomer = nil
      if !outdated.isEmpty { dismiss(outdated.removeFirst()) }
      if outdated.isEmpty { tell(.info, "replaced", [("processes", "\(working.count)")]) }
    }
    if newcomer == nil, !outdated.isEmpty { newcomer = start() }
  }

  /// Ends all, and waits for it.
  mutating func end() -> Int32 {
    for process in working.keys { dismiss(process) }
    while !leaving.isEmpty {
      _ = nextNotice(milliseconds: nil)
      while let (process, _) = nextEndedChild() { leaving.remove(process) }
    }
    return 0
  }

  private mutating func start() -> Int32? {
    do {
      let process = try Platform.start(program)
      working[process] = monotonicMicroseconds()
      return process
    } catch {
      tell(.error, "start.failed", [("reason", "\(error)")])
      wait()
      outdated = []
      return nil
    }
  }

  private mutating func dismiss(_ process: Int32) {
    working[process] = nil
    leaving.insert(process)
    askToEnd(process)
  }

  private func tell(
    _ level: LogLevel, _ event: StaticString, _ fields: [(key: StaticString, value: String)]
  ) {
    let name = program[0].split(separator: "/").last.map { String($0) } ?? program[0]
    log(level, event, program: name, fields)
  }
}
