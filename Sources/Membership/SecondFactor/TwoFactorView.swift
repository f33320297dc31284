import Pages

/// Puts the second factor into www/mypage/two-factor.html.
public enum TwoFactorView {
  /// Fewer recovery codes than this: the page says that new ones would be good.
  private static let few = 3

  /// The menu of whoever is signed in: members, staff, or staff who get no further yet.
  public static func fillMenu(
    _ filling: inout Filling, _ session: Session, _ services: Services
  ) throws {
    if Stage.people.contains(session.stage) {
      filling.parts["for-people"] = [Filling()]
    } else if session.stage == .enrolment {
      filling.parts["for-enrolment"] = [Filling()]
    } else {
      try OfficeView.fill(&filling, session, services)
      filling.parts["for-office"] = [Filling()]
    }
  }

  /// New recovery codes, shown once; none without any.
  public static func codes(_ codes: [String]) -> [Filling] {
    guard !codes.isEmpty else { return [] }
    return [Filling(parts: ["code-item": codes.map { Filling(slots: ["recovery_code": $0]) }])]
  }

  /// The secret that waits for its first code, as picture and text.
  public static func pending(
    _ secret: [UInt8], _ account: Int, _ services: Services
  ) throws -> Filling {
    let loginID = try services.accounts.loginID(of: account)
    let settings = services.settings
    let enrolment = try Enrolment(
      secret: secret, account: loginID,
      issuer: "\(settings.associationName) \(settings.systemName)")
    return Filling(slots: [
      "secret": enrolment.secretText, "login_id": loginID,
      "side": String(enrolment.picture.sideWithQuietZone), "path": enrolment.picture.path,
    ])
  }

  /// What can be done: set up, or change, renew and end.
  public static func manage(_ status: SecondFactor.Status, canEnd: Bool) -> Filling {
    var manage = Filling(slots: ["begin_label": status.isOn ? "別のスマートフォンに替える" : "設定をはじめる"])
    manage.parts["is-on"] = status.isOn ? [Filling()] : []
    manage.parts["few-codes"] =
      status.isOn && status.recoveryCodesLeft < few ? [Filling()] : []
    manage.parts["end-button"] = canEnd ? [Filling()] : []
    return manage
  }
}
