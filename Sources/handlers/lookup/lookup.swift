// lookup - suggestions for the scripts of the registration form
//
//   GET /lookup/universities?q=      names that have q in them, their readings or former names
//       /lookup/graduate-schools?q=
//       /lookup/societies?q=
//       /lookup/postal?code=         the places that a postal code stands for
//        200   JSON: {"matches":[…]}, empty where nothing matches or nothing was asked
//        304   the browser has the answer already
//        404   no such list
//
// Reads the master lists, the short ones once. Writes nothing. Sends no mail. Needs no session.
// Answers are the same for everyone and may be cached (nginx/lookup.conf).

import FastCGI
import Membership

@main
struct Lookup: PageScreen {
  func prepare(_ services: Services) throws {
    _ = try services.masters()
  }

  func get(_ request: Request, _ services: Services) throws -> Response {
    guard let answer = try answer(request, services) else {
      return services.errorPages.page(404, request)
    }
    let response =
      answer.isKnown(request.ifNoneMatch) ? Response(304) : Response.json(answer.body)
    return
      response
      .adding("ETag", answer.tag)
      .adding("Cache-Control", LookupAnswer.cacheControl)
  }

  /// The answer to what was asked, or nil for an address that is no list's.
  private func answer(_ request: Request, _ services: Services) throws -> LookupAnswer? {
    let name = request.query.first("q") ?? ""
    switch request.path {
    case "/lookup/universities":
      return LookupAnswer(try services.masterList(.universities).matches(name))
    case "/lookup/graduate-schools":
      return LookupAnswer(try services.masterList(.graduateSchools).matches(name))
    case "/lookup/societies":
      return LookupAnswer(try services.masterList(.societies).matches(name))
    case "/lookup/postal":
      return LookupAnswer(try places(request, services))
    default: return nil
    }
  }

  /// The places of the code asked for, in any form that the form's field takes.
  private func places(_ request: Request, _ services: Services) throws -> [PostalPlace] {
    guard let typed = request.query.first("code"), let code = try? PostalCode(typed) else {
      return []
    }
    return try PostalPlaces.find(code, in: services.database)
  }
}
