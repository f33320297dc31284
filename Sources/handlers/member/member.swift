// member - everything known of one member, and what the secretariat does about it.
//
//   GET  /secretariat/members/N          the record; N is the member number
//   GET  /secretariat/members/N?edit=1   the form of the registration, filled
//   POST /secretariat/members/N          action=
//          correct    the form's fields and the `version` it showed: a correction, or 代理入力
//          suspend    with `reason`; reinstate
//          release    ends the pause after failed logins
//          resend     `mail`: one of this person's mails, with a new token where it had one
//          issue      new first-time credentials, shown in this answer only; `postcard`: the
//                     newest one that the page knew of, so that a reload issues nothing
//          merge      `other`: the number of the account that is the same person's
//        303          the record; /login without a session
//        403          for members and doctors
//        404          nobody has this number
//        422          the page with what is wrong, or what somebody else changed meanwhile
//
// Reads and writes accounts, profiles, tokens, outbox, changes, audit. Needs the session of the
// secretariat.

import FastCGI
import Membership
import Pages

@main
struct Member: PageScreen, FormScreen {
  static let page: String? = "secretariat/member.html"
  static let reason = Field("reason", "停止する理由", .plainText(200))
  static let fields: [any FormField] = [reason] + RegistrationFields.profile
  static let slots = OfficeView.slots.union(MemberView.slots).union([
    "sentence", "card_postal_code", "card_address", "card_name", "card_id", "card_password",
    "version", "edit_words", "code",
  ])
  static let parts = OfficeView.parts.union(MemberView.parts).union([
    "done", "card", "edit", "main-specialties", "specialties",
  ])

  /// What the page says after a POST.
  static let done = [
    "corrected": "保存しました。", "unchanged": "変わったところはありませんでした。",
    "suspended": "利用を停止しました。", "reinstated": "利用を再開しました。",
    "released": "一時停止を解除しました。すぐにログインできます。", "resent": "メールを送信します。",
    "merged": "一つにまとめました。",
    "stale": "新しいIDとパスワードは、すでに発行されています。表示できるのは発行した画面だけです。必要なときは、もう一度発行してください。",
  ]

  func get(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let record = try record(request, services)
    try MemberActions(services, by: session.accountID, client: request.client).noteView(record)
    return try show(request, services) { filling in
      guard let done = request.query.first("done").flatMap({ Self.done[$0] }) else { return }
      filling.parts["done"] = [Filling(slots: ["sentence": done])]
    }
  }

  func post(_ request: Request, _ services: Services) throws -> Response {
    let session = try services.sessions.require(Stage.staff, request)
    let record = try record(request, services)
    let actions = MemberActions(services, by: session.accountID, client: request.client)
    switch request.form.first("action") {
    case "correct": return try correct(request, services, record, actions)
    case "suspend":
      let reason = try Form(request, [Self.reason])[Self.reason].text
      try require(try actions.suspend(record, reason: reason), "すでに利用が停止されています。")
      return back(record, "suspended")
    case "reinstate":
      try require(try actions.reinstate(record), "すでに利用が再開されています。")
      return back(record, "reinstated")
    case "release":
      try actions.release(record)
      return back(record, "released")
    case "resend": return try resend(request, services, record, session)
    case "issue": return try issue(request, services, record, session)
    case "merge":
      let merge = try MemberMerge.candidate(for: record, in: services.database)
      guard let merge, merge.other(than: record) == request.form.first("other"),
        try merge.run(services, by: session.accountID, client: request.client)
      else { throw FormRefused(Problem(nil, "一つにまとめられる状態ではなくなっています。この画面の内容をお確かめください。")) }
      return .redirect(to: "/secretariat/members/\(merge.member.number)?done=merged")
    default: return services.errorPages.page(400, request)
    }
  }

  private func require(_ isDone: Bool, _ sentence: String) throws {
    if !isDone { throw FormRefused(Problem(nil, sentence)) }
  }

  private func back(_ record: MemberRecord, _ done: String) -> Response {
    .redirect(to: "/secretariat/members/\(record.number)?done=\(done)")
  }

  /// The record of the address, or the page that says there is none.
  private func record(_ request: Request, _ services: Services) throws -> MemberRecord {
    guard let record = try MemberRecord.find(Self.number(request), in: services.database) else {
      throw Detour(services.errorPages.page(404, request))
    }
    return record
  }

  private static func number(_ request: Request) -> String {
    String(request.path.dropFirst("/secretariat/members/".count))
  }
}

