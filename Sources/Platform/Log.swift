// One line an event, in logfmt, on standard error. Never names, addresses, passwords or tokens.

/// How much an event matters to the operator.
public enum LogLevel: String, Sendable {
  case info, warning, error
}

/// Writes a line: time (UTC), level, program, event, then the fields as `key=value`. A value with
/// anything but plain printable ASCII is quoted, and what could end the line is replaced.
public func log(
  _ level: LogLevel, _ event: StaticString, program: String,
  _ fields: [(key: StaticString, value: String)] = []
) {
  writeLogLine(logLine(level, event, program: program, fields))
}

/// The line of an event.
func logLine(
  _ level: LogLevel, _ event: StaticString, program: String,
  _ fields: [(key: StaticString, value: String)]
) -> String {
  var line = "time=\(utcTimestamp(secondsNow())) level=\(level.rawValue) program=\(program)"
  line += " event=\(event)"
  for field in fields where !field.value.isEmpty {
    line += " \(field.key)=\(logValue(field.value))"
  }
  return line
}

/// Characters of a value after which it is cut.
let longestLogValue = 2000

private func logValue(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
  if isPlain { return String(text.unicodeScalars.prefix(longestLogValue)) }
  var quoted = "\""
  for scalar in text.unicodeScalars.prefix(longestLogValue) {
    switch scalar {
    case "\"", "\\": quoted += "\\" + String(scalar)
    case _ where bends(scalar): quoted += " "
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

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
  let day = civilDay(seconds)
  let rest = seconds - floorDivide(seconds, 86400) * 86400
  return "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
    + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
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

private func floorDivide(_ value: Int, _ by: Int) -> Int {
  value >= 0 ? value / by : -((-value + by - 1) / by)
}

/// A number with leading zeros.
public func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
