// Closed sets: what a `select` offers and nothing else.

/// A value of a closed set: `rawValue` is the control's value, `label` what is shown.
public protocol Choice: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
  /// The words on the page.
  var label: String { get }
}

/// 性別.
public enum Sex: String, Choice {
  case male, female, unspecified

  /// The words on the page.
  public var label: String {
    switch self {
    case .male: "男性"
    case .female: "女性"
    case .unspecified: "回答しない"
    }
  }
}

/// What an inquiry is about.
public enum InquiryCategory: String, Choice {
  case login, postcard, registration, other

  /// The words on the page.
  public var label: String {
    switch self {
    case .login: "ログインできない"
    case .postcard: "ハガキが見当たらない"
    case .registration: "利用者登録"
    case .other: "その他"
    }
  }
}

/// One of the 47 prefectures, by name.
public struct Prefecture: ExactText, TypedValue {
  /// The name: 東京都.
  public let text: String

  /// Reads the name of a prefecture.
  public init(_ typed: TypedText) throws(Refusal) {
    let name = typed.text
    guard Self.names.contains(where: name.isExactly) else { throw .choose }
    text = name
  }

  /// All names in the order of JIS X 0401 (01–47).
  public static let names = [
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
  ]
}

extension Refusal {
  static let choose = Refusal("一覧から選択してください。")
}

extension Rule where Value: Choice {
  /// One of the values that the control offers.
  public static var choice: Rule {
    Rule(
      longest: Value.allCases.map(\.rawValue.count).max() ?? 0,
      read: { typed throws(Refusal) in
        guard let value = Value(rawValue: typed.text) else { throw Refusal.choose }
        return value
      }, show: { $0.rawValue })
  }
}

extension Rule where Value == Sex {
  /// 性別.
  public static var sex: Rule { choice }
}

extension Rule where Value == InquiryCategory {
  /// What an inquiry is about.
  public static var inquiryCategory: Rule { choice }
}

/// A check mark under terms of use: its control's value is `yes`.
public struct Agreement: Sendable, Hashable {}

extension Rule where Value == Agreement {
  /// A check mark that must be set.
  public static var agreement: Rule {
    Rule(
      longest: 3,
      read: { typed throws(Refusal) in
        guard typed.text == "yes" else { throw Refusal("チェックを入れてください。") }
        return Agreement()
      }, show: { _ in "yes" })
  }
}

extension Rule where Value == Prefecture {
  /// A prefecture.
  public static var prefecture: Rule {
    Rule(longest: 4) { typed throws(Refusal) in try Prefecture(typed) }
  }
}