// The single actions.
extension Member {
  private func correct(
    _ request: Request, _ services: Services, _ record: MemberRecord, _ actions: MemberActions
  ) throws -> Response {
    let profile = try ProfileForm(request.form, services)
    try profile.form.passed()
    let version = request.form.first("version").flatMap(Int.init) ?? -1
    guard try actions.enter(profile.values, version: version, for: record) else {
      return try overtaken(request, services, profile.values)
    }
    let isSame = Profiles.differences(record.profile ?? FormValues(), profile.values).isEmpty
    return back(record, isSame ? "unchanged" : "corrected")
  }

  /// Somebody else was quicker: the form with all that was typed, what stands there now beside each
  /// field that differs, and the version of now, so that sending it again is a decision.
  private func overtaken(
    _ request: Request, _ services: Services, _ typed: FormValues
  ) throws -> Response {
    let now = try record(request, services)
    let stored = now.profile ?? FormValues()
    return try show(request, services, status: 422) { filling in
      filling.values = [:]
      filling.add(request.form)
      filling.slots["version"] = String(now.version)
      filling.problems = [
        FieldProblem(
          field: nil,
          sentence: "入力しているあいだに、ほかの担当者か本人が登録内容を変更しました。印の付いた項目が、いまの登録内容と違います。"
            + "お確かめのうえ、もう一度「保存する」を押すと、この画面の内容で保存されます。")
      ]
      for field in Profiles.differences(stored, typed) {
        let text = Profiles.text(stored, field)
        filling.problems.append(
          FieldProblem(field: field, sentence: "いまの登録内容は「\(text.isEmpty ? "空欄" : text)」です。"))
      }
    }
  }

  private func resend(
    _ request: Request, _ services: Services, _ record: MemberRecord, _ session: Session
  ) throws -> Response {
    let mail = request.form.first("mail").flatMap(Int.init) ?? 0
    let outcome = try MemberMails(services).resend(
      mail, of: record, by: session.accountID, client: request.client)
    switch outcome {
    case .sent: return back(record, "resent")
    case .unknown: return services.errorPages.page(404, request)
    case .pointless:
      throw FormRefused(
        Problem(nil, "このメールの手続きは、もう終わっているか、いまは行えません。再送しませんでした。"))
    }
  }

  private func issue(
    _ request: Request, _ services: Services, _ record: MemberRecord, _ session: Session
  ) throws -> Response {
    try require(record.canBeIssued, "登録が完了した方や利用停止中の方には、発行できません。")
    guard request.form.first("postcard") == String(record.postcard),
      let card = try services.postcards.issue(
        to: record.id, by: session.accountID, client: request.client)
    else { return back(record, "stale") }
    return try show(request, services) { filling in
      filling.parts["card"] = [
        Filling(slots: [
          "card_postal_code": card.postalCode, "card_address": "\(card.prefecture)\(card.address)",
          "card_name": "\(card.familyName) \(card.givenName)", "card_id": card.loginID,
          "card_password": card.password,
        ])
      ]
    }
  }

  /// What was typed stays even where the database can't be reached; what is stored is shown only
  /// to a live session of the secretariat.
  func furnish(_ filling: inout Filling, _ request: Request, _ services: Services) throws {
    let isCorrection = request.form.first("action") == "correct"
    let isEdit = isCorrection || (!request.isPost && request.query.first("edit") != nil)
    filling.slots["number"] = Self.number(request)
    filling.slots["person_name"] = "会員の記録"
    filling.slots["kind_label"] = "会員番号"
    if isEdit {
      filling.parts["edit"] = [Filling()]
      filling.slots["version"] = request.form.first("version") ?? "0"
    }
    try ProfileForm.offerSpecialties(on: Self.page, services)
    if isCorrection { try ProfileForm.settle(&filling, services) }
    guard let session = try services.sessions.presence(request).session,
      Stage.staff.contains(session.stage),
      let record = try MemberRecord.find(Self.number(request), in: services.database)
    else { return }
    try OfficeView.fill(&filling, session, services)
    let pause = try record.loginKey.map { try services.throttle.pause(of: $0) } ?? 0
    MemberView.fillHead(&filling, record, pause: pause)
    guard isEdit else {
      return try MemberView.fill(&filling, record, pause: pause, services)
    }
    filling.slots["edit_words"] =
      record.profile == nil
      ? "本人に代わって、登録内容を入力します（代理入力）。ログインIDとパスワードは、本人があとで決めます。入力したことは、アドレスがわかれば本人にメールでお知らせします。"
      : "登録内容を訂正します。変更した項目は、本人にメールでお知らせします。"
    guard !isCorrection else { return }
    filling.slots["version"] = String(record.version)
    filling.add(record.profile ?? record.roll)
  }
}
