import FastCGI
import MariaDB
import Pages
import Sodium

/// The terms of use as they stand in www/terms.html.
public struct TermsText: Sendable {
  /// The page's hidden field `version`.
  public let version: String
  /// SHA-256 of the text between the tags of `terms-text`.
  public let textHash: [UInt8]

  init(_ pages: PageStore) throws {
    let page = try pages.page("terms.html")
    guard let version = page.controls.first(where: { $0.name == "version" })?.defaultValue,
      !version.isEmpty
    else { throw SettingsError("terms.html: the hidden field version has no value") }
    self.version = version
    textHash = sha256(try pages.folder.text(of: "terms-text", in: "terms.html"))
  }
}

/// Who agreed to which text, and when.
public struct Consents {
  let services: Services

  /// Keeps a consent to today's terms. Returns its number.
  public func record(
    _ terms: TermsText, account: Int?, _ request: Request, in transaction: Transaction
  ) throws -> Int {
    try transaction.insert(
      """
      INSERT INTO consents (account_id, version, text_hash, agreed_at, client_address)
      VALUES (?, ?, ?, NOW(), ?)
      """, account, terms.version, terms.textHash, request.client)
  }

  /// Whether an account agreed to this version.
  func isGiven(_ version: String, by account: Int) throws -> Bool {
    try services.database.first(
      "SELECT id FROM consents WHERE account_id = ? AND version = ? LIMIT 1", account, version)
      != nil
  }
}
