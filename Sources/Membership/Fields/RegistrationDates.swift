/// What the dates of a registration must be to one another and to today (screens.md §4).
public enum RegistrationDates {
  /// Ages at which a doctor may register, in full years.
  private static let youngest = 20
  private static let oldest = 120

  private static let future = "今日までの日付にしてください。"
  private static let beforeBirth = "生年月日より後の日付にしてください。"
  private static let implausible = "ご本人の生年月日を、西暦か和暦で入力してください（例：1975/04/01、昭和50年4月1日）。"

  /// Every problem of the dates given; a nil value (empty, or refused by its own rule) has none.
  ///
  /// - Parameter today: Japan's day, `CivilDate.inJapan(at:)`.
  public static func problems(
    birth: (field: any FormField, value: CivilDate?),
    registry: (field: any FormField, value: CivilDate?),
    months: [(field: any FormField, value: PartialDate?)],
    today: CivilDate
  ) -> [Problem] {
    let dated =
      [(registry.field, registry.value.map(DateSpan.init))]
      + months.map { ($0.field, $0.value.map(DateSpan.init)) }
    // A birth date that cannot be says nothing about the others.
    let known = birth.value.flatMap { isPlausible($0, today: today) ? $0 : nil }
    var problems: [Problem] = []
    if birth.value != nil, known == nil { problems.append(problem(birth.field, implausible)) }
    for (field, span) in dated {
      guard let span else { continue }
      if span.earliest > today {
        problems.append(problem(field, future))
      } else if let known, span.latest <= known {
        problems.append(problem(field, beforeBirth))
      }
    }
    return problems
  }

  /// True for a birth date 20 to 120 years ago, both days included.
  public static func isPlausible(_ birth: CivilDate, today: CivilDate) -> Bool {
    birth.years(until: today) >= youngest && birth.years(until: today.adding(days: -1)) < oldest
  }

  private static func problem(_ field: any FormField, _ advice: String) -> Problem {
    Problem(field, "\(field.label)は、\(advice)")
  }
}

/// The first and last day that a date can mean.
private struct DateSpan {
  let earliest: CivilDate
  let latest: CivilDate

  init(_ date: CivilDate) { (earliest, latest) = (date, date) }
  init(_ date: PartialDate) { (earliest, latest) = (date.earliest, date.latest) }
}
