import Platform

/// What a program asks of its database: for the operator's figures.
public final class DatabaseUse {
  /// What was asked between two looks.
  public struct Amount: Sendable {
    /// Statements, and what belongs to them: connecting, preparing, beginning, committing.
    public fileprivate(set) var statements = 0
    /// What they took, the rows of a streamed result apart.
    public fileprivate(set) var microseconds = 0
    /// Failures by their kind. A duplicate key is none: who was first is the database's to decide.
    public fileprivate(set) var unreachable = 0
    public fileprivate(set) var conflicts = 0
    public fileprivate(set) var others = 0

    /// Nothing was asked.
    public init() {}
  }

  private var amount = Amount()

  /// What was asked since the last look.
  public func take() -> Amount {
    defer { amount = Amount() }
    return amount
  }

  /// Runs one exchange with the server and notes how it went.
  func measure<Result>(_ work: () throws(DatabaseError) -> Result) throws(DatabaseError) -> Result {
    let start = monotonicMicroseconds()
    defer {
      amount.statements += 1
      amount.microseconds += monotonicMicroseconds() - start
    }
    do {
      return try work()
    } catch {
      switch error.kind {
      case .duplicate: break
      case .unreachable: amount.unreachable += 1
      case .conflict: amount.conflicts += 1
      case .shape, .other: amount.others += 1
      }
      throw error
    }
  }
}
