extension String {
  /// The form in which names are compared in a search: half-width lower-case letters, full-width
  /// katakana (small ヶ as ケ), without spaces, marks of shape and U+30FB. Never stored or shown.
  public func searchKey() -> String {
    var result = String.UnicodeScalarView()
    for scalar in fullWidthKana().joiningVoiceMarks().katakana().halfWidth().unicodeScalars {
      switch scalar {
      case "ヶ": result.append("ケ")
      case "A"..."Z": result.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
      case "・": break
      default:
        if !scalar.isSpace && !scalar.properties.isDefaultIgnorableCodePoint {
          result.append(scalar)
        }
      }
    }
    return String(result)
  }

  /// ASCII letters in lower case, the rest as it is: how login IDs and addresses are compared.
  func lowerCaseASCII() -> String {
    mapScalars { ("A"..."Z").contains($0) ? Unicode.Scalar(UInt8($0.value) | 0x20) : $0 }
  }
}
