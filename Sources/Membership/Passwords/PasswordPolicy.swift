/// Which passwords an association takes (`PASSWORD_POLICY` in the settings). All of them ask for
/// printable ASCII, at most 128 characters, nothing common and nothing built from its owner.
public enum PasswordPolicy: String, Sendable, CaseIterable {
  /// The present system's: 8 characters with a letter, a digit and a symbol.
  case mamis8
  /// 厚生労働省's guideline for medical information systems: 13 with the same three kinds.
  case mhlw13
  /// NIST SP 800-63B-4: 15 of any kind.
  case nist15

  /// Kinds of characters of which a password may have to contain one each.
  public enum Kind: String, Sendable, CaseIterable {
    case letter = "英字"
    case digit = "数字"
    case symbol = "記号"

    /// A space is of no kind.
    func contains(_ byte: UInt8) -> Bool {
      switch self {
      case .letter: PasswordFolding.isLetter(byte)
      case .digit: PasswordFolding.isDigit(byte)
      case .symbol:
        (0x21...0x7E).contains(byte) && !Kind.letter.contains(byte) && !Kind.digit.contains(byte)
      }
    }
  }

  /// The longest that is taken, in characters: more would only cost time to hash.
  public static let longest = 128

  /// The fewest characters.
  public var minimum: Int {
    switch self {
    case .mamis8: 8
    case .mhlw13: 13
    case .nist15: 15
    }
  }

  /// The kinds of which each must occur.
  public var kinds: [Kind] { self == .nist15 ? [] : Kind.allCases }

  /// The page's sentence about what to choose.
  public var wording: String {
    let length = "\(minimum)文字以上\(Self.longest)文字以内"
    return kinds.isEmpty
      ? "\(length)で設定してください。半角の英字、数字、記号、空白を使えます（文字の種類は問いません）。"
      : "半角の英字、数字、記号をそれぞれ1文字以上使い、\(length)で設定してください。"
  }

  /// What to do about each thing wrong with a new password, as `Refusal.advice`; empty where it
  /// may be used.
  public func problems(_ password: Password, context: PasswordContext) -> [Refusal] {
    let bytes = PasswordFolding.lowerCase(password.typed)
    guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return [Self.fullWidth] }
    guard bytes.count <= Self.longest else { return [.tooLong(Self.longest)] }
    var problems: [Refusal] = []
    if bytes.count < minimum { problems.append(Refusal("\(minimum)文字以上にしてください。")) }
    let lacking = kinds.filter { !bytes.contains(where: $0.contains) }
    if !lacking.isEmpty {
      let names = lacking.map { "半角の\($0.rawValue)" }.joined(separator: "と")
      problems.append(Refusal("\(names)を1文字以上入れてください。"))
    }
    if let isFirstTime = context.isFirstTime, let first = FirstTimePassword(password),
      isFirstTime(first)
    {
      problems.append(Self.firstTime)
    } else if context.isBuilt(bytes) {
      problems.append(Self.built)
    } else if context.common.contains(bytes) {
      problems.append(Self.common)
    }
    return problems
  }

  private static let fullWidth = Refusal(
    "日本語入力をオフにして、半角の英字・数字・記号だけで入力してください（全角文字は使えません）。")
  private static let common = Refusal("よく使われていて推測されやすいため、別のものにしてください。")
  private static let built = Refusal(
    "ログインID、氏名、メールアドレスや、このシステムに関わる言葉を使わない、推測されにくいものにしてください。")
  private static let firstTime = Refusal("ハガキでお知らせした初回パスワードとは別のものにしてください。")
}
