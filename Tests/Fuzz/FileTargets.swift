// Files and mails: CSV, CP932, messages, settings, log lines.

@testable import Membership
@testable import Platform

/// What was read and is written is read as the same.
func fuzzCSV(_ bytes: [UInt8]) {
  guard var reader = try? CSVReader(fromOffice: bytes) else { return }
  var records: [[String]] = []
  while let record = try? reader.next() { records.append(record.fields) }
  var writer = CSVWriter()
  // As every file of ours: without one, a first record may be a line `sep=…`.
  writer.write(["heading"])
  for record in records { writer.write(record) }
  var again = CSVReader(writer.take())
  promise((try? again.next())?.fields == ["heading"], "the heading comes first")
  for record in records where record != [""] {
    let fields = (try? again.next())?.fields.map(CSVFormula.original)
    promise(
      fields.map { zip($0, record).allSatisfy { $0.0.isExactly($0.1) } && $0.count == record.count }
        == true, "a record survives being written")
  }
}

/// What CP932 can say it says back.
func fuzzCP932(_ bytes: [UInt8]) {
  if let decoded = decodeCP932(bytes), let encoded = encodeCP932(decoded) {
    promise(decodeCP932(encoded)?.isExactly(decoded) == true, "encoded and decoded, the same")
  }
  var lacking = 0
  let plain = String(decoding: bytes, as: UTF8.self)
  _ = encodeCP932(Array(plain.utf8), lacking: &lacking)
  promise(lacking >= 0 && lacking <= plain.unicodeScalars.count, "no more is lacking than there is")
}

/// The first line is the subject, the rest the body: the message is plain ASCII in short lines, and
/// nothing typed makes a header.
func fuzzMail(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  let lines = typed.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
  let (subject, body) = (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
  let message = encoder.message(
    id: "1", date: "Sun, 22 Nov 2026 14:45:45 +0900", to: recipient, subject: subject, body: body)
  promise(message.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }, "plain ASCII")
  let all = message.split(separator: 0x0A, omittingEmptySubsequences: false)
  promise(all.allSatisfy { $0.count <= 78 }, "lines of at most 78 columns")
  let headers = all.prefix { !$0.isEmpty }.filter { $0.first != 0x20 }
  promise(headers.count == 9, "nine headers, whatever was typed: \(headers.count)")
}

private let recipient: MailAddress = {
  do { return try MailAddress("a..b@docomo.ne.jp") } catch { fatalError("\(error)") }
}()

private let encoder: MessageEncoder = {
  let sender = Sender(
    systemName: "会員情報システム", associationName: "〇〇医師会", contactLines: "",
    baseURL: "https://members.example.jp", from: "noreply@example.jp")
  do { return try MessageEncoder(sender) } catch { fatalError("\(error)") }
}()

/// A file of settings is read or refused.
func fuzzSettings(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  _ = try? EnvironmentFile.read(typed, path: "fuzz.env")
}

/// What stands before and after a byte 0xFF are two values, no UTF-8 among them: the line is one
/// line for every reader, and a reader of logfmt finds both values and nothing else.
func fuzzLog(_ bytes: [UInt8]) {
  let parts = bytes.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false)
  let first = String(decoding: parts[0], as: UTF8.self)
  let second = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
  var made = LogLine(.info, "fuzz", program: "fuzz")
  made.add("first", first)
  made.add("second", second)
  made.add("last", 1)
  let line = made.text
  promise(!line.unicodeScalars.contains(where: bends), "nothing ends or turns the line")
  guard let pairs = readLogLine(line) else { return promise(false, "it is logfmt: \(line)") }
  let written = [("first", first), ("second", second), ("last", "1")].filter { !$0.1.isEmpty }
  promise(
    pairs.map(\.key) == ["time", "level", "program", "event"] + written.map(\.0),
    "the keys are ours: \(pairs)")
  for (read, (_, value)) in zip(pairs.dropFirst(4), written) {
    let shown = value.unicodeScalars.prefix(longestLogValue).map { bends($0) ? " " : $0 }
    promise(Array(read.value.unicodeScalars) == shown, "a value is read as it was: \(read)")
  }
}

/// The pairs of a line in logfmt; nil where it is none.
private func readLogLine(_ line: String) -> [(key: String, value: String)]? {
  var rest = line.unicodeScalars[...]
  var pairs: [(key: String, value: String)] = []
  while true {
    let key = rest.prefix { $0 != "=" && $0 != " " && $0 != "\"" }
    rest = rest.dropFirst(key.count)
    guard !key.isEmpty, rest.popFirst() == "=" else { return nil }
    var value = String.UnicodeScalarView()
    if rest.first == "\"" {
      rest.removeFirst()
      while rest.first != "\"" {
        guard let next = rest.popFirst(), let plain = next == "\\" ? rest.popFirst() : next
        else { return nil }
        value.append(plain)
      }
      rest.removeFirst()
    } else {
      while let next = rest.first, next != " " {
        guard next != "\"", next != "=" else { return nil }
        value.append(next)
        rest.removeFirst()
      }
    }
    pairs.append((String(key), String(value)))
    guard let separator = rest.popFirst() else { return pairs }
    guard separator == " " else { return nil }
  }
}
