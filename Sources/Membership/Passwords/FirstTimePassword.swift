/// The password printed on a postcard: 16 letters of an alphabet without look-alikes, in fours.
/// How it is typed is forgiven: lower case, hyphens, spaces, full width.
public struct FirstTimePassword: Sendable, Equatable {
  /// 32 letters and digits, 5 bits each: no 0 and O, no 1 and I.
  public static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
  /// Letters of a password: 80 bits.
  public static let length = 16

  private let letters: [UInt8]

  /// The password that someone typed, or nil where it cannot be one.
  public init?(_ typed: Password) {
    let folded = typed.typed.foldingForPostcard()
    guard folded.count == Self.length, folded.allSatisfy(Self.alphabet.contains) else { return nil }
    letters = folded
  }

  /// A new one, of 16 random bytes.
  public init(random bytes: [UInt8]) {
    precondition(bytes.count == Self.length, "a first-time password takes 16 random bytes")
    // 256 is a multiple of 32: every letter is as likely as any other.
    letters = bytes.map { Self.alphabet[Int($0) % Self.alphabet.count] }
  }

  /// What is hashed: the letters alone, in upper case.
  public var canonical: Password { Password(String(decoding: letters, as: UTF8.self)) }

  /// `ABCD-EFGH-JKLM-NPQR`, for the postcard and nothing else.
  public var formatted: String {
    stride(from: 0, to: Self.length, by: 4)
      .map { String(decoding: letters[$0..<$0 + 4], as: UTF8.self) }
      .joined(separator: "-")
  }
}

extension FirstTimePassword: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// `(password)`, whatever it is.
  public var description: String { "(password)" }
  /// `(password)`, whatever it is.
  public var debugDescription: String { "(password)" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension String {
  /// Half width, upper case, without spaces, dashes and long marks.
  fileprivate func foldingForPostcard() -> [UInt8] {
    var letters: [UInt8] = []
    for scalar in unicodeScalars where !scalar.isOuterSpace && !scalar.isDash {
      let narrow = scalar.narrow
      guard narrow != "ー", narrow != "\u{FF70}" else { continue }
      guard narrow.isASCII else { return [] }
      letters.append(UInt8(("a"..."z").contains(narrow) ? narrow.value - 0x20 : narrow.value))
    }
    return letters
  }
}
