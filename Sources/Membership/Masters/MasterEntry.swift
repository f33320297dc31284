/// One name of a master list: a university, a graduate school, a learned society.
public struct MasterEntry: Equatable, Sendable {
  /// The list's own code, e.g. `110`; a society's number.
  public let code: String
  /// The name as it is shown and stored.
  public let name: String
  /// Its reading in full-width katakana.
  public let kana: String
  /// Names that it had before, and other spellings of its name.
  public let formerNames: [String]

  public init(code: String, name: String, kana: String, formerNames: [String] = []) {
    self.code = code
    self.name = name
    self.kana = kana
    self.formerNames = formerNames
  }
}

/// What became of one typed text.
public enum MasterResolution: Equatable, Sendable {
  /// The text means the entry of this name.
  case one(String)
  /// The text is part of what finds these names, best first: the person has to choose.
  case several([String])
  /// No name of the list has anything of the text.
  case none
}
