import FastCGI
import Pages
import Platform

/// A person's details as typed, held against every rule: those of single fields, those over
/// several, and the master lists. Registration and my page share it.
public struct ProfileForm {
  private typealias Fields = RegistrationFields

  public private(set) var form: Form
  /// The normal forms, full names from the master lists included. Whole once `form.passed()`.
  public private(set) var values: FormValues
  /// How many fields the form has before those of a profile.
  private let offset: Int

  /// - Parameter fields: those of the page, which may have others before those of a profile.
  public init(
    _ typed: FormValues, fields: [any FormField] = RegistrationFields.profile,
    _ services: Services
  ) throws {
    form = Form(typed, fields)
    values = FormValues(expecting: form.problems.isEmpty ? typed.pairs.count : 0)
    offset = fields.count - Fields.profile.count
    assert(fields[offset...].map(\.name) == Fields.profile.map(\.name))
    let masters = try services.masters()
    let dates = RegistrationDates(
      birth: birthDate, today: CivilDate.inJapan(at: secondsNow()))
    for (place, role) in Self.roles.enumerated() {
      // Nobody asks for the values of a form that is refused.
      if case .plain = role, !form.problems.isEmpty { continue }
      let found = normal(place...place)
      switch role {
      case .plain: break
      case .birth: refuse(place, dates.birthRefusal)
      case .date:
        let date = found.first.flatMap { PartialDate(shown: $0.value) }
        refuse(place, date.flatMap(dates.refusal))
      case .specialty:
        guard found.contains(where: { masters.specialty($0.value) == nil }) else { break }
        let field = Fields.profile[place]
        refuse(Problem(field, "\(field.label)を一覧から選んでください。"))
      case .names(let list, let most):
        let field = Fields.profile[place]
        let names = resolve(found.map(\.value), masters[list], field, most: most)
        if form.problems.isEmpty { for name in names { values.append(field.name, name) } }
        continue
      }
      if form.problems.isEmpty { for pair in found { values.append(pair.name, pair.value) } }
    }
    checkUniversity()
  }

  /// What is asked of a field beyond its own rule.
  private enum Role {
    case plain, birth, date, specialty
    case names(Masters.Name, most: Int)
  }

  private static let roles = Fields.profile.map { field -> Role in
    switch field.name {
    case Fields.birthDate.name: .birth
    case Fields.registryDate.name, Fields.graduationDate.name, Fields.graduateSchoolDate.name,
      Fields.degreeDate.name:
      .date
    case Fields.mainSpecialty.name, Fields.specialty.name: .specialty
    case Fields.university.name: .names(.universities, most: 1)
    case Fields.graduateSchool.name: .names(.graduateSchools, most: 1)
    case Fields.society.name: .names(.societies, most: 10)
    default: .plain
    }
  }

  /// The normal forms of some of a profile's fields, by their places in it.
  private func normal(_ places: ClosedRange<Int>) -> ArraySlice<(name: String, value: String)> {
    form.normal(of: offset + places.lowerBound..<offset + places.upperBound + 1)
  }

  private static let registryNumberPlace = Fields.place(of: Fields.registryNumber)
  private static let birthDatePlace = Fields.place(of: Fields.birthDate)
  private static let universityPlace = Fields.place(of: Fields.university)
  private static let namePlaces =
    Fields.place(of: Fields.familyNameKana)...Fields.place(of: Fields.formerGivenName)

  /// The registry number, where it is right in itself.
  var registryNumber: String? {
    let place = Self.registryNumberPlace
    return normal(place...place).first?.value
  }

  /// The birth date, where it is right in itself.
  var birthDate: CivilDate? {
    let place = Self.birthDatePlace
    return normal(place...place).first.flatMap { PartialDate(shown: $0.value) }?.earliest
  }

  /// Names and readings, where they are right in themselves.
  var names: [String] { normal(Self.namePlaces).map(\.value) }

  private mutating func refuse(_ place: Int, _ refusal: Refusal?) {
    guard let refusal else { return }
    let field = Fields.profile[place]
    form.refuse(Problem(field, refusal.sentence(about: field.label)))
  }

  /// Adds what is wrong by a rule of the caller's own.
  public mutating func refuse(_ problem: Problem) {
    form.refuse(problem)
  }

