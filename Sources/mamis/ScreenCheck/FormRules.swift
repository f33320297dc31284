import Membership

// The rules about a form that does not pass, and one that does.

extension ScreenCheck {
  /// Outside every rule of a field, and with everything that has to be escaped.
  private static let odd = "確認 <i>\"&'</i> ア"
  /// Never to be seen in an answer.
  private static let password = "Zz9!mamischeckpassword"

  /// Sends what cannot pass, in every way.
  func tries(with page: ScannedPage?) throws {
    guard case .fields(let also, let without) = contract.trial, let page else {
      if contract.takesPost { say("-    a form that does not pass: not tried on this screen") }
      return
    }
    if cookie == nil { cookie = try contract.visitor.map { try people.cookie($0) } }
    let fixed =
      page.controls.filter { $0.kind == "hidden" && also[$0.name] == nil }
      .map { ($0.name, $0.value ?? "") } + also.map { ($0.key, $0.value) }

    let empty = try post(fixed, cookie: cookie)
    rule("a form that does not pass gets 422", empty, status: 422)
    let shown = ScannedPage(empty.body, address: contract.address)
    rule("every required field that is empty is told", missing(page, in: shown))
    rule("the page says so in every way", told(in: shown))

    let typed = typed(page, without: without)
    if !typed.isEmpty {
      let answer = try post(fixed + typed, cookie: cookie)
      let again = ScannedPage(answer.body, address: contract.address)
      rule(
        "everything that was typed is still there",
        (answer.status == 422 ? [] : ["it is \(answer.status)"]) + lost(typed, in: again))
    }
    let secrets = page.controls.filter { $0.kind == "password" }.map {
      ($0.name, $0.name.hasSuffix("_confirm") ? "" : Self.password)
    }
    // A password alone might be tried: only one that cannot pass for another reason is sent.
    if !secrets.isEmpty, !typed.isEmpty || secrets.contains(where: { $0.1.isEmpty }) {
      let answer = try post(fixed + secrets, cookie: cookie)
      let isShown = String(decoding: answer.body, as: UTF8.self).contains("mamischeckpassword")
      rule(
        "a password never comes back",
        (answer.status == 422 ? [] : ["it is \(answer.status)"]) + (isShown ? ["it does"] : []))
    }
    if contract.comesBack {
      let answer = try post(fixed + typed, cookie: people.staleCookie())
      let again = ScannedPage(answer.body, address: contract.address)
      rule(
        "a form of a session that ran out comes back with 401",
        (answer.status == 401 ? [] : ["it is \(answer.status)"]) + lost(typed, in: again)
          + (again.hasAlert ? [] : ["no role=\"alert\""]))
    }
  }

  private func missing(_ page: ScannedPage, in shown: ScannedPage) -> [String] {
    page.controls.filter { $0.isRequired && $0.kind != "hidden" }.map(\.name).unique
      .filter { (shown.errors[$0] ?? "").allSatisfy(\.isWhitespace) }
      .map { "\($0) has no words in error-\($0)" }
  }

  private func told(in shown: ScannedPage) -> [String] {
    var problems: [String] = []
    if !shown.title.hasPrefix("エラー：") { problems.append("the title does not begin with エラー：") }
    if !shown.hasAlert { problems.append("no element has role=\"alert\"") }
    if shown.errors.isEmpty { problems.append("no error-FIELD is shown") }
    for field in shown.errors.keys.sorted() {
      let controls = shown.controls.filter { $0.name == field }
      let marked = controls.filter(\.isInvalid)
      if marked.isEmpty { problems.append("\(field) has no aria-invalid") }
      let describes = marked.allSatisfy {
        ($0.attributes["aria-describedby"] ?? "").split(separator: " ").contains("error-\(field)")
      }
      if !describes { problems.append("\(field) does not name error-\(field)") }
      let targets = controls.compactMap { $0.attributes["id"] } + ["error-\(field)"]
      if !targets.contains(where: { shown.links.contains("#\($0)") }) {
        problems.append("the summary has no link to \(field)")
      }
    }
    return problems
  }

  /// Something for each field but passwords and files.
  private func typed(_ page: ScannedPage, without: Set<String>) -> [(String, String)] {
    var typed: [(String, String)] = []
    for control in page.controls
    where !without.contains(control.name) && !typed.contains(where: { $0.0 == control.name }) {
      switch control.kind {
      case "textarea": typed.append((control.name, Self.odd + "\r\n２行目"))
      case "select":
        if let option = control.options.last(where: { !$0.isEmpty }) {
          typed.append((control.name, option))
        }
      case "radio", "checkbox":
        typed.append((control.name, control.attributes["value"] ?? "on"))
      default:
        if control.takesText { typed.append((control.name, Self.odd)) }
      }
    }
    return typed
  }

  private func lost(_ typed: [(String, String)], in page: ScannedPage) -> [String] {
    typed.filter { name, value in
      !page.values(name).contains(String(value.map { $0 == "\r\n" ? "\n" : $0 }))
    }.map { "\($0.0) is lost" }
  }

  /// Sends a form that passes.
  func goodTrial(_ page: ScannedPage?, _ mailbox: String) throws {
    let version = page?.values("version").first ?? ""
    guard
      let good = try GoodTrial.of(
        contract.name, people, services, version: version, mailbox: mailbox)
    else {
      if contract.takesPost { say("-    a form that passes: not tried on this screen") }
      return
    }
    let answer = try post(good.fields.map { ($0.key, $0.value) }, cookie: good.cookie)
    rule("a form that passes leads to \(good.place)", answer, status: 303, to: good.place)
    rule("it is in the database", try good.missingTraces(answer))
  }
}
