// sql/grants.sql: what each group of programs may do, on a real server with real users.

import FastCGI
import MariaDB
import Platform
import TestSupport
import Testing

@testable import Membership
@testable import address
@testable import confirm
@testable import email
@testable import forgot
@testable import health
@testable import inquiry
@testable import login
@testable import logout
@testable import lookup
@testable import member
@testable import members
@testable import mypage
@testable import password
@testable import profile
@testable import register
@testable import reset
@testable import secretariat
@testable import sessions

private typealias PasswordScreen = password.Password
private typealias SessionsScreen = sessions.Sessions

/// A site whose programs sign in to the database as their groups do.
final class GrantedSite: Sendable {
  static let shared = Result { try GrantedSite() }

  /// As the database's owner.
  let root: Site
  /// Each program as its group.
  let site: Site
  /// The groups that sql/grants.sql knows.
  let groups: [String]
  private let folder: TemporaryFolder

  init() throws {
    root = try Site(try TestDatabase(migrated: false), [:])
    folder = try TemporaryFolder()
    let database = root.place.open()
    let grants = String(
      decoding: try readFile(repositoryFolder + "/sql/grants.sql"), as: UTF8.self)
    groups = Set(grants.matches(of: /TO mamis_([a-z]+)@localhost/).map { String($0.1) }).sorted()
    for group in groups {
      try database.administer("CREATE USER IF NOT EXISTS mamis_\(group)@localhost")
      let option = String(
        decoding: try readFile(root.place.location.optionFile), as: UTF8.self)
      try writeFile(
        Self.optionFile(folder, group),
        [UInt8](option.replacing("user=root", with: "user=mamis_\(group)").utf8), mode: 0o600)
    }
    try database.runScript(grants)
    let table = String(
      decoding: try readFile(repositoryFolder + "/nginx/handlers.conf"), as: UTF8.self)
    let programs = table.matches(of: /set \$handler ([a-z]+);.*# *([a-z]+)\n/)
    site = try root.with(
      optionFiles: Dictionary(
        programs.map { [folder] in (String($0.1), Self.optionFile(folder, String($0.2))) },
        uniquingKeysWith: { $1 }))
  }

  private static func optionFile(_ folder: TemporaryFolder, _ group: String) -> String {
    "\(folder.path)/mamis_\(group).cnf"
  }

  /// The database as a group sees it.
  func open(_ group: String) -> Database {
    Database(DatabaseLocation(optionFile: Self.optionFile(folder, group)))
  }
}

@Suite struct GrantsTests {
  let granted: GrantedSite

  init() throws { granted = try GrantedSite.shared.get() }

  /// Tokens and mails cannot be read by `front`: the test reads them as the administrator.
  func fillIn(_ visitor: Visitor, _ applicant: Applicant) throws {
    try visitor.agree()
    let asked = try visitor.post(
      Email.self, ["email": applicant.email, "email_confirm": applicant.email])
    try #require(asked.location == "/email/sent")
    let token = try granted.root.token(to: applicant.email)
    let answer = try visitor.post(Register.self, applicant.form.with("token", token))
    try #require(answer.location == "/register/confirm", "\(answer.summary)")
    try #require(try visitor.get(Confirm.self).status == 200)
  }

  @Test func `the whole journey works with what the groups are granted`() throws {
    let postcard = try granted.root.postcardMember(birthDate: "1950-01-31")
    for member in [postcard, nil] {
      let applicant = Applicant()
      let visitor = Visitor(granted.site)
      if let member {
        try #require(try visitor.logIn(member.loginID, member.password).location == "/terms")
      }
      try fillIn(visitor, applicant)
      #expect(try visitor.complete().location == "/register/complete")
      #expect(try visitor.logIn(applicant.loginID, "Wrong#pass-99").status == 422)
      #expect(try visitor.logIn(applicant.loginID, Applicant.password).location == "/mypage")
      for _ in 0..<2 {
        let page = try visitor.get(Mypage.self, "/mypage")
        #expect(page.status == 200)
        #expect(page.text.contains(applicant.email))
        // So that the time of last use is written.
        try granted.root.change(
          "UPDATE sessions SET seen_at = seen_at - INTERVAL 2 MINUTE WHERE token_hash = ?",
          visitor.sessionHash)
      }
      let forgot = try visitor.post(
        Forgot.self, ["email": applicant.email, "login_id": applicant.loginID])
      #expect(forgot.location == "/password/sent")
      let token = try granted.root.token(to: applicant.email)
      let reset = try visitor.post(
        Reset.self,
        [
          "token": token, "password": ResetTests.new, "password_confirm": ResetTests.new,
        ])
      #expect(reset.location == "/password/complete")
      #expect(try visitor.logIn(applicant.loginID, ResetTests.new).status == 303)
      #expect(try visitor.post(Logout.self, [:]).location == "/login")
    }
  }

