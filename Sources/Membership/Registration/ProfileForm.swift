import FastCGI
import Pages
import Platform

/// A person's details as typed, held against every rule: those of single fields, those over
/// several, and the master lists. Registration and my page share it.
public struct ProfileForm {
  private typealias Fields = RegistrationFields

  public private(set) var form: Form
  /// The normal forms, full names from the master lists included. Whole once `form.passed()`.
  public private(set) var values = FormValues()

  /// - Parameter fields: those of the page, which may have more than a profile's.
  public init(
    _ typed: FormValues, fields: [any FormField] = RegistrationFields.profile,
    _ services: Services
  ) throws {
    form = Form(typed, fields)
    let masters = try services.masters()
    // Both are in the order of the page: what was passed is not looked at again.
    var normal = form.normal.pairs[...]
    values = FormValues(expecting: normal.count)
    for field in Fields.profile {
      let name = field.name
      guard let place = normal.firstIndex(where: { $0.name == name }) else { continue }
      let found = normal[place...].prefix { $0.name == name }
      normal = normal[found.endIndex...]
      if field.isRepeated {
        for text in fullNames(found.map(\.value), field, masters) { values.append(name, text) }
      } else {
        values.append(name, found[place].value)
      }
    }
    checkSpecialties(masters)
    checkUniversity()
    checkDates()
  }

  /// Adds what is wrong by a rule of the caller's own.
  public mutating func refuse(_ problem: Problem) {
    form.refuse(problem)
  }

  /// Of a field with a master list the full names, of any other what is there.
  private mutating func fullNames(
    _ texts: [String], _ field: any FormField, _ masters: Masters
  ) -> [String] {
    switch field.name {
    case Fields.university.name: resolve(texts, masters.universities, field, most: 1)
    case Fields.graduateSchool.name: resolve(texts, masters.graduateSchools, field, most: 1)
    case Fields.society.name: resolve(texts, masters.societies, field, most: 10)
    default: texts
    }
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

  private mutating func checkSpecialties(_ masters: Masters) {
    for field: any FormField in [Fields.mainSpecialty, Fields.specialty] {
      let codes = values.all(field.name)
      form.require(
        codes.allSatisfy { masters.specialty($0) != nil }, field, "\(field.label)を一覧から選んでください。")
    }
  }

  /// One of the two is 必須.
  private mutating func checkUniversity() {
    form.require(
      form.isTyped(Fields.university) || form.isTyped(Fields.universityOther), Fields.university,
      "出身校を入力してください。一覧にない場合は「出身校（上欄に登録がない場合）」に入力してください。")
  }

  private mutating func checkDates() {
    let months: [(field: any FormField, value: PartialDate?)] = [
      (Fields.graduationDate, form.valid(Fields.graduationDate)),
      (Fields.graduateSchoolDate, form.valid(Fields.graduateSchoolDate)),
      (Fields.degreeDate, form.valid(Fields.degreeDate)),
    ]
    for problem in RegistrationDates.problems(
      birth: (Fields.birthDate, form.valid(Fields.birthDate)),
      registry: (Fields.registryDate, form.valid(Fields.registryDate)),
      months: months, today: CivilDate.inJapan(at: secondsNow()))
    {
      form.refuse(problem)
    }
  }
}
