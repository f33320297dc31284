/// An e-mail address as people have them: the addresses that HTML's `type=email` takes, so also
/// `a..b@docomo.ne.jp` and `a.@ezweb.ne.jp`, which carriers gave out although RFC 5321 has no such.
/// No quoted part, no address literal, nothing outside ASCII. Whether mail arrives is not known
/// until it does. A local part may begin with `-`: never hand one to a program as an argument.
public struct EmailAddress: ExactText, TypedValue {
  /// As typed, in half width.
  public let text: String
  /// The form that is unique and looked for: lower case.
  public var key: String { text.lowerCaseASCII() }

  /// Reads an address; full-width characters and dashes become half-width.
  public init(_ typed: TypedText) throws(Refusal) {
    let folded = typed.folded(but: .ascii) { text in
      text.mapScalars { $0.isDash ? "-" : $0.narrow }
    }.text
    guard folded.utf8.count <= Self.longest else { throw .tooLong(Self.longest) }
    let parts = folded.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else {
      throw Self.refusal
    }
    text = folded
  }

  static let longest = 254
  private static let refusal = Refusal("「name@example.jp」のような形で、半角で入力してください。")
  private typealias Part = Substring.UTF8View

  private static func isLocalPart(_ part: Part) -> Bool {
    (1...64).contains(part.count)
      && part.allSatisfy { isLetterOrDigit($0) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
  }

  private static func isDomain(_ part: Part) -> Bool {
    let labels = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    // All digits at the end would be an address without its brackets.
    guard labels.count >= 2, labels.last?.allSatisfy({ (0x30...0x39).contains($0) }) == false else {
      return false
    }
    return labels.allSatisfy { label in
      (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
        && label.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D }
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}

extension Rule where Value == EmailAddress {
  /// An e-mail address of at most 254 characters.
  public static var email: Rule {
    Rule(longest: EmailAddress.longest) { typed throws(Refusal) in try EmailAddress(typed) }
  }
}
