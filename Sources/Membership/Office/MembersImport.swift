import MariaDB

/// The association's list of members, read from a CSV file and checked as a whole.
///
/// Nothing is written where a line has a mistake. What is written says what the list says: the same
/// file twice changes nothing, and what a person registered is never touched. `StagedImport` does
/// the writing.
public struct MembersImport {
  /// The columns of the file; all but the first three may be empty or missing.
  public static let columns = [
    "member_number", "family_name", "given_name", "family_name_kana", "given_name_kana",
    "registry_number", "birth_date", "postal_code", "prefecture", "address", "email",
  ]

  /// What the columns are called on pages, in the same order.
  static let labels = [
    "会員番号", "姓", "名", "セイ", "メイ", "医籍登録番号", "生年月日", "郵便番号", "都道府県", "住所", "メールアドレス",
  ]

  /// What an import did, or would do.
  public struct Result: Equatable, Sendable {
    public var added = 0
    public var changed = 0
    public var unchanged = 0
  }

  /// One line's mistake, as a sentence for who made the file.
  public struct Mistake: Equatable, Sendable {
    public let line: Int
    public let sentence: String
  }

  /// One member as the list has it: the values in the order of `columns`.
  struct Member {
    let line: Int
    let values: [String]
  }

  private(set) var members: [Member] = []
  /// Everything that is wrong, in the order of the lines. Nothing is written where there is any.
  public private(set) var mistakes: [Mistake] = []

  /// Reads a file: UTF-8 with or without a mark, or CP932 as Excel saves it. Throws `CSVError` for
  /// what is not such a file.
  public init(file: [UInt8]) throws {
    var table = try CSVTable(
      CSVReader(fromOffice: file), columns: Array(Self.columns.prefix(3)),
      optional: Array(Self.columns.dropFirst(3)), restoresFormulas: true)
    var lines: [String: Int] = [:]
    while let record = try table.next() {
      let (values, sentences) = MemberLine.read(record.fields)
      mistakes += sentences.map { Mistake(line: record.line, sentence: $0) }
      if let number = values.first, !number.isEmpty,
        let earlier = lines.updateValue(record.line, forKey: number)
      {
        mistakes.append(
          Mistake(line: record.line, sentence: "会員番号が\(earlier)行目と同じです。どちらかを直してください。"))
      }
      members.append(Member(line: record.line, values: values))
    }
  }

  /// How many members the file has.
  public var count: Int { members.count }

  /// Compares and writes the members at once: for the command line. All or nothing.
  public func run(in database: Database, by actor: Int? = nil) throws -> Result {
    let id = try StagedImport.stage(self, by: actor, in: database)
    guard let staged = try StagedImport.find(id, of: actor, in: database),
      try staged.claim(in: database)
    else { throw StagedImport.Taken() }
    return try staged.write(in: database, client: "") { _ in }
  }
}
