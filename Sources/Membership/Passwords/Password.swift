/// A password as typed. It is never changed, and nothing prints it: neither interpolation, nor
/// `dump`, nor a debugger's summary.
public struct Password: Sendable, Equatable {
  /// For hashing and checks only; never to be logged, stored or sent.
  let typed: String

  /// Takes anything: whether it is fit to be a new password is for `PasswordPolicy` to say, and
  /// at a login a password that cannot be is simply a wrong one.
  public init(_ typed: String) { self.typed = typed }

  /// The bytes to be hashed.
  public var bytes: [UInt8] { Array(typed.utf8) }

  /// True where both are the same, byte by byte.
  public static func == (one: Password, other: Password) -> Bool {
    one.typed.isExactly(other.typed)
  }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `(password)`, whatever it is.
  public var description: String { "(password)" }
  /// `(password)`, whatever it is.
  public var debugDescription: String { "(password)" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Rule where Value == Password {
  /// A password as typed, spaces at its ends included. It is never shown.
  public static var password: Rule {
    Rule(
      longest: PasswordPolicy.longest, trims: false,
      read: { typed throws(Refusal) in Password(typed.text) }, show: { _ in "" })
  }
}
