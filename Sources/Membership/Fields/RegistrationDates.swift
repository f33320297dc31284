/// What the dates of a registration must be to one another and to today (screens.md §4).
public struct RegistrationDates {
  /// Ages at which a doctor may register, in full years.
  private static let youngest = 20
  private static let oldest = 120

  private static let future = Refusal("今日までの日付にしてください。")
  private static let beforeBirth = Refusal("生年月日より後の日付にしてください。")
  private static let implausible = Refusal(
    "ご本人の生年月日を、西暦か和暦で入力してください（例：1975/04/01、昭和50年4月1日）。")

  private let birth: CivilDate?
  private let isPlausible: Bool
  private let today: CivilDate

  /// - Parameters:
  ///   - birth: nil where there is none, or its own rule refused it.
  ///   - today: Japan's day, `CivilDate.inJapan(at:)`.
  public init(birth: CivilDate?, today: CivilDate) {
    self.birth = birth
    self.today = today
    isPlausible = birth.map { Self.isPlausible($0, today: today) } ?? true
  }

  /// What is wrong with the birth date.
  public var birthRefusal: Refusal? { isPlausible ? nil : Self.implausible }

  /// What is wrong with one of the other dates.
  public func refusal(of date: PartialDate) -> Refusal? {
    if date.earliest > today { return Self.future }
    // A birth date that cannot be says nothing about the others.
    guard let birth, isPlausible, date.latest <= birth else { return nil }
    return Self.beforeBirth
  }

  /// True for a birth date 20 to 120 years ago, both days included.
  public static func isPlausible(_ birth: CivilDate, today: CivilDate) -> Bool {
    birth.years(until: today) >= youngest && birth.years(until: today.adding(days: -1)) < oldest
  }
}
