extension Unicode.Scalar {
  /// White space of any width, tabs and line ends among it: Unicode's White_Space, a set that never
  /// changes, without its tables.
  var isSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x85, 0x2028, 0x2029: true
    default: isBlank
    }
  }

  /// A space of any width: Unicode's category Zs.
  var isBlank: Bool {
    switch value {
    case 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// What copying from mails, tables and address books leaves at the ends of a text: white space,
  /// zero-width spaces and joiners, byte order marks, direction marks. Variation selectors are
  /// not among them: 辻󠄀 ends with one.
  var isOuterSpace: Bool {
    switch value {
    case 0x200B...0x200F, 0x2060, 0xFEFF: true
    default: isSpace
    }
  }

  /// 0–9 of ASCII: full-width digits are folded before anything is read.
  var isDigit: Bool { ("0"..."9").contains(self) }
}

extension StringProtocol {
  /// The text without the white space (of any width) and invisible marks at its ends.
  public func trimmingSpace() -> String {
    let text = String(self)
    guard !text.outerKinds.isDisjoint(with: .spaces) else { return text }
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isOuterSpace }),
      let last = scalars.lastIndex(where: { !$0.isOuterSpace })
    else { return "" }
    // Half open and by code points: a closed range of characters would take a joiner along.
    return String(text[first..<scalars.index(after: last)])
  }
}

extension String {
  /// True where every byte is one of ASCII: much that is done to Japanese texts leaves it alone.
  var isASCII: Bool { !hasByte { $0 >= 0x80 } }

  /// The text with each run of spaces made one `space`; tabs and line ends stay as they are, for
  /// the checks to refuse.
  func unitingSpaces(as space: Unicode.Scalar) -> String {
    guard !kinds.isDisjoint(with: .spaces) else { return self }
    var result = String.UnicodeScalarView()
    var follows = false
    for scalar in unicodeScalars {
      let isBlank = scalar.isBlank
      if !isBlank { result.append(scalar) } else if !follows { result.append(space) }
      follows = isBlank
    }
    return String(result)
  }

  /// The text made anew of the scalars that `change` gives for each of its own; mostly, it is the
  /// same.
  func mapScalars(_ change: (Unicode.Scalar) -> Unicode.Scalar) -> String {
    guard unicodeScalars.contains(where: { change($0) != $0 }) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(change(scalar)) }
    return String(result)
  }

  /// True where both are the same to the letter. Swift's own `==` takes U+FA10 and U+585A, two
  /// spellings of a name, for the same text.
  func isExactly(_ other: String) -> Bool {
    let (bytes, others) = (utf8.span, other.utf8.span)
    guard bytes.count == others.count else { return false }
    for place in bytes.indices where bytes[place] != others[place] { return false }
    return true
  }
}
