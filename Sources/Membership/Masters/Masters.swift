import MariaDB

/// A 診療科 that a doctor can name.
public struct Specialty: Equatable, Sendable {
  /// Two digits, e.g. `01`.
  public let code: String
  /// e.g. 内科.
  public let name: String
  /// As it is shown: 01内科.
  public var label: String { code + name }

  public init(code: String, name: String) {
    self.code = code
    self.name = name
  }
}

extension [Specialty] {
  /// `01内科`; the code alone where the list no longer has it.
  func label(of code: String) -> String { first { $0.code == code }?.label ?? code }
}

/// The short master lists, held in memory from a program's start. Reading them takes four queries;
/// a program sees a new edition when it is started again.
public final class Masters: Sendable {
  public let universities: MasterList
  /// Found by their own names, and by the present and former names of the university.
  public let graduateSchools: MasterList
  public let societies: MasterList
  /// In the order of their codes.
  public let specialties: [Specialty]

  public init(
    universities: [MasterEntry], graduateSchools: [MasterEntry], societies: [MasterEntry],
    specialties: [Specialty]
  ) {
    self.universities = MasterList(universities)
    self.graduateSchools = Self.graduateSchools(graduateSchools, of: universities)
    self.societies = MasterList(societies)
    self.specialties = specialties
  }

  /// Reads the lists from the database. They are empty where nothing was imported yet.
  public static func load(_ database: some SQLRunner) throws -> Masters {
    Masters(
      universities: try universities(database), graduateSchools: try graduateSchools(database),
      societies: try societies(database), specialties: try specialties(database))
  }

  /// A list that texts are searched in.
  public enum Name: Sendable {
    case universities, graduateSchools, societies
  }

  subscript(name: Name) -> MasterList {
    switch name {
    case .universities: universities
    case .graduateSchools: graduateSchools
    case .societies: societies
    }
  }

  /// Reads one of the lists alone.
  static func list(_ name: Name, _ database: some SQLRunner) throws -> MasterList {
    switch name {
    case .universities: MasterList(try universities(database))
    case .graduateSchools:
      graduateSchools(try graduateSchools(database), of: try universities(database))
    case .societies: MasterList(try societies(database))
    }
  }

  /// The specialty of this code, or nil.
  public func specialty(_ code: String) -> Specialty? {
    specialties.first { $0.code == code }
  }

  /// A graduate school is also asked for by its university's name, with or without 大学院: so
  /// 金沢医科大学 is one school's, though an old name of another begins alike.
  private static func graduateSchools(
    _ schools: [MasterEntry], of universities: [MasterEntry]
  ) -> MasterList {
    var names: [String: [String]] = [:]
    for university in universities {
      let former = university.formerNames
      names[university.code] =
        [university.name] + former + former.filter { $0.hasSuffix("大学") }.map { $0 + "大学院" }
    }
    let former = Dictionary(
      universities.map { ($0.code, $0.formerNames) }, uniquingKeysWith: { first, _ in first })
    return MasterList(
      schools.map {
        MasterEntry(
          code: $0.code, name: $0.name, kana: $0.kana, formerNames: former[$0.code] ?? [])
      }, hidden: names)
  }

  // MARK: Queries

  private static func universities(_ database: some SQLRunner) throws -> [MasterEntry] {
    try entries(
      database.rows("SELECT code, name, kana, former_names FROM universities ORDER BY code"))
  }

  private static func graduateSchools(_ database: some SQLRunner) throws -> [MasterEntry] {
    try entries(
      database.rows(
        "SELECT code, name, kana, '' AS former_names FROM graduate_schools ORDER BY code"))
  }

  private static func societies(_ database: some SQLRunner) throws -> [MasterEntry] {
    try entries(
      database.rows(
        """
        SELECT CAST(number AS CHAR) AS code, name, kana, former_names FROM societies
        ORDER BY number
        """))
  }

  static func specialties(_ database: some SQLRunner) throws -> [Specialty] {
    try database.rows("SELECT code, name FROM specialties ORDER BY code")
      .map { Specialty(code: try $0["code"], name: try $0["name"]) }
  }

  private static func entries(_ rows: [Row]) throws -> [MasterEntry] {
    try rows.map {
      let former: String = try $0["former_names"]
      return MasterEntry(
        code: try $0["code"], name: try $0["name"], kana: try $0["kana"],
        formerNames: former.split(separator: ";").map(String.init))
    }
  }
}
