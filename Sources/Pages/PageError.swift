/// What is wrong with a page of ours, for the person who edits it: file, line, and what to do.
public struct PageError: Error, Equatable, CustomStringConvertible {
  /// The file's name below the folder of pages: `login.html`, `parts/header.html`.
  public let file: String
  /// The line, counted from 1; 0 where the file as a whole is meant.
  public let line: Int
  /// What is wrong, in English, without a full stop.
  public let message: String

  /// An error of `file` at `line` (0: the file as a whole).
  public init(file: String, line: Int = 0, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  /// `login.html:12: <p> is never closed`, the form that editors can jump to.
  public var description: String {
    line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)"
  }
}
