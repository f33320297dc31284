import MariaDB
import Pages

/// The menu above every page of the secretariat (www/parts/office.html).
public enum OfficeView {
  /// Slots and parts of the menu: a screen that includes it names them among its own.
  public static let slots: Set<String> = ["staff_name"]
  public static let parts: Set<String> = ["administrators"]

  /// Puts who is signed in into the menu, and what only administrators may open.
  public static func fill(
    _ filling: inout Filling, _ session: Session, _ services: Services
  ) throws {
    filling.slots["staff_name"] =
      try services.database.first(
        "SELECT name FROM staff WHERE account_id = ?", session.accountID)?["name"] ?? ""
    filling.parts["administrators"] = session.stage == .administrator ? [Filling()] : []
  }
}
