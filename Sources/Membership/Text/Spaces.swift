extension Unicode.Scalar {
  /// White space of any width, tabs and line ends among it.
  var isSpace: Bool { properties.isWhitespace }

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
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isOuterSpace }),
      let last = scalars.lastIndex(where: { !$0.isOuterSpace })
    else { return "" }
    // Half open and by code points: a closed range of characters would take a joiner along.
    return String(self[first..<scalars.index(after: last)])
  }
}

extension String {
  /// The text with each run of spaces made one `space`; tabs and line ends stay as they are, for
  /// the checks to refuse.
  func unitingSpaces(as space: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView()
    var follows = false
    for scalar in unicodeScalars {
      let isBlank = scalar.properties.generalCategory == .spaceSeparator
      if !isBlank { result.append(scalar) } else if !follows { result.append(space) }
      follows = isBlank
    }
    return String(result)
  }

  /// The text made anew of the scalars that `change` gives for each of its own.
  func mapScalars(_ change: (Unicode.Scalar) -> Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(change(scalar)) }
    return String(result)
  }

  /// True where both are the same to the letter. Swift's own `==` takes U+FA10 and U+585A, two
  /// spellings of a name, for the same text.
  func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
