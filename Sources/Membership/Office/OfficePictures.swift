import Pages

/// The pictures of 事務局TOP: figures as the measures of SVG templates in the page, and as the rows
/// of the tables beside them. All measures are in the page's own units, 360 across.
public enum OfficePictures {
  public static let slots: Set<String> = [
    "label", "count", "share", "width", "bars", "day", "first_day", "last_day", "most",
  ]
  public static let parts: Set<String> = ["step-bar", "step-row", "days", "day-row"]

  private static let across = 360

  /// The funnel: a bar a step, as long as its share of the first one.
  public static func fill(_ filling: inout Filling, steps: [(label: String, count: Int)]) {
    let all = max(1, steps.first?.count ?? 1)
    let rows = steps.map { step in
      Filling(slots: [
        "label": step.label, "count": OfficeSummary.grouped(step.count),
        "share": "\(step.count * 100 / all)%", "width": String(step.count * across / all),
      ])
    }
    filling.parts["step-bar"] = rows
    filling.parts["step-row"] = rows
  }

  /// Registrations: a bar a day, the highest day 100 units high, all drawn as one path (HTML takes
  /// no template inside an svg).
  public static func fill(_ filling: inout Filling, days: [(day: CivilDate, count: Int)]) {
    let most = max(1, days.map(\.count).max() ?? 1)
    let width = across / max(1, days.count)
    let thick = max(1, width - (width > 6 ? 2 : 1))
    let bars = days.enumerated().map { index, day in
      "M\(index * width) 120v-\(day.count * 100 / most)h\(thick)V120z"
    }
    let rows = days.reversed().map { day in
      Filling(slots: ["day": day.day.shown, "count": OfficeSummary.grouped(day.count)])
    }
    filling.parts["days"] = [
      Filling(
        slots: [
          "first_day": days.first?.day.shown ?? "", "last_day": days.last?.day.shown ?? "",
          "most": OfficeSummary.grouped(days.map(\.count).max() ?? 0),
          "bars": bars.joined(),
        ], parts: ["day-row": rows])
    ]
  }
}
