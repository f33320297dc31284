// What is typed where a code is asked for.

/// Six digits of an authenticator app, as typed.
public struct TypedCode: Sendable, Hashable {
  /// Six ASCII digits.
  let digits: [UInt8]

  /// Reads a code; full-width digits, spaces and hyphens are forgiven.
  public init(_ typed: String) throws(Refusal) {
    let digits = typed.halfWidth().unicodeScalars.filter { !$0.isOuterSpace && !$0.isDash }
    guard digits.count == 6, digits.allSatisfy({ ("0"..."9").contains($0) }) else {
      throw Refusal("6桁の数字で入力してください。")
    }
    self.digits = digits.map { UInt8($0.value) }
  }
}

extension Rule where Value == TypedCode {
  /// Six digits. They are never shown again: by then they are used up.
  public static var code: Rule {
    Rule(
      longest: 6, read: { typed throws(Refusal) in try TypedCode(typed.text) }, show: { _ in "" })
  }
}

extension Rule where Value == RecoveryCode {
  /// A recovery code.
  public static var recoveryCode: Rule {
    Rule(
      longest: 19,
      read: { typed throws(Refusal) in
        guard let code = RecoveryCode(typed.text) else {
          throw Refusal("英字と数字16文字（4文字ずつ4組）で入力してください。")
        }
        return code
      }, show: { _ in "" })
  }
}
