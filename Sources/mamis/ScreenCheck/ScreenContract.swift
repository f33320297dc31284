import Membership

/// What one screen owes beside what all of them owe: the table of screens.md §2, as `mamis check
/// --screen` holds a program against it.
struct ScreenContract {
  /// Which URL of a mail opens the screen.
  enum Door: String {
    case registration, reset
  }

  /// What can be tried with the screen's form.
  enum Trial: Equatable {
    /// Nothing without touching what is somebody's.
    case none
    /// The form's fields; `also` is sent with them, `without` left out, so that it never passes.
    case fields(also: [String: String] = [:], without: Set<String> = [])
  }

  let name: String
  let address: String
  /// What the program itself answers.
  let methods: [String]
  /// The file of www/ where the web server answers GET.
  var page: String?
  /// Whose session opens it; nil: nobody's is needed.
  var visitor: Stage?
  /// Where those without a session are sent.
  var entrance: String?
  var door: Door?
  /// Somebody who is signed in and gets 403.
  var stranger: Stage?
  var trial = Trial.none
  /// A form that was typed while the session ran out comes back with 401.
  var comesBack = false
  /// The answer to GET is a page that may be looked at.
  var isShown = true
  /// The same for everyone, so that it may be kept.
  var isPublic = false
  var bodyLimit = 65_536

  var takesPost: Bool { methods.contains("POST") }
  var takesGet: Bool { methods.contains("GET") }

  static func of(_ name: String) -> ScreenContract? { all.first { $0.name == name } }

  static let all = front + member + office

  private static let get = ["GET", "HEAD"]
  private static let both = ["GET", "HEAD", "POST"]

  private static let front = [
    ScreenContract(
      name: "login", address: "/login", methods: ["POST"], page: "login.html", trial: .fields()),
    ScreenContract(
      name: "code", address: "/login/code", methods: both, visitor: .secondFactor,
      entrance: "/login", trial: .fields(), comesBack: true),
    ScreenContract(name: "logout", address: "/logout", methods: ["POST"], entrance: "/login"),
    ScreenContract(
      name: "terms", address: "/terms", methods: ["POST"], page: "terms.html",
      trial: .fields(without: ["agree"])),
    ScreenContract(
      name: "email", address: "/email", methods: ["POST"], page: "email.html",
      visitor: .registering, entrance: "/terms", trial: .fields(), comesBack: true),
    ScreenContract(
      name: "register", address: "/register", methods: both, entrance: "/terms",
      door: .registration, trial: .fields()),
    ScreenContract(
      name: "confirm", address: "/register/confirm", methods: both, entrance: "/terms"),
    ScreenContract(
      name: "forgot", address: "/password/forgot", methods: ["POST"],
      page: "password/forgot.html", trial: .fields()),
    ScreenContract(
      name: "reset", address: "/password/reset", methods: both, door: .reset, trial: .fields()),
    ScreenContract(
      name: "inquiry", address: "/inquiry", methods: ["POST"], page: "inquiry.html",
      trial: .fields()),
    ScreenContract(
      name: "lookup", address: "/lookup/universities", methods: get, isPublic: true),
    ScreenContract(name: "health", address: "/health", methods: get),
    ScreenContract(name: "metrics", address: "/metrics", methods: get),
  ]

  private static let member = [
    ScreenContract(
      name: "mypage", address: "/mypage", methods: get, visitor: .member, entrance: "/login",
      stranger: .secretariat),
    ScreenContract(
      name: "profile", address: "/mypage/profile", methods: both, visitor: .member,
      entrance: "/login", stranger: .secretariat, trial: .fields(), comesBack: true),
    ScreenContract(
      name: "password", address: "/mypage/password", methods: both, visitor: .member,
      entrance: "/login", stranger: .secretariat, trial: .fields(), comesBack: true),
    ScreenContract(
      name: "address", address: "/mypage/email", methods: both, visitor: .member,
      entrance: "/login", stranger: .secretariat, trial: .fields(), comesBack: true),
    ScreenContract(
      name: "sessions", address: "/mypage/sessions", methods: both, visitor: .member,
      entrance: "/login", stranger: .secretariat),
    ScreenContract(
      name: "twofactor", address: "/mypage/two-factor", methods: both, visitor: .member,
      entrance: "/login", stranger: .secretariat, trial: .fields(also: ["action": "begin"]),
      comesBack: true),
  ]

  private static let office = [
    ScreenContract(
      name: "secretariat", address: "/secretariat", methods: get, visitor: .secretariat,
      entrance: "/login", stranger: .member),
    ScreenContract(
      name: "members", address: "/secretariat/members", methods: get, visitor: .secretariat,
      entrance: "/login", stranger: .member),
    // No member has this number: nobody's record is opened.
    ScreenContract(
      name: "member", address: "/secretariat/members/CHECK-0", methods: both,
      visitor: .secretariat, entrance: "/login", stranger: .member, isShown: false),
    ScreenContract(
      name: "imports", address: "/secretariat/import", methods: both, visitor: .secretariat,
      entrance: "/login", stranger: .member, trial: .fields(), comesBack: true,
      bodyLimit: 10 * 1_048_576 + 4096),
    ScreenContract(
      name: "exports", address: "/secretariat/export.csv", methods: get, visitor: .secretariat,
      entrance: "/login", stranger: .member, isShown: false),
    // Without a choice nothing is issued.
    ScreenContract(
      name: "postcards", address: "/secretariat/postcards", methods: both,
      visitor: .secretariat, entrance: "/login", stranger: .member,
      trial: .fields(without: ["choice"]), comesBack: true),
    ScreenContract(
      name: "inquiries", address: "/secretariat/inquiries", methods: both,
      visitor: .secretariat, entrance: "/login", stranger: .member),
    ScreenContract(
      name: "audit", address: "/secretariat/audit", methods: get, visitor: .administrator,
      entrance: "/login", stranger: .secretariat),
    ScreenContract(
      name: "staff", address: "/secretariat/staff", methods: both, visitor: .administrator,
      entrance: "/login", stranger: .secretariat, trial: .fields(also: ["action": "add"]),
      comesBack: true),
  ]
}
