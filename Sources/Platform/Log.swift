// One line an event, in logfmt, on standard error. Never names, addresses, passwords or tokens.

/// How much an event matters to the operator.
public enum LogLevel: String, Sendable {
  case info, warning, error
}

/// Writes a line: time (UTC), level, program, event, then the fields as `key=value`.
public func log(
  _ level: LogLevel, _ event: StaticString, program: String,
  _ fields: [(key: StaticString, value: String)] = []
) {
  var line = LogLine(level, event, program: program)
  for field in fields { line.add(field.key, field.value) }
  line.write()
}

/// A line of the log in the making.
public struct LogLine {
  private var bytes: [UInt8] = []

  /// Begins with the time, the level, the program and the event.
  public init(_ level: LogLevel, _ event: StaticString, program: String) {
    bytes.reserveCapacity(256)
    bytes.append(words: "time=")
    bytes.append(time: secondsNow())
    bytes.append(words: " level=")
    bytes.append(text: level.rawValue)
    bytes.append(words: " program=")
    bytes.append(text: program)
    bytes.append(words: " event=")
    bytes.append(words: event)
  }

  /// Adds `key=value`, nothing for an empty value. One with anything but plain printable ASCII is
  /// quoted, and what could end the line is replaced: nobody's input can forge a line.
  public mutating func add(_ key: StaticString, _ value: String) {
    guard !value.isEmpty else { return }
    begin(key)
    guard Self.isPlain(value) else { return addQuoted(value) }
    let start = bytes.count
    bytes.append(text: value)
    bytes.removeLast(max(0, bytes.count - start - longestLogValue))
  }

  /// Adds `key=number`.
  public mutating func add(_ key: StaticString, _ number: Int) {
    begin(key)
    bytes.append(number: number)
  }

  /// Writes the line to standard error in a single write, so that lines of several processes do not
  /// mix.
  public consuming func write() {
    bytes.append(0x0A)
    try? writeAll(2, bytes, path: "standard error")
  }

  /// The line without its end.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  private mutating func begin(_ key: StaticString) {
    bytes.append(0x20)
    bytes.append(words: key)
    bytes.append(UInt8(ascii: "="))
  }

  private mutating func addQuoted(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in value.unicodeScalars.prefix(longestLogValue) {
      if bends(scalar) {
        bytes.append(0x20)
        continue
      }
      if scalar == "\"" || scalar == "\\" { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(contentsOf: scalar.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isPlain(_ value: String) -> Bool {
    let bytes = value.utf8Span.span
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "=") else {
        return false
      }
    }
    return true
  }
}

/// Characters of a value after which it is cut.
let longestLogValue = 2000

/// Whether some reader of the log would take the character for the end of a line, or show others
/// elsewhere than they stand: controls (C0, DEL, C1 with NEL), U+2028 and U+2029, what turns the
/// direction of writing, what has no width.
func bends(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
    0xFFF9...0xFFFB:
    true
  default: false
  }
}

/// `2026-11-22T05:26:08Z` for seconds since 1970.
public func utcTimestamp(_ seconds: Int) -> String {
  var bytes: [UInt8] = []
  bytes.append(time: seconds)
  return String(decoding: bytes, as: UTF8.self)
}

/// The calendar day, in UTC, of seconds since 1970. (Days are counted from 1 March of year 0, so
/// that the leap day is the last of its year.)
public func civilDay(_ seconds: Int) -> (year: Int, month: Int, day: Int) {
  let days = floorDivide(seconds, 86400) + 719_468
  let era = floorDivide(days, 146_097)
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  return (
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1
  )
}

func floorDivide(_ value: Int, _ by: Int) -> Int {
  value >= 0 ? value / by : -((-value + by - 1) / by)
}

/// A number with leading zeros.
public func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
