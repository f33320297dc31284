/// What the bearer of a session may do.
public enum Stage: String, Sendable, CaseIterable {
  /// A visitor who agreed to the terms and is on the way to registering as a doctor.
  case registering
  /// A member who signed in with a postcard's credentials.
  case firstLogin = "first_login"
  /// Signed in, but the terms have a newer version: must agree first.
  case consentDue = "consent_due"
  /// The password was right, the code of the second factor is due.
  case secondFactor = "second_factor"
  /// Staff who must set up a second factor before anything else.
  case enrolment
  case member, doctor, secretariat, administrator

  /// Where a person of this stage goes after signing in.
  public var home: String {
    switch self {
    case .registering: "/email"
    case .firstLogin, .consentDue: "/terms"
    case .secondFactor: "/login/code"
    case .enrolment: "/secretariat/two-factor"
    case .member, .doctor: "/mypage"
    case .secretariat, .administrator: "/secretariat"
    }
  }

  public static let signedIn: Set<Stage> = [.member, .doctor, .secretariat, .administrator]
  public static let people: Set<Stage> = [.member, .doctor]
  public static let staff: Set<Stage> = [.secretariat, .administrator]
  /// On the way to being signed in, with the second factor.
  public static let halfWay: Set<Stage> = [.secondFactor, .enrolment]
}

/// A live session.
public struct Session: Sendable {
  public let stage: Stage
  /// Nil for a visitor without an account.
  public let accountID: Int?
  public let consentID: Int?
  /// The hash of its cookie: its key in the database.
  let tokenHash: [UInt8]
}

/// What a request's session cookie stands for.
public enum Presence: Sendable {
  /// No cookie was sent.
  case stranger
  /// The cookie's session is over; its stage where the row is still there.
  case ended(Stage?)
  case live(Session)

  public var session: Session? {
    if case .live(let session) = self { session } else { nil }
  }
}
