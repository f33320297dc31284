/// One line of the association's list, held against the rules of the same fields in the form.
enum MemberLine {
  /// The normal forms in the order of `MembersImport.columns`, and what is wrong, as sentences.
  static func read(_ fields: [String]) -> (values: [String], sentences: [String]) {
    var line = Line(fields: fields)
    line.take("会員番号", isRequired: true) { typed throws(Refusal) in try number(typed) }
    for label in ["姓", "名"] {
      line.take(label, isRequired: true) { typed throws(Refusal) in
        try PersonName(typed, longest: 32).text
      }
    }
    for label in ["セイ", "メイ"] {
      line.take(label) { typed throws(Refusal) in try KanaName(typed, longest: 64).text }
    }
    line.take("医籍登録番号") { typed throws(Refusal) in try registryNumber(typed) }
    line.take("生年月日") { typed throws(Refusal) in try CivilDate(typed).iso }
    line.take("郵便番号") { typed throws(Refusal) in try PostalCode(typed).text }
    line.take("都道府県") { typed throws(Refusal) in try Prefecture(typed).text }
    line.take("住所") { typed throws(Refusal) in try LineText(typed, longest: 100).text }
    line.take("メールアドレス") { typed throws(Refusal) in try EmailAddress(typed).text }
    return (line.values, line.sentences)
  }

  /// A member number: 1–20 letters, digits and hyphens. `D…` and `S…` are ours for doctors who are
  /// not members, and staff.
  private static func number(_ typed: TypedText) throws(Refusal) -> String {
    let folded = typed.text.halfWidth()
    let isPlain = folded.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D
    }
    guard (1...20).contains(folded.utf8.count), isPlain else {
      throw Refusal("半角の英数字とハイフンで、20文字以内にしてください。")
    }
    guard folded.first != "D", folded.first != "S" else {
      throw Refusal("先頭の文字をDとS以外にしてください（システムが使う番号です）。")
    }
    return folded
  }

  /// Spreadsheets drop leading zeros: 1234 is 001234.
  private static func registryNumber(_ typed: TypedText) throws(Refusal) -> String {
    let folded = typed.text.halfWidth()
    let isShort = folded.utf8.count < 6 && folded.utf8.allSatisfy { (0x30...0x39).contains($0) }
    let zeros = isShort ? String(repeating: "0", count: 6 - folded.utf8.count) : ""
    return try RegistryNumber(zeros + folded).text
  }

  /// The fields of a line, taken one by one.
  private struct Line {
    let fields: [String]
    var values: [String] = []
    var sentences: [String] = []

    mutating func take(
      _ label: String, isRequired: Bool = false, _ read: (TypedText) throws(Refusal) -> String
    ) {
      let typed = TypedText(fields[values.count])
      guard !typed.isEmpty else {
        if isRequired { sentences.append("\(label)が空です。") }
        values.append("")
        return
      }
      do {
        values.append(try read(typed))
      } catch {
        sentences.append(error.sentence(about: label))
        values.append(typed.text)
      }
    }
  }
}
