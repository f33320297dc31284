// Text that Excel saved: CP932, by glibc's iconv.

import Glibc

/// The text of these CP932 bytes (Excel's "Shift_JIS"), or nil if they are not.
public func decodeCP932(_ bytes: [UInt8]) -> String? {
  convert(bytes, from: "CP932", to: "UTF-8").map { String(decoding: $0, as: UTF8.self) }
}

/// The CP932 bytes of a text, or nil where a character has none.
public func encodeCP932(_ text: String) -> [UInt8]? {
  convert([UInt8](text.utf8), from: "UTF-8", to: "CP932")
}

/// The CP932 bytes of a UTF-8 text. A character that CP932 lacks becomes 〓; a mark on one that it
/// has (a variation selector, say) goes. Each counts in `lacking`.
public func encodeCP932(_ utf8: [UInt8], lacking: inout Int) -> [UInt8] {
  if let encoded = convert(utf8, from: "UTF-8", to: "CP932") { return encoded }
  var encoded: [UInt8] = []
  for line in utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
    if !encoded.isEmpty || line.startIndex > 0 { encoded.append(0x0A) }
    encodeCP932(line: line, &encoded, &lacking)
  }
  return encoded
}

private func encodeCP932(line: ArraySlice<UInt8>, _ encoded: inout [UInt8], _ lacking: inout Int) {
  var rest = line
  while !rest.isEmpty {
    let (bytes, taken) = convertPrefix(of: rest, from: "UTF-8", to: "CP932")
    encoded += bytes
    rest = rest.dropFirst(taken)
    let next = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first
    guard let next else { break }
    lacking += 1
    if !next.properties.isGraphemeExtend { encoded += [0x81, 0xAC] }
    rest = rest.dropFirst(String(next).utf8.count)
  }
}

private func convert(_ bytes: [UInt8], from: String, to: String) -> [UInt8]? {
  let (converted, taken) = convertPrefix(of: bytes[...], from: from, to: to)
  return taken == bytes.count ? converted : nil
}

/// What iconv makes of the bytes up to the first that it cannot convert, and how many those are.
private func convertPrefix(
  of bytes: ArraySlice<UInt8>, from: String, to: String
) -> (converted: [UInt8], taken: Int) {
  let converter = unsafe iconv_open(to, from)
  guard Int(bitPattern: converter) != -1 else { return ([], 0) }
  defer { unsafe iconv_close(converter) }
  var input = bytes.map { CChar(bitPattern: $0) }
  var output = [CChar](repeating: 0, count: bytes.count * 3 + 16)
  var left = input.count
  var room = output.count
  unsafe input.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      var from = source.baseAddress
      var into = target.baseAddress
      _ = unsafe iconv(converter, &from, &left, &into, &room)
    }
  }
  let converted = output[..<(output.count - room)].map { UInt8(bitPattern: $0) }
  return (converted, input.count - left)
}
