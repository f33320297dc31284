import FastCGI

/// One thing wrong with a form: the sentence, and the field that it is bound to (nil: the form as
/// a whole).
public struct Problem: Error, Equatable, Sendable {
  public let field: String?
  public let sentence: String
  /// Full names to choose from, where a partial one matched several entries of a master list.
  public let choices: [String]

  public init(_ field: (any FormField)?, _ sentence: String, choices: [String] = []) {
    self.init(named: field?.name, sentence, choices: choices)
  }

  init(named field: String?, _ sentence: String, choices: [String] = []) {
    self.field = field
    self.sentence = sentence
    self.choices = choices
  }
}

/// A control of a page, as its screen declares it: the same name as in the HTML.
public protocol FormField: Sendable {
  var name: String { get }
  /// The words that begin a sentence about the field: 「姓（フリガナ）」.
  var label: String { get }
  var isRequired: Bool { get }
  /// True where several controls share the name, each with a value of its own.
  var isRepeated: Bool { get }
  /// The longest value that passes, in characters: the page's `maxlength` must not be shorter.
  var longest: Int { get }
  /// Adds the normal forms of what was typed, to be stored and shown; none where nothing was typed.
  /// Throws what is wrong with it, and adds nothing then.
  func read(_ typed: inout FormWalk, to normal: inout FormValues) throws(Problem)
}

extension FormField {
  /// The normal forms of texts typed into the field alone. Throws what is wrong with them.
  public func normalForms(of typed: [String]) throws(Problem) -> [String] {
    var (values, normal) = (FormValues(), FormValues())
    for text in typed { values.append(name, text) }
    var walk = FormWalk(values)
    try read(&walk, to: &normal)
    return normal.pairs.map(\.value)
  }
}

/// A field that must be filled (必須).
public struct Field<Value: Sendable>: FormField {
  public let name: String
  public let label: String
  public let rule: Rule<Value>
  public var longest: Int { rule.longest }
  public let isRequired = true
  public let isRepeated = false
  private let missing: String

  /// - Parameter missing: the whole sentence for an empty field, where the usual one does not fit
  ///   (「…を入力してください。」).
  public init(_ name: String, _ label: String, _ rule: Rule<Value>, missing: String? = nil) {
    self.name = name
    self.label = label
    self.rule = rule
    self.missing = missing ?? "\(label)を入力してください。"
  }

  /// The value typed, nil being no control at all. Throws what is wrong with it.
  public func read(_ typed: String?) throws(Problem) -> Value {
    let typed = try present(typed)
    do { return try rule.read(typed) } catch { throw error.problem(name, label) }
  }

  public func read(_ typed: inout FormWalk, to normal: inout FormValues) throws(Problem) {
    let typed = try present(typed.first(name))
    do {
      normal.append(name, try rule.normalForm(typed))
    } catch { throw error.problem(name, label) }
  }

  private func present(_ typed: String?) throws(Problem) -> TypedText {
    guard let typed = TypedText(typed, trims: rule.trims) else {
      throw Problem(named: name, missing)
    }
    return typed
  }
}

/// A field that may stay empty (任意).
public struct OptionalField<Value: Sendable>: FormField {
  public let name: String
  public let label: String
  public let rule: Rule<Value>
  public var longest: Int { rule.longest }
  public let isRequired = false
  public let isRepeated = false

  public init(_ name: String, _ label: String, _ rule: Rule<Value>) {
    self.name = name
    self.label = label
    self.rule = rule
  }

  /// The value typed, nil for none. Throws what is wrong with it.
  public func read(_ typed: String?) throws(Problem) -> Value? {
    guard let typed = TypedText(typed, trims: rule.trims) else { return nil }
    do { return try rule.read(typed) } catch { throw error.problem(name, label) }
  }

  public func read(_ typed: inout FormWalk, to normal: inout FormValues) throws(Problem) {
    guard let typed = TypedText(typed.first(name), trims: rule.trims) else { return }
    do {
      normal.append(name, try rule.normalForm(typed))
    } catch { throw error.problem(name, label) }
  }
}

/// A field whose control stands several times on the page; the empty ones do not count, the same
/// value twice counts once.
public struct RepeatedField<Value: Sendable>: FormField {
  public let name: String
  public let label: String
  public let rule: Rule<Value>
  public var longest: Int { rule.longest }
  public let most: Int
  public let isRequired = false
  public let isRepeated = true

  public init(_ name: String, _ label: String, _ rule: Rule<Value>, most: Int) {
    self.name = name
    self.label = label
    self.rule = rule
    self.most = most
  }

  public func read(_ typed: inout FormWalk, to normal: inout FormValues) throws(Problem) {
    var texts = typed.all(name)
    var count = 0
    // The normal forms take the places of what was typed: there are never more of them.
    for place in texts.indices {
      guard let typed = TypedText(texts[place], trims: rule.trims) else { continue }
      let text: String
      do { text = try rule.normalForm(typed) } catch { throw error.problem(name, label) }
      guard !texts[..<count].contains(text) else { continue }
      texts[count] = text
      count += 1
    }
    guard count <= most else {
      throw Problem(named: name, "\(label)は、\(most)個までにしてください。")
    }
    for text in texts[..<count] { normal.append(name, text) }
  }
}

extension Refusal {
  fileprivate func problem(_ field: String, _ label: String) -> Problem {
    Problem(named: field, sentence(about: label))
  }
}