  /// The full names of the entries meant; a partial name with several matches, or none, is a
  /// problem of its field.
  private mutating func resolve(
    _ typed: [String], _ list: MasterList, _ field: any FormField, most: Int
  ) -> [String] {
    if typed.count <= most, list.hasAll(typed) { return typed }
    var names: [String] = []
    var choices: [String] = []
    var isUnknown = false
    for resolution in list.resolve(all: typed) {
      switch resolution {
      case .one(let name): names.append(name)
      case .several(let found):
        choices = choices.isEmpty ? found : choices + found.filter { !choices.contains($0) }
      case .none: isUnknown = true
      }
    }
    // Once for the field, however many of its texts it is true of: the same sentence twice puzzles.
    if !choices.isEmpty {
      form.refuse(
        Problem(
          field, "\(field.label)に当てはまる名称がいくつかあります。下から選んでください。", choices: choices))
    }
    if isUnknown { form.refuse(Problem(field, Self.unknown(field))) }
    // Of one name the text field counts, not a choice left over from an earlier try.
    if most == 1, names.count > 1 { names = [names[0]] }
    if names.count > most {
      form.refuse(Problem(field, "\(field.label)は、\(most)件までにしてください。"))
    }
    return names
  }

  /// What to do about a name that the list lacks; a graduate school has no second field for it.
  private static func unknown(_ field: any FormField) -> String {
    let instead =
      field.name == Fields.graduateSchool.name
      ? "空欄のままにしてください。" : "「上欄に登録がない場合」の欄に入力してください。"
    return "\(field.label)が一覧に見つかりません。名称の一部だけを入力して探すか、\(instead)"
  }

  /// Puts a name that was chosen among the matches of a partial one in that one's place, so that
  /// the choice is not lost where something else is still wrong.
  public static func settle(_ filling: inout Filling, _ services: Services) throws {
    try settle(&filling.values, Fields.university.name, .universities, services)
    try settle(&filling.values, Fields.graduateSchool.name, .graduateSchools, services)
    try settle(&filling.values, Fields.society.name, .societies, services)
  }

  private static func settle(
    _ values: inout TypedValues, _ field: String, _ list: Masters.Name, _ services: Services
  ) throws {
    // One text alone was chosen from nothing.
    guard values.count(of: field) > 1, let typed = values[field] else { return }
    let list = try services.masterList(list)
    guard !list.hasAll(typed) else { return }
    let texts = typed.filter { !$0.unicodeScalars.allSatisfy(\.isOuterSpace) }
    let settled = texts.count > 1 ? list.settled(texts) : texts
    if settled != typed { values[field] = settled }
  }

  /// What www/parts/profile-fields.html needs whatever was typed: the choices, and names that were
  /// chosen in their place.
  public static func furnish(
    _ filling: inout Filling, of page: String?, _ services: Services
  ) throws {
    try settle(&filling, services)
    try offerSpecialties(on: page, services)
  }

  /// Puts the specialties into a page with the form. They are the same in every answer, and so are
  /// written into it once.
  public static func offerSpecialties(on page: String?, _ services: Services) throws {
    let specialties = try services.specialties()
    // Before the first import there is nothing that could stay.
    guard let page, !specialties.isEmpty else { return }
    func options() -> [Filling] {
      specialties.map { Filling(slots: ["code": $0.code, "label": $0.label]) }
    }
    try services.pages.fix(page, ["main-specialties": options(), "specialties": options()])
  }

  /// The slots and templates of www/parts/profile-fields.html.
  public static let slots: Set<String> = ["code", "label", "name"]
  public static let parts: Set<String> = [
    "main-specialties", "specialties",
    "choices-university", "choice-university", "choices-graduate_school",
    "choice-graduate_school", "choices-society", "choice-society",
  ]

  /// One of the two is 必須.
  private mutating func checkUniversity() {
    let place = Self.universityPlace
    guard normal(place...place).isEmpty, !form.isTyped(Fields.university),
      !form.isTyped(Fields.universityOther)
    else { return }
    form.refuse(
      Problem(
        Fields.university,
        "出身校を入力してください。一覧にない場合は「出身校（上欄に登録がない場合）」に入力してください。"))
  }
}
