import FastCGI
import MariaDB
import Platform

/// What one program counts for `/metrics`: a file of its name in METRICS_DIR, shared by all its
/// processes of this host. Without the folder nothing is counted.
///
/// The file is a row of 64-bit numbers in the machine's byte order (`od -A d -t u8 FILE` shows
/// them), each at the place that `Word` names; the answers with a status stand at the place of its
/// number, so that 303 counts the answers "303 See Other". A program in another language that takes
/// a screen's place may keep the same file: it adds under an exclusive flock() what our atomic
/// additions add without.
public final class ProgramCounters {
  /// The place of each number that is no status.
  public enum Word: Int, Sendable {
    /// The version of this order: 1.
    case version = 0
    /// When the newest process started, in seconds since 1970; how many were started.
    case startedAt, starts
    /// From a request's arrival to its answer, all added up.
    case microseconds
    /// The first of the numbers that count answers by the time they took: `bounds`.
    case firstBucket
    case statements = 20
    case databaseMicroseconds, unreachable, conflicts, otherFailures
    /// `mailer` only: its last turn, its last housekeeping, in seconds since 1970; its mails.
    case turnedAt = 30
    case sweptAt, mailsSent, mailsRefused, mailsAbandoned
  }

  /// The statuses of answers, each at the place of its number.
  static let statuses = 100..<600
  /// Upper ends of the times by which answers are counted, in microseconds. A longer one is in none.
  static let bounds = [
    5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
  ]
  static let suffix = ".counters"

  private let counters: SharedCounters

  /// Nil where the folder is missing: nobody wants it counted.
  public init?(_ settings: Settings, program: String) {
    let folder = settings.metricsFolder
    guard !folder.isEmpty, isFile(folder) else { return nil }
    do throws(SystemError) {
      counters = try SharedCounters(
        "\(folder)/\(program)\(Self.suffix)", count: Self.statuses.upperBound)
    } catch {
      log(.warning, "counters.closed", program: program, [("reason", "\(error)")])
      return nil
    }
    set(.version, to: 1)
    set(.startedAt, to: secondsNow())
    add(1, to: .starts)
  }

  /// Counts a request that is over, and what was asked of the database for it.
  func count(_ done: DoneRequest, _ amount: DatabaseUse.Amount) {
    // The total first: a reader never finds more answers of a time than answers.
    counters.add(1, to: Self.statuses.contains(done.status) ? done.status : 500)
    if let place = Self.bounds.firstIndex(where: { done.microseconds <= $0 }) {
      counters.add(1, to: Word.firstBucket.rawValue + place)
    }
    add(done.microseconds, to: .microseconds)
    count(amount)
  }

  /// Counts what was asked of the database.
  public func count(_ amount: DatabaseUse.Amount) {
    add(amount.statements, to: .statements)
    add(amount.microseconds, to: .databaseMicroseconds)
    add(amount.unreachable, to: .unreachable)
    add(amount.conflicts, to: .conflicts)
    add(amount.others, to: .otherFailures)
  }

  /// Adds to a number.
  public func add(_ amount: Int, to word: Word) {
    counters.add(amount, to: word.rawValue)
  }

  /// Sets a number.
  public func set(_ word: Word, to value: Int) {
    counters.set(word.rawValue, to: value)
  }
}

/// One program's numbers, as they stood when its file was read.
struct ProgramFigures {
  let program: String
  private let words: [Int]

  /// The figures of every program that counts in this folder, by name.
  static func all(in folder: String) -> [ProgramFigures] {
    let names = (try? namesInFolder(folder)) ?? []
    return names.prefix(200).compactMap { file in
      guard file.hasSuffix(ProgramCounters.suffix) else { return nil }
      let name = String(file.dropLast(ProgramCounters.suffix.count))
      return ProgramFigures(name, (try? SharedCounters.numbers(in: "\(folder)/\(file)")) ?? [])
    }
  }

  /// Nil where the file is not one of this order, or its name none of a program.
  init?(_ program: String, _ words: [Int]) {
    guard words.count >= ProgramCounters.statuses.upperBound, words[0] == 1,
      (1...32).contains(program.utf8.count),
      program.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
    else { return nil }
    self.program = program
    self.words = words
  }

  subscript(word: ProgramCounters.Word) -> Int { words[word.rawValue] }

  /// The statuses that were answered, with how often.
  var answers: [(status: Int, count: Int)] {
    ProgramCounters.statuses.filter { words[$0] > 0 }.map { ($0, words[$0]) }
  }

  /// How many answers there were, and how many took no longer than each of the bounds.
  var times: (count: Int, within: [Int]) {
    let count = answers.reduce(0) { $0 + $1.count }
    var sum = 0
    let first = ProgramCounters.Word.firstBucket.rawValue
    return (
      count,
      ProgramCounters.bounds.indices.map { place in
        sum += words[first + place]
        return min(sum, count)
      }
    )
  }
}
