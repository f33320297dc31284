// A person at a browser.

import FastCGI
import Foundation
import Synchronization
import Testing

@testable import Membership
@testable import confirm
@testable import email
@testable import login
@testable import register
@testable import terms

/// What a person sees.
struct Answer {
  let response: Response
  let markup: Markup

  init(_ response: Response) {
    self.response = response
    markup = Markup(response.body)
  }

  var status: Int { response.status }
  var location: String? { response.header("Location") }
  var text: String { String(decoding: response.body, as: UTF8.self) }
  func error(_ field: String) -> String? { markup.error(field) }
  func values(_ name: String) -> [String] { markup.values(name) }
  /// The sentences above the form.
  var summary: [String] { markup.summary.map(\.sentence) }
}

/// A browser: its cookies and its network address.
final class Visitor {
  let site: Site
  let client: String
  var cookies: [String: String] = [:]

  private static let count = Atomic(0)

  /// - Parameter client: for tests of limits; each visitor has an address of its own otherwise.
  init(_ site: Site, client: String? = nil) {
    self.site = site
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    self.client = client ?? "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
  }

  func get<S: Screen>(
    _ screen: S.Type, _ target: String = "/", method: String = "GET",
    _ extra: [String: String] = [:]
  ) throws -> Answer {
    var parameters = self.parameters(target).merging(extra) { $1 }
    parameters["REQUEST_METHOD"] = method
    return keep(try site.answer(screen, parameters))
  }

  func post<S: Screen>(
    _ screen: S.Type, _ form: FormValues, _ extra: [String: String] = [:]
  ) throws -> Answer {
    let body = [UInt8](form.urlencoded.utf8)
    var parameters = self.parameters("/").merging(
      [
        "REQUEST_METHOD": "POST", "HTTP_SEC_FETCH_SITE": "same-origin",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "\(body.count)",
      ]
    ) { $1 }
    parameters.merge(extra) { $1 }
    return keep(try site.answer(screen, parameters, body))
  }

  private func parameters(_ target: String) -> [String: String] {
    let query = target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) }
    var parameters = [
      "REQUEST_URI": target, "QUERY_STRING": query ?? "", "REMOTE_ADDR": client,
      "HTTP_USER_AGENT": "Test",
    ]
    if !cookies.isEmpty {
      parameters["HTTP_COOKIE"] = cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")
    }
    return parameters
  }

  private func keep(_ response: Response) -> Answer {
    for line in response.allHeaders("Set-Cookie") {
      let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
      cookies[String(pair[0])] =
        line.contains("Max-Age=0") ? nil : String(pair.dropFirst().first ?? "")
    }
    return Answer(response)
  }

  /// The session that the browser has, as the database knows it.
  var sessionHash: [UInt8]? { cookies["__Host-session"].flatMap(Secret.init)?.hash }
  var draftHash: [UInt8]? { cookies["__Host-draft"].flatMap(Secret.init)?.hash }
}

/// The journey, step by step; each checks that it leads on.
extension Visitor {
  @discardableResult
  func logIn(_ id: String, _ password: String) throws -> Answer {
    try post(Login.self, ["login_id": id, "password": password])
  }

  func agree() throws {
    let answer = try post(Terms.self, People.consent(site))
    try #require(answer.status == 303)
  }

  /// Asks for the URL. Returns its token.
  func askForURL(_ email: String) throws -> String {
    let answer = try post(Email.self, ["email": email, "email_confirm": email])
    try #require(answer.location == "/email/sent")
    return try site.token(to: email)
  }

  /// From the terms to a confirmed form, as a doctor who is no member, or after a first login.
  func fillIn(_ applicant: Applicant) throws {
    try agree()
    let token = try askForURL(applicant.email)
    let answer = try post(Register.self, applicant.form.with("token", token))
    try #require(answer.location == "/register/confirm", "\(answer.summary)")
  }

  func complete() throws -> Answer {
    try post(Confirm.self, ["action": "register"])
  }

  /// The whole registration.
  func register(_ applicant: Applicant) throws {
    try fillIn(applicant)
    try #require(try complete().location == "/register/complete")
  }
}
