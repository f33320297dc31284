import Foundation

/// The folder of the programs that were built together with these tests.
public let productsFolder: String = {
  // The test bundle lies beside them; the helper that runs it may lie anywhere.
  let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
  var parts = bundle.split(separator: "/", omittingEmptySubsequences: false)
  let index = parts.firstIndex { $0.hasSuffix(".xctest") } ?? parts.count - 1
  parts.removeSubrange(index...)
  return parts.joined(separator: "/")
}()
