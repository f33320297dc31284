import FastCGI

/// New recovery codes on their way to the page that shows them, once.
///
/// A POST answers with a redirection, and the database never holds the codes in clear: so they
/// travel in a cookie that only the browser of the person has, and that the page takes away.
public struct ShownOnce {
  let services: Services

  public init(_ services: Services) {
    self.services = services
  }

  /// Seconds within which the page must be fetched.
  private static let life = 300

  private var name: String {
    services.settings.isSecure ? "__Host-recovery-codes" : "recovery-codes"
  }

  /// The answer that takes the codes along.
  public func adding(_ codes: [RecoveryCode], to response: Response) -> Response {
    let value = codes.map(\.formatted).joined(separator: ".")
    return response.adding(
      "Set-Cookie", services.sessions.cookie(name, value, life: Self.life))
  }

  /// The codes that a request brings along; empty where there are none.
  public func codes(_ request: Request) -> [String] {
    let texts = (request.cookie(name) ?? "").split(separator: ".")
    return texts.compactMap { RecoveryCode(String($0))?.formatted }
  }

  /// The answer after which they are gone.
  public func forgetting(_ response: Response) -> Response {
    response.adding("Set-Cookie", services.sessions.cookie(name, "", life: 0))
  }
}
