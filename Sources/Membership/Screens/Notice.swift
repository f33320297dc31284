import FastCGI
import Pages

/// What was just done, said once on the page where the person goes on. A short-lived cookie
/// carries its name: never words, so that nobody can make our pages say theirs.
public enum Notice: String, CaseIterable, Sendable {
  case profileChanged = "profile"
  case passwordChanged = "password"
  case addressAsked = "address-asked"
  case addressChanged = "address"
  case sessionEnded = "session"
  case othersEnded = "sessions"

  var sentence: String {
    switch self {
    case .profileChanged: "登録内容を変更しました。お知らせのメールをお送りしました。"
    case .passwordChanged:
      "パスワードを変更しました。安全のため、ほかの機器ではログアウトしました。お知らせのメールをお送りしました。"
    case .addressAsked:
      "新しいメールアドレスに、確認のメールをお送りしました。まだ変更は終わっていません。"
        + "メールに書かれたURLを24時間以内に開き、パスワードを入力してください。"
    case .addressChanged: "メールアドレスを変更しました。お知らせのメールを、前のアドレスと新しいアドレスにお送りしました。"
    case .sessionEnded: "選んだ機器でのログインを終わらせました。"
    case .othersEnded: "ほかの機器でのログインを、すべて終わらせました。"
    }
  }

  /// The names that `fill` fills: those of www/parts/done.html.
  public static let slots: Set<String> = ["done"]
  public static let parts: Set<String> = ["done-box"]

  /// Long enough to sign in first, where a mailed URL was opened without a session.
  private static let seconds = 600

  private static func cookieName(_ services: Services) -> String {
    services.settings.isSecure ? "__Host-done" : "done"
  }

  /// The answer that lets the next page say it.
  public func adding(to response: Response, _ services: Services) -> Response {
    response.adding(
      "Set-Cookie",
      services.sessions.cookie(Self.cookieName(services), rawValue, life: Self.seconds))
  }

  /// Puts what the request's cookie names into the page.
  public static func fill(
    _ filling: inout Filling, _ request: Request, _ services: Services
  ) {
    guard let notice = request.cookie(cookieName(services)).flatMap(Notice.init) else { return }
    filling.parts["done-box"] = [Filling(slots: ["done": notice.sentence])]
  }

  /// The answer after which it is not said again.
  public static func clearing(
    _ response: Response, _ request: Request, _ services: Services
  ) -> Response {
    guard request.cookie(cookieName(services)) != nil else { return response }
    return response.adding(
      "Set-Cookie", services.sessions.cookie(cookieName(services), "", life: 0))
  }
}
