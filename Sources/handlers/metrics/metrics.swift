// metrics - figures for a monitoring system, in Prometheus' text form.
//
//   GET /metrics  200 with the figures; without those of the database where it does not answer
//        403      for anybody outside the networks of METRICS_FROM
//
// Reads what the programs of this host counted (METRICS_DIR), and counts rows of the database; the
// costly counts it keeps in office_figures. Tells nothing about any one person. Needs no session.

import FastCGI
import Membership

@main
struct MetricsScreen: PageScreen {
  static let programName = "metrics"
  static let databasePatience: Int? = 2

  func get(_ request: Request, _ services: Services) throws -> Response {
    guard services.settings.monitors.contains(where: { $0.contains(request.client) }) else {
      services.note(.warning, "metrics.refused", request)
      return services.errorPages.page(403, request)
    }
    return Response(200, body: [UInt8](Metrics(services).text(request).utf8))
      .adding("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
      .adding("Cache-Control", "no-store")
  }
}
