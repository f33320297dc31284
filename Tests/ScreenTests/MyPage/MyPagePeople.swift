// What the tests of my page share.

import FastCGI
import MariaDB
import Testing

@testable import Membership
@testable import address
@testable import mypage
@testable import password
@testable import profile
@testable import sessions

extension Site {
  /// A doctor who has registered, at a browser that is signed in.
  func doctorAtHome() throws -> (person: Applicant, account: Int, visitor: Visitor) {
    let person = try doctor()
    return (person, try account(person.loginID), try signedIn(person.loginID))
  }

  /// How often the audit trail has this action of a person.
  func audited(_ action: String, _ account: Int) throws -> Int {
    try count(
      "SELECT COUNT(*) AS n FROM audit WHERE action = ? AND actor_id = ?", action, account)
  }
}

extension Visitor {
  /// The profile form as the server filled it, ready to be sent.
  func profileForm() throws -> FormValues {
    let answer = try get(Profile.self, "/mypage/profile")
    try #require(answer.status == 200)
    var form = FormValues()
    for field in ProfileChange.fields {
      for value in answer.values(field.name) { form.append(field.name, value) }
    }
    return form
  }

  var isSignedIn: Bool {
    get throws { try get(Mypage.self, "/mypage").status == 200 }
  }
}

enum NewPasswords {
  static let good = "Sazanami#58-kumo"

  /// The form of the change, right unless the test says otherwise.
  static let form: FormValues = [
    "current_password": Applicant.password, "password": good, "password_confirm": good,
  ]
}
