import Pages
import QRCode

/// Postcards to be printed: two sides of 100 × 148 mm each, by www/secretariat/postcards-sheet.html
/// and www/css/postcard.css.
public struct PostcardSheet {
  /// The most cards that one page holds: browsers grow slow beyond that.
  public static let most = 2000

  /// The page's file in www/.
  public static let page = "secretariat/postcards-sheet.html"
  /// Slots and parts that it has.
  static let slots: Set<String> = [
    "count", "rest", "missing", "qr_side", "qr_path", "url", "system", "valid_until",
    "family_name", "given_name", "prefecture", "address", "number", "login_id", "password",
    "digit", "name_size",
  ]
  static let parts: Set<String> = ["more", "unaddressed", "qr", "card", "code"]

  let services: Services

  public init(_ services: Services) {
    self.services = services
  }

  /// The page, as the browser gets it.
  /// - Parameter rest: members who were chosen too, but do not fit on it.
  public func page(_ cards: [Postcard], rest: Int = 0) throws -> [UInt8] {
    let page = try services.pages.page(Self.page)
    let url = services.settings.baseURL + "/login"
    let code = try QRCode(url)
    var filling = Filling(slots: [
      "count": OfficeSummary.grouped(cards.count), "rest": OfficeSummary.grouped(rest), "url": url,
      "system": services.settings.systemName,
    ])
    filling.parts["more"] = rest > 0 ? [Filling()] : []
    let missing = cards.filter { $0.address.isEmpty || $0.postalCode.isEmpty }.map(\.memberNumber)
    filling.parts["unaddressed"] =
      missing.isEmpty ? [] : [Filling(slots: ["missing": missing.joined(separator: "、")])]
    filling.parts["qr"] = [
      Filling(slots: ["qr_side": String(code.sideWithQuietZone), "qr_path": code.path])
    ]
    filling.parts["card"] = cards.map(Self.card)
    return page.render(filling)
  }

  /// The page as a file that needs nothing beside it: for `mamis credentials issue`.
  /// - Parameter style: the text of css/postcard.css.
  public func file(_ cards: [Postcard], style: String) throws -> [UInt8] {
    let text = String(decoding: try page(cards), as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.removeAll { $0.hasPrefix("<script ") || $0.hasPrefix("<link rel=\"icon\"") }
    for index in lines.indices where lines[index].hasPrefix("<link rel=\"stylesheet\"") {
      lines[index] = "<style>\n\(style)</style>"
    }
    return [UInt8](lines.joined(separator: "\n").utf8)
  }

  private static func card(_ card: Postcard) -> Filling {
    let digits = card.postalCode.filter { $0 != "-" }
    let length = card.familyName.count + card.givenName.count
    return Filling(
      slots: [
        "valid_until": card.validUntil, "family_name": card.familyName,
        "given_name": card.givenName, "prefecture": card.prefecture, "address": card.address,
        "number": card.memberNumber, "login_id": card.loginID, "password": card.password,
        // A longer name in smaller letters, so that it stays on one line.
        "name_size": length <= 9 ? "usual" : length <= 15 ? "small" : "smallest",
      ],
      parts: ["code": digits.map { Filling(slots: ["digit": String($0)]) }])
  }
}
