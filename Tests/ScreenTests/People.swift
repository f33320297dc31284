// Made-up people, each valid, each unlike the others: a test writes only what differs.

import FastCGI
import MariaDB
import Synchronization
import Testing

@testable import Membership

/// Somebody who fills in the registration form.
struct Applicant {
  let email: String
  let loginID: String
  let registryNumber: String
  /// Everything that is on the form, without the token.
  let form: FormValues

  static let password = "Kawa#7umi-19"

  /// - Parameter changes: e.g. `{ $0.with("sex", "female") }`
  init(_ changes: (FormValues) -> FormValues = { $0 }) {
    let number = People.next()
    email = "p\(number)@example.jp"
    loginID = "Hanako!\(number)"
    registryNumber = "\(number)"
    form = changes(
      [
        "login_id": loginID, "password": Self.password, "password_confirm": Self.password,
        "registry_number": registryNumber, "registry_date": "1975/05/01",
        "family_name_kana": "ニチイ", "given_name_kana": "タロウ",
        "family_name": "日医", "given_name": "太郎", "former_family_name_kana": "イシ",
        "former_given_name_kana": "ジロウ", "former_family_name": "医師",
        "former_given_name": "次郎", "postal_code": "113-8621", "prefecture": "東京都",
        "address": "文京区本駒込2-28-16", "mobile_phone": "090-1234-5678",
        "phone": "03-3946-2121", "fax": "03-3946-6295", "birth_date": "1950/01/31",
        "sex": "male", "main_specialty": "01", "specialty": "02", "university": "東京大学",
        "university_other": "海外の医科大学", "graduation_date": "1975/03",
        "graduate_school": "大阪大学大学院", "graduate_school_date": "1979/03",
        "graduate_department": "内科学", "degree_date": "1980/03",
        "society": "日本内科学会", "society_other": "地方の学会",
      ])
  }
}

enum People {
  private static let count = Atomic(100_000)

  /// A number of six digits that nobody has.
  static func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }

  /// The check mark under today's terms.
  static func consent(_ site: Site) throws -> FormValues {
    ["agree": "yes", "version": try site.services().terms().version]
  }
}

extension Site {
  /// A member of the roll whom a postcard was sent.
  func postcardMember(registryNumber: String? = nil, birthDate: String? = nil) throws -> Postcard {
    let account = try member(registryNumber: registryNumber, birthDate: birthDate)
    return try #require(try services().postcards.issue(to: account, by: nil))
  }

  /// A member of the roll without a postcard. Returns the account.
  func member(registryNumber: String? = nil, birthDate: String? = nil) throws -> Int {
    let number = "\(People.next())"
    return try place.open().transaction { transaction in
      let account = try transaction.insert(
        "INSERT INTO accounts (number, kind) VALUES (?, 'member')", number)
      try transaction.run(
        """
        INSERT INTO roll (account_id, family_name, given_name, registry_number, birth_date)
        VALUES (?, '日医', '太郎', ?, ?)
        """, account, registryNumber, birthDate)
      try Directory.refresh(account, in: transaction)
      return account
    }
  }

  /// The account of a login ID.
  func account(_ loginID: String) throws -> Int {
    try row("SELECT id FROM accounts WHERE login_key = ?", loginID.lowercased())["id"]
  }

  /// A doctor who has registered.
  func doctor(_ changes: (FormValues) -> FormValues = { $0 }) throws -> Applicant {
    let applicant = Applicant(changes)
    try Visitor(self).register(applicant)
    return applicant
  }

  /// A member who has registered with the postcard's credentials.
  func registeredMember() throws -> (postcard: Postcard, applicant: Applicant) {
    let postcard = try postcardMember()
    let applicant = Applicant()
    let visitor = Visitor(self)
    try visitor.logIn(postcard.loginID, postcard.password)
    try visitor.register(applicant)
    return (postcard, applicant)
  }

  /// Somebody of the secretariat. Returns the login ID.
  func staff(isAdministrator: Bool = false) throws -> String {
    let id = "Jimu%\(People.next())"
    try services().staff.add(
      try LoginID(id), name: "事務 花子", isAdministrator: isAdministrator,
      password: Password(Applicant.password))
    return id
  }

  /// A browser that is signed in.
  func signedIn(_ loginID: String) throws -> Visitor {
    let visitor = Visitor(self)
    try #require(try visitor.logIn(loginID, Applicant.password).status == 303)
    return visitor
  }
}

extension FormValues: ExpressibleByDictionaryLiteral {
  /// Fields and values, in the order in which they are written.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value) }
  }

  /// The form with other values of one field; none: the browser does not send it.
  func with(_ name: String, _ values: String...) -> FormValues {
    var form = FormValues()
    var isPut = false
    for pair in pairs {
      guard pair.name == name else {
        form.append(pair.name, pair.value)
        continue
      }
      if !isPut { for value in values { form.append(name, value) } }
      isPut = true
    }
    if !isPut { for value in values { form.append(name, value) } }
    return form
  }
}
