/// What a person signs in with: 8–32 of `A–Z a–z 0–9 ! @ % & #` (screens.md §4).
public struct LoginID: ExactText, TypedValue {
  /// As typed, in half width.
  public let text: String
  /// The form that is unique and looked for: lower case.
  public var key: String { text.lowerCaseASCII() }

  /// Reads an ID; full-width characters become half-width.
  public init(_ typed: TypedText) throws(Refusal) {
    let folded = typed.folded(but: .ascii) { $0.halfWidth() }.text
    guard (Self.shortest...Self.longest).contains(folded.utf8.count),
      !folded.hasByte(where: { !Self.isAllowed($0) })
    else { throw Self.refusal }
    text = folded
  }

  /// The key to look up for anything typed into a login form, where the form of an ID is not
  /// checked: an ID that cannot be is simply unknown.
  public static func key(of typed: String) -> String {
    typed.trimmingSpace().halfWidth().lowerCaseASCII()
  }

  static let shortest = 8
  static let longest = 32
  private static let refusal = Refusal(
    "半角の英字・数字と記号（! @ % & #）を使い、8文字以上32文字以内で入力してください（例：nichii2026）。")

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "A"..."Z", "a"..."z", "0"..."9", "!", "@", "%", "&", "#": true
    default: false
    }
  }
}

extension Rule where Value == LoginID {
  /// A login ID to be registered.
  public static var loginID: Rule {
    Rule(longest: LoginID.longest) { typed throws(Refusal) in try LoginID(typed) }
  }
}
