import Foundation
import Platform
import Synchronization

/// A folder that is removed with its content when the last reference goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  private static let count = Atomic(0)

  public init() throws {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    path = NSTemporaryDirectory() + "mamis-folder-\(getpid())-\(number)"
    try makeFolder(path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
