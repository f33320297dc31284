extension Unicode.Scalar {
  /// The many signs that look like a hyphen, U+30FC (ー) not among them.
  var isDash: Bool {
    switch value {
    case 0x2D, 0x2010...0x2015, 0x2212, 0x2500, 0xFE58, 0xFE63, 0xFF0D: true
    default: false
    }
  }

  /// ー of either width.
  fileprivate var isLongMark: Bool { value == 0x30FC || value == 0xFF70 }
}

extension String {
  /// Dashes of all kinds as `-`; ー (of either width) only after a digit, where an input method
  /// gives it for the same key.
  func foldingDashes() -> String {
    guard !kinds.isDisjoint(with: [.kanaMark, .wide, .narrowKana, .other]) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isDash = scalar.isDash || (scalar.isLongMark && result.last?.isDigit == true)
      result.append(isDash ? "-" : scalar)
    }
    return String(result)
  }
}
