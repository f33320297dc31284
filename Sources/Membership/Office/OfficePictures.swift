import Pages

/// The pictures of 事務局TOP: figures as the measures of SVG templates in the page, and as the rows
/// of the tables beside them. All measures are in the page's own units, 360 across.
public enum OfficePictures {
  public static let slots: Set<String> = [
    "label", "count", "share", "top", "bar_top", "width", "x", "y", "height", "day", "first_day",
    "last_day", "most",
  ]
  public static let parts: Set<String> = ["step-bar", "step-row", "days", "day-bar", "day-row"]

  private static let across = 360

  /// The funnel: a bar a step, as long as its share of the first one.
  public static func fill(_ filling: inout Filling, steps: [(label: String, count: Int)]) {
    let all = max(1, steps.first?.count ?? 1)
    let rows = steps.enumerated().map { index, step in
      Filling(slots: [
        "label": step.label, "count": OfficeSummary.grouped(step.count),
        "share": "\(step.count * 100 / all)%", "top": String(index * 48 + 16),
        "bar_top": String(index * 48 + 22), "width": String(step.count * across / all),
      ])
    }
    filling.parts["step-bar"] = rows
    filling.parts["step-row"] = rows
  }

  /// Registrations: a bar a day, the highest day 100 units high.
  public static func fill(_ filling: inout Filling, days: [(day: CivilDate, count: Int)]) {
    let most = max(1, days.map(\.count).max() ?? 1)
    let width = across / max(1, days.count)
    let bars = days.enumerated().map { index, day in
      let height = day.count * 100 / most
      return Filling(slots: [
        "x": String(index * width), "y": String(120 - height), "height": String(height),
        "width": String(max(1, width - (width > 6 ? 2 : 1))),
      ])
    }
    let rows = days.reversed().map { day in
      Filling(slots: ["day": day.day.shown, "count": OfficeSummary.grouped(day.count)])
    }
    filling.parts["days"] = [
      Filling(
        slots: [
          "first_day": days.first?.day.shown ?? "", "last_day": days.last?.day.shown ?? "",
          "most": OfficeSummary.grouped(days.map(\.count).max() ?? 0),
        ], parts: ["day-bar": bars, "day-row": rows])
    ]
  }
}
