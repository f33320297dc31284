/// The passwords that everybody tries first: a list of lower-case lines (sql/masters).
///
/// Only 64-bit hashes are held, sorted: 160 kB for 20,042 lines. That a good password has the hash
/// of a common one by chance happens once in 10^14.
public struct CommonPasswords: Sendable {
  private let hashes: [UInt64]

  /// Reads the bytes of a file, one password a line.
  public init(contents: [UInt8]) {
    hashes = contents.split { $0 == 0x0A || $0 == 0x0D }.map(Self.hash).sorted()
  }

  /// How many there are.
  public var count: Int { hashes.count }

  /// True for a password that is one of the list, or becomes one when it is read as people disguise
  /// them: upper case, @ for a, 0 for o, 1 for i or l, 3 for e, $ and 5 for s, digits and signs
  /// put in front or behind; and for one that only repeats a short piece or counts up or down.
  public func contains(_ password: Password) -> Bool {
    let whole = PasswordFolding.lowerCase(password.typed)
    return PasswordFolding.isRun(whole)
      || isRepeated(whole) || isRepeated(Array(PasswordFolding.core(of: whole)))
      || PasswordFolding.readings(of: whole).contains(where: has)
  }

  /// Shorter texts may repeat themselves in a good password.
  private static let shortestRepeated = 8

  /// True for one piece written twice or more, where the piece is short or itself common.
  private func isRepeated(_ text: [UInt8]) -> Bool {
    guard text.count >= Self.shortestRepeated, let period = PasswordFolding.period(of: text) else {
      return false
    }
    return period <= 4 || has(Array(text[..<period]))
  }

  private func has(_ text: [UInt8]) -> Bool {
    let wanted = Self.hash(text[...])
    var (low, high) = (0, hashes.count)
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == wanted
  }

  /// FNV-1a: fast, and nobody gains by making two lines collide.
  private static func hash(_ line: ArraySlice<UInt8>) -> UInt64 {
    line.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
