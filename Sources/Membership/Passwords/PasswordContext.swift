/// What a new password is measured against: the list of common ones and its owner.
public struct PasswordContext: Sendable {
  /// The list of common passwords.
  public let common: CommonPasswords
  /// What the owner chose, as it may stand in a password: the local part of the e-mail address, and
  /// the login ID; empty where they are not known.
  private let chosen: [ArraySlice<UInt8>]
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
    chosen = [
      PasswordFolding.lowerCase(email.halfWidth()).prefix { $0 != UInt8(ascii: "@") },
      PasswordFolding.lowerCase(loginID.halfWidth())[...],
    ]
    self.names = names
    self.isFirstTime = isFirstTime
  }

  /// Letters of its own that a password with known words must have.
  private static let fewestOwnLetters = 5
  /// Shorter words stand in too many good passwords by chance.
  private static let shortestWord = 3
  private static let lineEnd = UInt8(ascii: "\n")

  /// The words of the system and of those who use it: first to be tried here, and nowhere else.
  private static let systemWords = [
    "mamis", "ishikai", "nihonishikai", "nichii", "igakukai", "med", "jma", "doctor", "isha",
    "ishi", "sensei", "kaiin", "member", "hospital", "byouin", "clinic", "kurinikku", "iryou",
    "jimukyoku", "system", "sisutemu", "touroku", "login", "password", "pasuwado",
  ].map { word in
    let skeleton = Romaji.skeleton(latin: Array(word.utf8))
    return (skeleton: skeleton, letters: UnitSet(skeleton.span))
  }

  /// True where the password (in lower case) contains the login ID or the local part of the address,
  /// or is little more than names and words of the system: fewer than 5 letters are left without
  /// them.
  func isBuilt(_ password: [UInt8]) -> Bool {
    if chosen.contains(where: { $0.count > Self.shortestWord && password.holds($0.span) }) {
      return true
    }
    let readings = PasswordFolding.disguises(of: password).map(Romaji.skeleton)
    let words = words(of: readings.reduce(UnitSet()) { $0.union(UnitSet($1.span)) })
    return readings.contains { reading in
      // Most passwords hold none of them, whichever is taken out first.
      guard words.contains(where: { reading.holds($0.span) }) else { return false }
      let rest = words.sorted { $0.count > $1.count }
        .reduce(reading) { $0.replacing($1, with: []) }
      return rest.count(where: PasswordFolding.isLetter) < Self.fewestOwnLetters
    }
  }

  /// The skeletons of known words, as far as they can have no other `letters` than these: names,
  /// what the owner chose, and words of the system.
  private func words(of letters: UnitSet) -> [[UInt8]] {
    let lines = ownWords
    var words: [[UInt8]] = []
    var start = 0
    for end in lines.indices where lines[end] == Self.lineEnd {
      // A skeleton has two letters for one at most (zy for j).
      if 2 * (end - start) >= Self.shortestWord,
        Romaji.mayFold(lines.span.extracting(start..<end), into: letters)
      {
        let skeleton = Romaji.skeleton(latin: Array(lines[start..<end]))
        if skeleton.count >= Self.shortestWord { words.append(skeleton) }
      }
      start = end + 1
    }
    let system = Self.systemWords.span
    for place in system.indices where system[place].letters.isSubset(of: letters) {
      words.append(system[place].skeleton)
    }
    return words
  }

  /// The owner's own words: lines of names in Latin letters, and of what the owner chose.
  private var ownWords: [UInt8] {
    var lines: [UInt8] = []
    lines.reserveCapacity(Self.usualLength)
    for name in names {
      Romaji.append(kana: name, to: &lines)
      lines.append(Self.lineEnd)
    }
    for name in names where Self.mayHoldLatin(name) {
      let written = PasswordFolding.lowerCase(name.halfWidth())
      // Without a Latin letter, a name stands in no password.
      guard written.contains(where: PasswordFolding.isLetter) else { continue }
      lines += written
      lines.append(Self.lineEnd)
    }
    // The pieces between digits and signs: `taro.yamada75` has two.
    for text in chosen {
      for byte in text { lines.append(PasswordFolding.isLetter(byte) ? byte : Self.lineEnd) }
      lines.append(Self.lineEnd)
    }
    return lines
  }

  /// Room for the names and the address of most people.
  private static let usualLength = 128

  /// Kanji and kana have no byte of a letter, and none of the full-width forms' first.
  private static func mayHoldLatin(_ name: String) -> Bool {
    name.hasByte { PasswordFolding.isLetter($0) || $0 == 0xEF }
  }
}
