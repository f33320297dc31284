/// Character references: `&amp;`, `&#39;`, `&#x3042;`.
enum References {
  private static let named = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
    "copy": "©", "hellip": "…", "ensp": "\u{2002}", "emsp": "\u{2003}",
  ]

  /// The text that `bytes` stand for.
  ///
  /// A reference that is not known here stays as it is written.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(Byte.ampersand) else { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    var rest = bytes
    while let start = rest.firstIndex(of: Byte.ampersand) {
      text += String(decoding: rest[..<start], as: UTF8.self)
      let name = rest[(start + 1)...].prefix { Byte.isName($0) || $0 == UInt8(ascii: "#") }
      if name.endIndex < rest.endIndex, rest[name.endIndex] == Byte.semicolon,
        let character = character(String(decoding: name, as: UTF8.self))
      {
        text += character
        rest = rest[(name.endIndex + 1)...]
      } else {
        text += "&"
        rest = rest[(start + 1)...]
      }
    }
    return text + String(decoding: rest, as: UTF8.self)
  }

  private static func character(_ name: String) -> String? {
    guard name.hasPrefix("#") else { return named[name] }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == "x" || digits.first == "X"
    let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