  @Test func `a person's own changes work with what the groups are granted`() throws {
    let applicant = try granted.root.doctor()
    let member = Visitor(granted.site)
    try #require(try member.logIn(applicant.loginID, Applicant.password).status == 303)
    let form = try member.profileForm().with("family_name", "新姓").with("society")
    #expect(try member.post(Profile.self, form).location == "/mypage")
    #expect(try member.get(Mypage.self, "/mypage").text.contains("新姓 太郎"))
    #expect(try member.get(SessionsScreen.self, "/mypage/sessions").status == 200)

    let new = "n\(People.next())@example.jp"
    let asked = try member.post(
      Address.self,
      ["email": new, "email_confirm": new, "current_password": Applicant.password])
    #expect(asked.status == 303, "\(asked.summary)")
    let token = try granted.root.token(to: new)
    let opened = try member.post(
      Address.self, ["token": token, "current_password": Applicant.password])
    #expect(opened.status == 303, "\(opened.summary)")
    #expect(
      try granted.root.count("SELECT COUNT(*) AS n FROM accounts WHERE email_key = ?", new) == 1)
    let changed = try member.post(PasswordScreen.self, NewPasswords.form)
    #expect(changed.location == "/mypage", "\(changed.summary)")
    #expect(try Visitor(granted.site).logIn(applicant.loginID, NewPasswords.good).status == 303)
  }

  @Test func `the other screens of the front work, too`() throws {
    let visitor = Visitor(granted.site)
    #expect(try visitor.get(Health.self, "/health").status == 200)
    #expect(try visitor.get(Lookup.self, "/lookup/societies?q=%E5%8C%BB").status == 200)
    #expect(try visitor.get(Lookup.self, "/lookup/postal?code=1130021").status == 200)
    let form: FormValues = [
      "name": "日医", "email": "q\(People.next())@example.jp", "category": "other", "body": "x",
    ]
    #expect(try visitor.post(Inquiry.self, form).location == "/inquiry/sent")
    let stranger = try visitor.post(
      Forgot.self, ["email": "nobody\(People.next())@example.jp", "login_id": "nobody99"])
    #expect(stranger.location == "/password/sent")
  }

  @Test func `the secretariat's page works with what the office is granted`() throws {
    let id = try granted.root.staff()
    let visitor = Visitor(granted.site)
    try #require(try visitor.logIn(id, Applicant.password).location == "/secretariat")
    for _ in 0..<2 {
      let page = try visitor.get(Secretariat.self, "/secretariat")
      #expect(page.status == 200)
      #expect(page.text.contains("事務 花子"))
      try granted.root.change(
        "UPDATE sessions SET seen_at = seen_at - INTERVAL 2 MINUTE WHERE token_hash = ?",
        visitor.sessionHash)
    }
  }

  @Test func `the secretariat's list and records work with what the office is granted`() throws {
    let id = try granted.root.staff()
    let card = try granted.root.postcardMember()
    let office = Visitor(granted.site)
    try office.logIn(id, Applicant.password)
    #expect(try office.get(Members.self, "/secretariat/members?q=1").status == 200)
    let address = "/secretariat/members/\(card.memberNumber)"
    #expect(try office.get(Member.self, address).status == 200)
    let entry = Applicant().form.with("action", "correct").with("version", "0")
    for form in [
      entry, entry.with("version", "1").with("address", "別の町1"),
      ["action": "suspend", "reason": "申し出"], ["action": "reinstate"], ["action": "release"],
    ] as [FormValues] {
      let answer = try office.post(Member.self, form, ["REQUEST_URI": address])
      #expect(answer.status == 303, "\(form.pairs.last?.value ?? "") \(answer.summary)")
    }
    let newest: Int = try granted.root.row(
      "SELECT id FROM postcards WHERE login_id = ?", card.loginID)["id"]
    let issued = try office.post(
      Member.self, ["action": "issue", "postcard": "\(newest)"], ["REQUEST_URI": address])
    #expect(issued.status == 200)
    #expect(try mergedStatus(office) == 303)
  }

  /// A doctor and a member of the same number and day, merged by the office.
  func mergedStatus(_ office: Visitor) throws -> Int {
    let doctor = try granted.root.doctor()
    let member = try granted.root.member(
      registryNumber: doctor.registryNumber, birthDate: "1950-01-31")
    let number: String = try granted.root.row(
      "SELECT number FROM accounts WHERE id = ?", member)["number"]
    let other: String = try granted.root.row(
      "SELECT number FROM accounts WHERE email_key = ?", doctor.email)["number"]
    return try office.post(
      Member.self, ["action": "merge", "other": other],
      ["REQUEST_URI": "/secretariat/members/\(number)"]
    ).status
  }

  @Test func `mail goes out with what the mailer is granted`() throws {
    let folder = try TemporaryFolder()
    let root = granted.root
    try root.place.open().transaction { transaction in
      _ = try Outbox.add(
        OutgoingMail(
          .registered, to: "grants@example.jp", subject: "題名", body: "本文\n"), in: transaction)
    }
    let settings = root.settings
    let mailer = try Mailer(
      granted.open("mailer"), Sender(settings, contactLines: ""),
      .maildir(path: folder.path + "/mail"), lease: 60, pauses: [60], report: { _ in })
    var sent = 0
    while try mailer.sendNext(), sent < 1000 { sent += 1 }
    #expect(
      try root.count(
        "SELECT COUNT(*) AS n FROM outbox WHERE recipient = 'grants@example.jp' AND state = 'sent'")
        == 1)
  }
}
