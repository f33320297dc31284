import FastCGI
import Pages

/// How a profile stands on a page: a slot for each field, rows for the repeated ones.
public enum ProfileView {
  private typealias Fields = RegistrationFields

  /// The names of the slots that `fill` fills.
  public static let slots: Set<String> = Set(
    RegistrationFields.profile.filter { !$0.isRepeated }.map(\.name)
  ).subtracting([Fields.sex.name, Fields.mainSpecialty.name])
    .union([
      "sex_label", "main_specialty_label", Fields.university.name, Fields.graduateSchool.name,
      "label", "name",
    ])

  /// The templates of the repeated fields.
  public static let parts: Set<String> = ["specialty-row", "society-row"]

  /// What stands where nothing was given.
  private static let empty = "（未入力）"

  /// Puts every field of a profile into the slots of a page.
  public static func fill(
    _ filling: inout Filling, _ values: FormValues, _ specialties: [Specialty]
  ) {
    var walk = FormWalk(values)
    filling.slots.merge(Named(Fields.profile.map { ($0.name, walk.first($0.name) ?? empty) }))
    let sex = values.first(Fields.sex.name).flatMap(Sex.init(rawValue:))
    filling.slots["sex_label"] = sex?.label ?? empty
    filling.slots["main_specialty_label"] =
      values.first(Fields.mainSpecialty.name).map { specialties.label(of: $0) } ?? empty
    filling.lists["specialty-row"] = TextList(
      "label",
      rows(values.all(Fields.specialty.name)).map {
        $0 == empty ? empty : specialties.label(of: $0)
      })
    filling.lists["society-row"] = TextList("name", rows(values.all(Fields.society.name)))
  }

  /// Family and given name with a space between.
  public static func name(_ values: FormValues) -> String {
    let family = values.first(Fields.familyName.name) ?? ""
    return "\(family) \(values.first(Fields.givenName.name) ?? "")"
  }

  /// The values of one field as a person reads them: choices by their words.
  public static func words(
    _ values: [String], of field: any FormField, _ specialties: [Specialty]
  ) -> String {
    let words = values.map { value in
      switch field.name {
      case Fields.sex.name: Sex(rawValue: value)?.label ?? value
      case Fields.mainSpecialty.name, Fields.specialty.name: specialties.label(of: value)
      default: value
      }
    }
    return words.isEmpty ? empty : words.joined(separator: "、")
  }

  private static func rows(_ values: [String]) -> [String] { values.isEmpty ? [empty] : values }
}
