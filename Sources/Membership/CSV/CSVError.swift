/// What is wrong with a CSV file, and where.
public struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: Equatable, Sendable {
    /// Neither UTF-8 nor, where that is taken, CP932.
    case notText
    /// A field began with a quote that never ended.
    case openQuote
    /// A quote inside a field that does not begin with one.
    case strayQuote
    /// Text between a closing quote and the next separator.
    case textAfterQuote
    /// No header line.
    case empty
    /// The header lacks these columns.
    case missingColumns([String])
    /// The header has this column twice.
    case repeatedColumn(String)
    /// The row has more fields than the header.
    case tooManyFields(Int, header: Int)
  }

  public let kind: Kind
  /// The line in the file, from 1, as an editor counts; 0 for the file as a whole.
  public let line: Int

  public init(_ kind: Kind, line: Int) {
    self.kind = kind
    self.line = line
  }

  /// In English, for the operator.
  public var description: String {
    let text =
      switch kind {
      case .notText: "not UTF-8"
      case .openQuote: "a quote is never closed"
      case .strayQuote: "a quote inside a field without quotes"
      case .textAfterQuote: "text after a closing quote"
      case .empty: "no header line"
      case .missingColumns(let names): "the header lacks \(names.joined(separator: ", "))"
      case .repeatedColumn(let name): "the header has \(name) twice"
      case .tooManyFields(let count, let header): "\(count) fields under \(header) columns"
      }
    return line == 0 ? text : "line \(line): \(text)"
  }

  /// In Japanese, for who uploaded the file: what to do.
  public var sentence: String {
    let text =
      switch kind {
      case .notText: "文字コードを読み取れません。「CSV UTF-8（コンマ区切り）」で保存し直してください。"
      case .openQuote: "引用符（\"）が閉じられていません。閉じる引用符を加えてください。"
      case .strayQuote: "値の途中に引用符（\"）があります。値の全体を引用符で囲み、途中の引用符は2つ重ねてください。"
      case .textAfterQuote: "閉じる引用符（\"）の後に文字があります。引用符の位置を直してください。"
      case .empty: "見出しの行がありません。1行目に列の名前を入れてください。"
      case .missingColumns(let names): "見出しに次の列を加えてください：\(names.joined(separator: "、"))"
      case .repeatedColumn(let name): "見出しに「\(name)」が2つあります。1つにしてください。"
      case .tooManyFields(let count, let header):
        "項目が\(count)個あります。見出しと同じ\(header)個までにしてください。"
      }
    return line == 0 ? text : "\(line)行目：\(text)"
  }
}
