import Pages

/// Puts inquiries into www/secretariat/inquiries.html.
public enum InquiriesView {
  public static let slots: Set<String> = [
    "number", "name", "category", "state", "created_at", "beginning", "more", "email", "phone",
    "body", "member_number", "version", "entry_at", "entry_by", "entry_label", "entry_body",
    "mail_state", "state_value", "category_value",
  ]
  public static let parts: Set<String> = [
    "list", "inquiry-row", "none", "next", "inquiry", "from-member", "entry", "entry-mail",
    "no-entry",
  ]

  /// The list. `lines` holds one more than `most` where there is another page.
  public static func fill(
    _ filling: inout Filling, _ lines: [Inquiries.Line], _ state: InquiryState?,
    _ category: InquiryCategory?, most: Int
  ) {
    filling.values["state"] = [state?.rawValue ?? ""]
    filling.values["category"] = [category?.rawValue ?? ""]
    let rows = lines.prefix(most).map { line in
      Filling(slots: [
        "number": String(line.number), "name": line.name, "category": line.category.label,
        "state": line.state.label, "created_at": line.createdAt, "beginning": line.beginning,
      ])
    }
    var list = Filling(parts: ["inquiry-row": rows, "none": lines.isEmpty ? [Filling()] : []])
    if lines.count > most, let last = lines.prefix(most).last {
      var query = "?before=\(last.number)"
      if let state { query += "&state=\(state.rawValue)" }
      if let category { query += "&category=\(category.rawValue)" }
      list.parts["next"] = [Filling(slots: ["more": query])]
    }
    filling.parts["list"] = [list]
  }

  /// One inquiry. What was typed stays; the version is always the one that is shown. A choice that
  /// the clerk left as it was follows what another clerk has chosen meanwhile.
  public static func fill(
    _ filling: inout Filling, _ inquiry: Inquiries.Inquiry, _ entries: [Inquiries.Entry]
  ) {
    let text = inquiry.text
    if filling.values["new_state"] == filling.values["seen_state"] {
      filling.values["new_state"] = [inquiry.state.rawValue]
    }
    if filling.values["new_category"] == filling.values["seen_category"] {
      filling.values["new_category"] = [text.category.rawValue]
    }
    var one = Filling(slots: [
      "number": String(inquiry.number), "name": text.name, "email": text.email.text,
      "phone": text.phone ?? "（記入なし）", "category": text.category.label, "body": text.body,
      "state": inquiry.state.label, "created_at": inquiry.createdAt,
      "version": String(inquiry.version), "state_value": inquiry.state.rawValue,
      "category_value": text.category.rawValue,
    ])
    one.parts["from-member"] = [inquiry.memberNumber].compactMap { $0 }.map {
      Filling(slots: ["member_number": $0])
    }
    one.parts["entry"] = entries.map(filling(of:))
    one.parts["no-entry"] = entries.isEmpty ? [Filling()] : []
    filling.parts["inquiry"] = [one]
  }

  /// An inquiry that cannot be shown now, without a session or a database: only its form.
  public static func hide(_ filling: inout Filling, _ number: Int?, _ version: String) {
    for slot in slots { filling.slots[slot] = "" }
    guard let number else { return }
    filling.parts["inquiry"] = [
      Filling(slots: ["number": String(number), "version": version])
    ]
  }

  private static func filling(of entry: Inquiries.Entry) -> Filling {
    var filling = Filling(slots: ["entry_at": entry.at, "entry_by": entry.staffName])
    switch entry.kind {
    case .answer:
      filling.slots["entry_label"] = "メールで回答"
      filling.slots["entry_body"] = entry.body
      filling.parts["entry-mail"] = [Filling(slots: ["mail_state": mailLabel(entry.mailState)])]
    case .note:
      filling.slots["entry_label"] = "メモ"
      filling.slots["entry_body"] = entry.body
    case .state:
      filling.slots["entry_label"] = "状況を変更"
      filling.slots["entry_body"] = InquiryState(rawValue: entry.body)?.label ?? entry.body
    case .category:
      filling.slots["entry_label"] = "種類を変更"
      filling.slots["entry_body"] = InquiryCategory(rawValue: entry.body)?.label ?? entry.body
    }
    return filling
  }

  /// What became of an answer's mail, in words. Its row goes with the time (MAIL_KEEP_SECONDS).
  private static func mailLabel(_ state: String?) -> String {
    switch state {
    case "sent": "送信済み"
    case "waiting", "sending": "送信待ち"
    case "abandoned": "送信できませんでした"
    default: "送信の記録は保存期間を過ぎました"
    }
  }
}
