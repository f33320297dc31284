/// A file that came with a form.
public struct UploadedFile: Equatable, Sendable {
  public let field: String
  /// The name it had on the person's machine: never used as a path.
  public let name: String
  public let content: [UInt8]
}

/// Reads `multipart/form-data` (RFC 7578).
struct Multipart {
  private(set) var values = FormValues()
  private(set) var files: [UploadedFile] = []

  /// Throws for anything that is not exactly parts between boundaries, ended by the last one.
  init(_ body: [UInt8], boundary: String) throws(RequestError) {
    guard !boundary.isEmpty, boundary.utf8.count <= 70 else { throw .malformed }
    let delimiter = Array("\r\n--\(boundary)".utf8)
    // The first boundary has no line end before it.
    var position = 0
    guard body.starts(with: delimiter[2...]) else { throw .malformed }
    position = delimiter.count - 2
    while true {
      let rest = body[position...]
      if rest.starts(with: Array("--".utf8)) { return }
      guard rest.starts(with: Array("\r\n".utf8)) else { throw .malformed }
      position += 2
      guard let end = find(delimiter, in: body[...], from: position) else { throw .malformed }
      try takePart(body[position..<end])
      position = end + delimiter.count
    }
  }

  private mutating func takePart(_ part: ArraySlice<UInt8>) throws(RequestError) {
    guard values.pairs.count + files.count < FormValues.mostPairs else { throw .malformed }
    let blank = Array("\r\n\r\n".utf8)
    guard let headEnd = find(blank, in: part, from: part.startIndex) else { throw .malformed }
    guard let head = String(validating: part[..<headEnd], as: UTF8.self) else { throw .malformed }
    let content = part[(headEnd + blank.count)...]
    for line in head.split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed }
      guard line[..<colon].lowercased() == "content-disposition" else { continue }
      let disposition = String(line[line.index(after: colon)...])
      guard let name = parameter("name", of: disposition) else { throw .malformed }
      if let file = parameter("filename", of: disposition) {
        files.append(UploadedFile(field: name, name: file, content: Array(content)))
      } else {
        guard let text = String(validating: content, as: UTF8.self) else { throw .malformed }
        values.append(name, text)
      }
      return
    }
    throw .malformed
  }
}

/// The value of `name="…"` in a header. Browsers write `"` inside as `%22`; a `;` inside is part of
/// the value.
func parameter(_ name: String, of header: String) -> String? {
  var isQuoted = false
  let pieces = header.split {
    if $0 == "\"" { isQuoted.toggle() }
    return $0 == ";" && !isQuoted
  }
  for piece in pieces.dropFirst() {
    guard let equals = piece.firstIndex(of: "=") else { continue }
    let key = piece[..<equals].filter { $0 != " " && $0 != "\t" }.lowercased()
    guard key == name else { continue }
    let value = piece[piece.index(after: equals)...]
    return value.hasPrefix("\"") && value.hasSuffix("\"") && value.utf8.count > 1
      ? String(value.dropFirst().dropLast()) : String(value)
  }
  return nil
}

/// The first place of `needle` at or after `start`.
private func find(
  _ needle: [UInt8], in bytes: ArraySlice<UInt8>, from start: Int
) -> Int? {
  guard bytes.endIndex - start >= needle.count else { return nil }
  var position = start
  let last = bytes.endIndex - needle.count
  while position <= last {
    if bytes[position] == needle[0],
      bytes[position..<(position + needle.count)].elementsEqual(needle)
    {
      return position
    }
    position += 1
  }
  return nil
}
