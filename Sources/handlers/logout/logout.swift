// logout - end the browser's session.
//
//   POST /logout  the button on every signed-in page
//        303      /login, whether there was a session or not
//
// Writes sessions and audit. Sends no mail.

import FastCGI
import Membership

@main
struct Logout: FormScreen {
  func post(_ request: Request, _ services: Services) throws -> Response {
    if let session = try services.sessions.presence(request).session {
      try services.database.transaction { transaction in
        try services.sessions.end(session, in: transaction)
        try Audit.record(
          "logout", actor: session.accountID, client: request.client, in: transaction)
      }
      services.note(.info, "logout", request, account: session.accountID)
    }
    return services.sessions.signedOut()
  }
}
