import Pages

/// The policy of passwords, as a page says it and as its script knows it.
public enum NewPasswordView {
  public static let slots: Set<String> = ["password_rule", "min", "kinds"]
  public static let parts: Set<String> = ["policy"]

  /// Puts the policy's sentence, and its figures for the script, into the page.
  public static func fill(_ filling: inout Filling, _ policy: PasswordPolicy) {
    guard let words = words.first(where: { $0.policy == policy }) else { return }
    filling.slots["password_rule"] = words.rule
    filling.parts["policy"] = words.figures
  }

  /// What is said of each policy, the same in every answer.
  private static let words = PasswordPolicy.allCases.map { policy in
    let figures = Filling(slots: [
      "min": String(policy.minimum),
      "kinds": policy.kinds.map(\.rawValue).joined(separator: " "),
    ])
    return (policy: policy, rule: policy.wording, figures: [figures])
  }
}
