import FastCGI
import Pages

/// How a member's record stands on the secretariat's page.
public enum MemberView {
  public static let slots: Set<String> = ProfileView.slots
    .union(MemberHistory.slots).union(MemberMails.slots).union(MemberMerge.slots)
    .union([
      "person_name", "kind_label", "number", "state_sentence", "label", "value", "edit_label",
      "postcard",
    ])
  public static let parts: Set<String> = ProfileView.parts.union([
    "state", "view", "roll", "roll-row", "account-row", "can-release", "can-issue",
    "can-reinstate", "can-suspend", "registered", "unregistered", "merge", "merge-row",
    "no-mails", "mails", "mail-row", "no-history", "history", "history-row",
  ])

  /// Puts the head of the page: whose record it is, and the state.
  public static func fillHead(
    _ filling: inout Filling, _ record: MemberRecord, pause: Int
  ) {
    filling.slots["person_name"] = record.name
    filling.slots["kind_label"] = record.isDoctor ? "会員ではない医師" : "会員番号"
    filling.parts["state"] = [
      Filling(slots: ["state_sentence": MemberState.sentence(record, pause: pause)])
    ]
  }

  /// Puts the whole record, with what may be done.
  public static func fill(
    _ filling: inout Filling, _ record: MemberRecord, pause: Int, _ services: Services
  ) throws {
    var view = Filling()
    let specialties = try services.specialties()
    view.slots["edit_label"] = record.profile == nil ? "登録内容を代理で入力する" : "登録内容を訂正する"
    view.parts["roll"] = record.isDoctor ? [] : [Filling(parts: ["roll-row": roll(record)])]
    view.parts["account-row"] = account(record)
    if let profile = record.profile {
      var registered = Filling()
      ProfileView.fill(&registered, profile, specialties)
      view.parts["registered"] = [registered]
    } else {
      view.parts["unregistered"] = [Filling()]
    }
    view.parts["can-release"] = pause > 0 ? [Filling()] : []
    view.parts["can-issue"] =
      record.canBeIssued ? [Filling(slots: ["postcard": String(record.postcard)])] : []
    view.parts["can-reinstate"] = record.isSuspended ? [Filling()] : []
    view.parts["can-suspend"] = record.isSuspended ? [] : [Filling()]
    try fillMerge(&view, record, services)
    table(&view, "mail", try MemberMails(services).rows(record.id))
    table(
      &view, "history", try MemberHistory.rows(record.id, specialties, in: services.database))
    filling.parts["view"] = [view]
  }

  private static func fillMerge(
    _ view: inout Filling, _ record: MemberRecord, _ services: Services
  ) throws {
    guard let merge = try MemberMerge.candidate(for: record, in: services.database) else { return }
    view.parts["merge"] = [
      Filling(
        slots: ["other": merge.other(than: record)],
        parts: ["merge-row": merge.rows.map { Filling(slots: $0) }])
    ]
  }

  /// The part `mails` or `history` with its rows, or the one that says there are none.
  private static func table(
    _ view: inout Filling, _ name: String, _ rows: [Named<String>]
  ) {
    let part = name == "mail" ? "mails" : name
    if rows.isEmpty {
      view.parts["no-\(part)"] = [Filling()]
    } else {
      view.parts[part] = [Filling(parts: ["\(name)-row": rows.map { Filling(slots: $0) }])]
    }
  }

  private static func roll(_ record: MemberRecord) -> [Filling] {
    [
      ("氏名", ["family_name", "given_name"]), ("フリガナ", ["family_name_kana", "given_name_kana"]),
      ("医籍登録番号", ["registry_number"]), ("生年月日", ["birth_date"]), ("郵便番号", ["postal_code"]),
      ("住所", ["prefecture", "address"]), ("メールアドレス", ["email"]),
    ].map { label, fields in
      let text = fields.compactMap { record.roll.first($0) }.joined(separator: " ")
      return row(label, text)
    }
  }

  private static func account(_ record: MemberRecord) -> [Filling] {
    let days = record.days
    return [
      row("ログインID", record.isRegistered ? record.loginID : ""),
      row("メールアドレス（確認済み）", record.email), row("初期IDの発行", shown(days.issued)),
      row("初回ログイン", shown(days.firstLogin)), row("利用規約への同意", shown(days.agreed)),
      row("登録の完了", shown(days.registered)), row("最後のログイン", shown(days.lastLogin)),
    ]
  }

  private static func row(_ label: String, _ text: String) -> Filling {
    Filling(slots: ["label": label, "value": text.isEmpty ? "（なし）" : text])
  }

  private static func shown(_ iso: String?) -> String {
    iso.flatMap { try? CivilDate($0) }?.shown ?? ""
  }
}
