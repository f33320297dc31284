/// What a new password is measured against: the list of common ones and its owner.
public struct PasswordContext: Sendable {
  /// The list of common passwords.
  public let common: CommonPasswords
  /// The login ID in half width; empty where it is not known.
  public let loginID: String
  /// The e-mail address in half width; empty where it is not known.
  public let email: String
  /// Names and their readings, former ones too; those in kana or Latin letters are looked for.
  public let names: [String]
  /// Whether it is the account's first-time password; nil where the account has none. Costs a
  /// hash, so it is asked only of what could be one.
  public let isFirstTime: (@Sendable (FirstTimePassword) -> Bool)?

  /// Everything that is known of the owner.
  public init(
    common: CommonPasswords, loginID: String = "", email: String = "", names: [String] = [],
    isFirstTime: (@Sendable (FirstTimePassword) -> Bool)? = nil
  ) {
    self.common = common
    self.loginID = loginID.halfWidth()
    self.email = email.halfWidth()
    self.names = names
    self.isFirstTime = isFirstTime
  }

  /// Letters of its own that a password with known words must have.
  private static let fewestOwnLetters = 5
  /// Shorter words stand in too many good passwords by chance.
  private static let shortestWord = 3

  /// The words of the system and of those who use it: first to be tried here, and nowhere else.
  private static let systemWords = words(
    Array(
      [
        "mamis", "ishikai", "nihonishikai", "nichii", "igakukai", "med", "jma", "doctor", "isha",
        "ishi", "sensei", "kaiin", "member", "hospital", "byouin", "clinic", "kurinikku", "iryou",
        "jimukyoku", "system", "sisutemu", "touroku", "login", "password", "pasuwado",
      ].joined(separator: "\n").utf8))

  /// The skeletons of words, each on a line.
  private static func words(_ lines: [UInt8]) -> WordList {
    WordList(Romaji.skeleton(latin: lines), shortest: shortestWord)
  }

  /// True where the password contains the login ID or the local part of the address, or is little
  /// more than names and words of the system: fewer than 5 letters are left without them.
  func isBuilt(_ password: Password) -> Bool {
    let lowered = PasswordFolding.lowerCase(password.typed)
    let chosen = [localPart, PasswordFolding.lowerCase(loginID)]
    if chosen.contains(where: { $0.count > Self.shortestWord && lowered.holds($0.span) }) {
      return true
    }
    let words = ownWords(chosen)
    return PasswordFolding.disguises(of: lowered).contains { reading in
      let skeleton = Romaji.skeleton(latin: reading)
      // Most passwords hold none of them, whichever is taken out first.
      guard words.stands(in: skeleton) || Self.systemWords.stands(in: skeleton) else {
        return false
      }
      let rest = (words.all + Self.systemWords.all).sorted { $0.count > $1.count }
        .reduce(skeleton) { $0.replacing($1, with: []) }
      return rest.count < skeleton.count
        && rest.count(where: PasswordFolding.isLetter) < Self.fewestOwnLetters
    }
  }

  private var localPart: [UInt8] {
    var address = PasswordFolding.lowerCase(email)
    if let at = address.firstIndex(of: UInt8(ascii: "@")) { address.removeSubrange(at...) }
    return address
  }

  /// The owner's own words: names, and what the owner chose.
  private func ownWords(_ chosen: [[UInt8]]) -> WordList {
    var lines: [UInt8] = []
    lines.reserveCapacity(Self.usualLength)
    for name in names {
      Romaji.append(kana: name, to: &lines)
      lines.append(WordList.separator)
    }
    for name in names where Self.mayHoldLatin(name) {
      let written = PasswordFolding.lowerCase(name.halfWidth())
      // Without a Latin letter, a name stands in no password.
      guard written.contains(where: PasswordFolding.isLetter) else { continue }
      lines += written
      lines.append(WordList.separator)
    }
    // The pieces between digits and signs: `taro.yamada75` has two.
    for text in chosen {
      for byte in text { lines.append(PasswordFolding.isLetter(byte) ? byte : WordList.separator) }
      lines.append(WordList.separator)
    }
    return Self.words(lines)
  }

  /// Room for the names and the address of most people.
  private static let usualLength = 128

  /// Kanji and kana have no byte of a letter, and none of the full-width forms' first.
  private static func mayHoldLatin(_ name: String) -> Bool {
    name.hasByte { PasswordFolding.isLetter($0) || $0 == 0xEF }
  }
}
