// Full and half width. A table of their own: the compatibility forms of Unicode (NFKC) would change
// kanji and letters in names, too.

/// How far a full-width sign (！ to ～, U+FF01–FF5E) is from its ASCII form.
private let widthDistance: UInt32 = 0xFEE0

/// U+FF61–FF9F in order: what the half-width forms of JIS X 0201 are in full width.
private let wideKana = Array(
  "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
    .unicodeScalars)

extension Unicode.Scalar {
  /// The half-width form of a full-width letter, digit, sign or space; any other as it is.
  var narrow: Unicode.Scalar {
    switch value {
    case 0xFF01...0xFF5E: Unicode.Scalar(value - widthDistance) ?? self
    case 0x301C: "~"
    default: isBlank ? " " : self
    }
  }

  /// The full-width form of an ASCII letter, digit, sign or space; any other as it is.
  var wide: Unicode.Scalar {
    switch value {
    case 0x21...0x7E: Unicode.Scalar(value + widthDistance) ?? self
    default: isBlank ? "\u{3000}" : self
    }
  }
}

extension String {
  /// Full-width letters, digits, signs and spaces in half width; kana stay.
  func halfWidth() -> String {
    guard !kinds.isDisjoint(with: [.wide, .wideSpace, .other]) else { return self }
    return mapScalars(\.narrow)
  }

  /// Half-width letters, digits, signs, spaces and kana in full width (A→Ａ, ｱ→ア, ｶﾞ→ガ).
  func fullWidth() -> String {
    let text = fullWidthKana()
    guard !text.kinds.isDisjoint(with: [.ascii, .space, .other]) else { return text }
    return text.mapScalars(\.wide)
  }

  /// Half-width kana and their signs in full width, the rest as it is.
  func fullWidthKana() -> String {
    guard kinds.contains(.narrowKana) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0xFF9E where result.joinLast("\u{3099}"), 0xFF9F where result.joinLast("\u{309A}"): break
      case 0xFF61...0xFF9F: result.append(wideKana[Int(scalar.value - 0xFF61)])
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
