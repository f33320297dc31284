import FastCGI
import MariaDB

/// Where an inquiry stands. An answer makes it `answered`; a clerk closes it, and may open it again.
public enum InquiryState: String, Choice {
  case open, answered, closed

  /// The words on the page.
  public var label: String {
    switch self {
    case .open: "未対応"
    case .answered: "回答済み"
    case .closed: "完了"
    }
  }
}

/// The inquiries as the secretariat works on them.
///
/// Every change names the version that the clerk saw; where another clerk was faster, nothing is
/// written and the answer is false.
public struct Inquiries {
  let services: Services

  /// One line of the list.
  public struct Line: Sendable {
    public let number: Int
    public let name: String
    public let category: InquiryCategory
    public let state: InquiryState
    /// Japan's time: `2026/11/01 10:30`.
    public let createdAt: String
    public let beginning: String
  }

  /// One inquiry in full.
  public struct Inquiry: Sendable {
    public let number: Int
    public let accountID: Int?
    /// The member's number, where somebody signed in wrote.
    public let memberNumber: String?
    public let text: InquiryText
    public let state: InquiryState
    public let createdAt: String
    public let version: Int
  }

  /// Something that was done with an inquiry.
  public struct Entry: Sendable {
    public enum Kind: String, Sendable {
      case answer, note, state, category
    }

    public let kind: Kind
    public let at: String
    public let staffName: String
    public let body: String
    /// Of an answer: what became of its mail; nil once that is deleted.
    public let mailState: String?
  }

  /// The inquiries below a number, newest first.
  /// - Parameters:
  ///   - state: nil for all.
  ///   - before: nil for the first page.
  public func list(
    _ state: InquiryState?, _ category: InquiryCategory?, before: Int?, most: Int
  ) throws -> [Line] {
    try services.database.rows(
      """
      SELECT id, name, category, state, LEFT(body, 60) AS beginning,
        DATE_FORMAT(created_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS created_at
      FROM inquiries
      WHERE (? IS NULL OR state = ?) AND (? IS NULL OR category = ?) AND (? IS NULL OR id < ?)
      ORDER BY id DESC LIMIT ?
      """, state?.rawValue, state?.rawValue, category?.rawValue, category?.rawValue, before,
      before, most
    ).map { row in
      Line(
        number: try row["id"], name: try row["name"],
        category: InquiryCategory(rawValue: try row["category"]) ?? .other,
        state: InquiryState(rawValue: try row["state"]) ?? .open,
        createdAt: try row["created_at"], beginning: try row["beginning"])
    }
  }

  /// The inquiry of this number; nil for none.
  public func find(_ number: Int) throws -> Inquiry? {
    let row = try services.database.first(
      """
      SELECT i.id, i.account_id, a.number AS member_number, i.name, i.email, i.phone, i.category,
        i.body, i.state, i.version,
        DATE_FORMAT(i.created_at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS created_at
      FROM inquiries i LEFT JOIN accounts a ON a.id = i.account_id WHERE i.id = ?
      """, number)
    return try row.map { row in
      let phone: String = try row["phone"]
      return Inquiry(
        number: number, accountID: try row["account_id"], memberNumber: try row["member_number"],
        text: InquiryText(
          name: try row["name"], email: try EmailAddress(row["email"] as String),
          phone: phone.isEmpty ? nil : phone,
          category: InquiryCategory(rawValue: try row["category"]) ?? .other,
          body: try row["body"]),
        state: InquiryState(rawValue: try row["state"]) ?? .open,
        createdAt: try row["created_at"], version: try row["version"])
    }
  }

  /// What was done with an inquiry, in its order.
  public func entries(of number: Int) throws -> [Entry] {
    try services.database.rows(
      """
      SELECT e.kind, e.body, COALESCE(s.name, '') AS staff_name, o.state AS mail_state,
        DATE_FORMAT(e.at + INTERVAL 9 HOUR, '%Y/%m/%d %H:%i') AS at
      FROM inquiry_entries e LEFT JOIN staff s ON s.account_id = e.actor_id
        LEFT JOIN outbox o ON o.id = e.outbox_id
      WHERE e.inquiry_id = ? ORDER BY e.id
      """, number
    ).map { row in
      Entry(
        kind: Entry.Kind(rawValue: try row["kind"]) ?? .note, at: try row["at"],
        staffName: try row["staff_name"], body: try row["body"],
        mailState: try row["mail_state"])
    }
  }

  /// Sends an answer by mail. The inquiry is answered then.
  public func answer(
    _ inquiry: Inquiry, _ answer: PlainText, by clerk: Clerk, in transaction: Transaction
  ) throws -> Bool {
    guard try advance(inquiry, clerk, to: .answered, inquiry.text.category, transaction) else {
      return false
    }
    let mail = try Outbox.add(
      MailTexts.inquiryAnswer(
        to: inquiry.text.email, number: inquiry.number, name: inquiry.text.name,
        answer: answer.text, accountID: inquiry.accountID, services.sender()),
      in: transaction)
    try add(.answer, answer.text, to: inquiry, clerk, mail: mail, transaction)
    try record("inquiry.answered", inquiry, clerk, transaction)
    return true
  }

  /// Keeps what a clerk decided: another state or category, a note for the office.
  public func keep(
    _ inquiry: Inquiry, state: InquiryState, category: InquiryCategory, note: PlainText?,
    by clerk: Clerk, in transaction: Transaction
  ) throws -> Bool {
    guard try advance(inquiry, clerk, to: state, category, transaction) else { return false }
    if let note { try add(.note, note.text, to: inquiry, clerk, mail: nil, transaction) }
    if state != inquiry.state {
      try add(.state, state.rawValue, to: inquiry, clerk, mail: nil, transaction)
      try record("inquiry.\(state.rawValue)", inquiry, clerk, transaction)
    }
    if category != inquiry.text.category {
      try add(.category, category.rawValue, to: inquiry, clerk, mail: nil, transaction)
    }
    if note != nil || category != inquiry.text.category {
      try record("inquiry.noted", inquiry, clerk, transaction)
    }
    return true
  }

  /// Writes state and category under the next version. False where the version seen is not the one
  /// there any more.
  private func advance(
    _ inquiry: Inquiry, _ clerk: Clerk, to state: InquiryState, _ category: InquiryCategory,
    _ transaction: Transaction
  ) throws -> Bool {
    try transaction.run(
      """
      UPDATE inquiries SET state = ?, category = ?, version = version + 1
      WHERE id = ? AND version = ?
      """, state.rawValue, category.rawValue, inquiry.number, clerk.version) == 1
  }

  private func add(
    _ kind: Entry.Kind, _ body: String, to inquiry: Inquiry, _ clerk: Clerk, mail: Int?,
    _ transaction: Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO inquiry_entries (inquiry_id, at, actor_id, kind, body, outbox_id)
      VALUES (?, NOW(3), ?, ?, ?, ?)
      """, inquiry.number, clerk.account, kind.rawValue, body, mail)
  }

  private func record(
    _ action: String, _ inquiry: Inquiry, _ clerk: Clerk, _ transaction: Transaction
  ) throws {
    try Audit.record(
      action, actor: clerk.account, subject: inquiry.accountID, client: clerk.client,
      details: "inquiry \(inquiry.number)", in: transaction)
  }

  /// Who works on an inquiry, and which version of it they saw.
  public struct Clerk: Sendable {
    let account: Int
    let client: String
    let version: Int

    public init(account: Int, _ request: Request, version: Int) {
      self.account = account
      self.client = request.client
      self.version = version
    }
  }
}
