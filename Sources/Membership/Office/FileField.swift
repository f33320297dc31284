import FastCGI

/// A control that takes a file. What came is in the request's `files`: the screen looks at it
/// itself.
public struct FileField: FormField {
  public let name: String
  public let label: String
  public let isRequired = true
  public let isRepeated = false
  public let longest = Int.max

  public init(_ name: String, _ label: String) {
    self.name = name
    self.label = label
  }

  public func read(_ typed: inout FormWalk, to normal: inout FormValues) throws(Problem) {}
}
