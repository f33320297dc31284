import Membership
import Platform

// The rules about single requests, in the order in which a program has to check them (screens.md
// §4): method, origin, size, type, session; then the form.

extension ScreenCheck {
  /// What every screen refuses, whoever asks.
  func refusals() throws {
    let method = try get(method: "DELETE")
    let allowed = method.header("allow").split { $0 == "," || $0 == " " }.map(String.init)
    let missing = contract.methods.filter { $0 != "HEAD" && !allowed.contains($0) }
    rule(
      "another method gets 405, with Allow",
      (method.status == 405 ? [] : ["it is \(method.status)"])
        + (missing.isEmpty && !allowed.contains("DELETE") ? [] : ["Allow is \"\(allowed)\""]))
    guard contract.takesPost else {
      return rule("POST gets 405", try post([]), status: 405)
    }
    // Forms that would not pass: a program that fails here has done nothing.
    let foreign: [(String, [String: String])] = [
      ("from another site", ["Sec-Fetch-Site": "cross-site"]),
      ("from a neighbouring site", ["Sec-Fetch-Site": "same-site"]),
      ("with a foreign Origin", ["Sec-Fetch-Site": "", "Origin": "https://evil.example"]),
      ("with neither Sec-Fetch-Site nor Origin", ["Sec-Fetch-Site": "", "Origin": ""]),
    ]
    for (words, headers) in foreign {
      rule("a POST \(words) gets 403", try post([], headers: headers), status: 403)
    }
    let own = try post([], headers: ["Sec-Fetch-Site": ""])
    rule("a POST with our own Origin passes", own.status == 403 ? ["it is 403"] : [])
    let long = [UInt8](repeating: 0x61, count: contract.bodyLimit + 1)
    rule("a body over \(contract.bodyLimit) bytes gets 413", try post(body: long), status: 413)
    rule(
      "another content type gets 415",
      try post(body: Array("{}".utf8), headers: ["Content-Type": "application/json"]), status: 415)
    for (words, body) in [("percent-encoding", "name=%zz"), ("UTF-8", "name=%ff")] {
      rule("malformed \(words) gets 400", try post(body: Array(body.utf8)), status: 400)
    }
  }

  /// Who is let in, and where the others are sent.
  func doors() throws {
    if let entrance = contract.entrance {
      if contract.takesGet {
        rule("a stranger is sent to \(entrance)", try get(), status: 303, to: entrance)
      }
      if contract.door == nil, contract.takesPost {
        // The action is that of /register/confirm; no other screen has it.
        let answer = try post([("action", "register")])
        rule("a stranger's POST is sent to \(entrance)", answer, status: 303, to: entrance)
      }
    }
    if contract.door != nil {
      let target = contract.address + "?token=" + String(repeating: "0", count: 64)
      rule("a token that nobody was sent gets 410", try get(target), status: 410)
    }
    if let stranger = contract.stranger {
      let cookie = try people.cookie(stranger)
      if contract.takesGet {
        rule("somebody of another kind gets 403", try get(cookie: cookie), status: 403)
      }
    }
  }

  /// The screen's page with its form, as somebody has it who may; nil where there is none to try.
  func page() throws -> ScannedPage? {
    if let file = contract.page {
      guard endpoint.isSite else {
        let bytes = try readFile("\(services.settings.wwwFolder)/\(file)")
        return ScannedPage(bytes, address: contract.address)
      }
      let answer = try get()
      rule("GET is the page", answer.status == 200 ? [] : ["it is \(answer.status)"])
      return ScannedPage(answer.body, address: contract.address)
    }
    guard contract.takesGet, contract.isShown, contract.entrance == nil || mayEnter else {
      return nil
    }
    var target = contract.address
    if let door = contract.door { target += "?token=\(try people.token(door))" }
    cookie = try contract.visitor.map { try people.cookie($0) }
    let answer = try get(target, cookie: cookie)
    rule("GET shows the page", answer.status == 200 ? [] : ["it is \(answer.status)"])
    let head = try get(target, cookie: cookie, method: "HEAD")
    rule(
      "HEAD is GET without the body",
      (head.status == answer.status ? [] : ["it is \(head.status)"])
        + (head.body.isEmpty ? [] : ["it has one"]))
    return ScannedPage(answer.body, address: contract.address)
  }

  private var mayEnter: Bool { contract.visitor != nil || contract.door != nil }
}
