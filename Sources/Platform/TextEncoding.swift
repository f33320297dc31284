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

private func convert(_ bytes: [UInt8], from: String, to: String) -> [UInt8]? {
  let converter = unsafe iconv_open(to, from)
  guard Int(bitPattern: converter) != -1 else { return nil }
  defer { unsafe iconv_close(converter) }
  var input = bytes.map { CChar(bitPattern: $0) }
  var output = [CChar](repeating: 0, count: bytes.count * 3 + 16)
  var left = input.count
  var room = output.count
  let failed = unsafe input.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      var from = source.baseAddress
      var into = target.baseAddress
      return unsafe iconv(converter, &from, &left, &into, &room) == Int.max.magnitude * 2 + 1
    }
  }
  guard !failed, left == 0 else { return nil }
  return output[..<(output.count - room)].map { UInt8(bitPattern: $0) }
}
