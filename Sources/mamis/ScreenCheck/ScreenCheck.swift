import FastCGI
import Membership
import Sodium

/// Holds one running program against the contract of its screen (docs/replacing-a-screen.md): a
/// line for each rule.
final class ScreenCheck {
  let contract: ScreenContract
  let endpoint: Endpoint
  let services: Services
  let people: TrialPeople
  private(set) var faults = 0
  /// Of the throw-away person who may use the screen.
  var cookie: String?
  /// Every answer of the program so far, with the words for the request.
  private var answers: [(what: String, answer: TrialAnswer)] = []

  init(_ contract: ScreenContract, at endpoint: Endpoint, _ services: Services) throws {
    self.contract = contract
    self.endpoint = endpoint
    self.services = services
    people = try TrialPeople(services)
  }

  /// Runs all rules.
  /// - Parameter mailbox: nil: no form that passes is sent.
  func run(mailbox: String?) throws {
    try refusals()
    try doors()
    let page = try page()
    try tries(with: page)
    if let mailbox {
      try goodTrial(page, mailbox)
    } else if contract.takesPost {
      say("-    a form that passes: not sent (--good ADDRESS)")
    }
    everyAnswer()
  }

  // What a rule says.

  /// One line: the rule, and what is wrong with it.
  func rule(_ words: String, _ problems: [String]) {
    if problems.isEmpty { return say("ok   \(words)") }
    faults += 1
    say("not  \(words): \(problems.prefix(5).joined(separator: "; "))")
  }

  func rule(_ words: String, _ answer: TrialAnswer, status: Int, to place: String? = nil) {
    var problems = answer.status == status ? [] : ["it is \(answer.status), not \(status)"]
    if let place, answer.header("location") != place {
      problems.append("it leads to \"\(answer.header("location"))\", not \(place)")
    }
    if status >= 400, answer.status == status, !isPage(answer) {
      problems.append("it has no HTML page in UTF-8")
    }
    rule(words, problems)
  }

  private func isPage(_ answer: TrialAnswer) -> Bool {
    let type = answer.header("content-type").lowercased().filter { $0 != " " && $0 != "\"" }
    return type == "text/html;charset=utf-8" && !answer.body.isEmpty
  }

  // Asking.

  func get(_ target: String? = nil, cookie: String? = nil, method: String = "GET") throws
    -> TrialAnswer
  {
    var request = TrialRequest(method: method, target: target ?? contract.address)
    if let cookie { request.headers["Cookie"] = cookie }
    return try ask(request)
  }

  /// A POST as a browser sends it from our own page.
  func post(
    _ fields: [(String, String)], cookie: String? = nil, headers: [String: String] = [:]
  ) throws -> TrialAnswer {
    var form = FormValues()
    for (name, value) in fields { form.append(name, value) }
    return try post(body: Array(form.urlencoded.utf8), cookie: cookie, headers: headers)
  }

  func post(
    body: [UInt8], cookie: String? = nil, headers: [String: String] = [:]
  ) throws -> TrialAnswer {
    var request = TrialRequest(method: "POST", target: contract.address, body: body)
    request.headers = [
      "Content-Type": "application/x-www-form-urlencoded", "Origin": services.settings.baseURL,
      "Sec-Fetch-Site": "same-origin",
    ]
    if let cookie { request.headers["Cookie"] = cookie }
    for (name, value) in headers { request.headers[name] = value.isEmpty ? nil : value }
    return try ask(request)
  }

  private func ask(_ request: TrialRequest) throws -> TrialAnswer {
    let answer = try endpoint.answer(request, services.settings)
    // The page of a form is a file that the web server sends.
    let isFile = contract.page != nil && request.method == "GET"
    if !isFile { answers.append(("\(request.method) with \(answer.status)", answer)) }
    return answer
  }

  // What holds for every answer.

  private func everyAnswer() {
    rule(
      contract.isPublic ? "no cookie on an answer for everyone" : "no answer may be kept",
      answers.filter { entry in
        contract.isPublic
          ? !entry.answer.all("set-cookie").isEmpty
          : !entry.answer.header("cache-control").lowercased().contains("no-store")
      }.map { "\($0.what) \(contract.isPublic ? "sets one" : "has no Cache-Control: no-store")" }
        .unique)
    rule("no answer names a program's version", answers.filter(namesVersion).map(\.what).unique)
    rule(
      "cookies are HttpOnly, SameSite=Lax, Path=/"
        + (services.settings.isSecure ? ", Secure, __Host-" : ""),
      answers.flatMap { entry in
        entry.answer.all("set-cookie").filter { !isGood(cookie: $0) }.map { _ in
          "one of \(entry.what) is not"
        }
      }.unique)
    guard endpoint.isSite else {
      return say("-    security headers: the web server's; try --at \(services.settings.baseURL)")
    }
    rule(
      "the security headers are there once",
      answers.flatMap { entry in
        Response.securityHeaders.filter { entry.answer.all($0.name) != [$0.value] }.map(\.name)
      }.unique)
  }

  private func namesVersion(_ entry: (what: String, answer: TrialAnswer)) -> Bool {
    let server = entry.answer.header("server")
    return server.contains { $0.isNumber } || !entry.answer.all("x-powered-by").isEmpty
  }

  private func isGood(cookie: String) -> Bool {
    let parts = cookie.split(separator: ";").map { $0.drop { $0 == " " }.lowercased() }
    var wanted = ["httponly", "samesite=lax", "path=/"]
    if services.settings.isSecure { wanted.append("secure") }
    return wanted.allSatisfy(parts.contains)
      && (!services.settings.isSecure || cookie.hasPrefix("__Host-"))
      && !parts.contains { $0.hasPrefix("domain") }
  }
}

extension [String] {
  /// Each once, in their order.
  var unique: [String] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
