import FastCGI
import Pages

/// What a person sent, held against the fields of the screen.
public struct Form {
  public let values: FormValues
  /// Everything that is wrong: by single fields, then what the screen added.
  public private(set) var problems: [Problem]
  /// The normal forms of the fields that are right in themselves, in the order of the page.
  public let normal: FormValues
  /// Where those of each field begin, and where the last one's end.
  private let starts: [Int]

  public init(_ values: FormValues, _ fields: [any FormField]) {
    self.values = values
    var problems: [Problem] = []
    var normal = FormValues(expecting: values.pairs.count)
    var starts = [0]
    starts.reserveCapacity(fields.count + 1)
    var walk = FormWalk(values)
    let fields = fields.span
    for number in fields.indices {
      do throws(Problem) {
        try fields[number].read(&walk, to: &normal)
      } catch {
        // Where one thing is wrong, others are, too.
        if problems.isEmpty { problems.reserveCapacity(8) }
        problems.append(error)
      }
      starts.append(normal.pairs.count)
    }
    (self.problems, self.normal, self.starts) = (problems, normal, starts)
  }

  public init(_ request: Request, _ fields: [any FormField]) {
    self.init(request.form, fields)
  }

  /// The normal forms of the fields with these numbers, counted from 0 as the form was given them.
  func normal(of numbers: Range<Int>) -> ArraySlice<(name: String, value: String)> {
    normal.pairs[starts[numbers.lowerBound]..<starts[numbers.upperBound]]
  }

  /// The value typed into a field. Throws what is wrong with the whole form, if anything is.
  public subscript<Value>(field: Field<Value>) -> Value {
    get throws {
      try passed()
      return try field.read(values.first(field.name))
    }
  }

  /// The value typed into a field, nil for none. Throws as above.
  public subscript<Value>(field: OptionalField<Value>) -> Value? {
    get throws {
      try passed()
      return try field.read(values.first(field.name))
    }
  }

  /// Whether anything but white space was typed into a field.
  public func isTyped(_ field: any FormField) -> Bool {
    values.all(field.name).contains { !$0.trimmingSpace().isEmpty }
  }

  /// The value of a field that is right in itself, whatever else is wrong: for rules over several
  /// fields.
  public func valid<Value>(_ field: Field<Value>) -> Value? {
    try? field.read(values.first(field.name))
  }

  public func valid<Value>(_ field: OptionalField<Value>) -> Value? {
    (try? field.read(values.first(field.name))) ?? nil
  }

  /// Adds what is wrong by a rule over several fields.
  public mutating func refuse(_ problem: Problem) {
    problems.append(problem)
  }

  /// Adds `sentence` to the field unless the condition holds.
  public mutating func require(
    _ condition: Bool, _ field: any FormField, _ sentence: @autoclosure () -> String
  ) {
    if !condition { problems.append(Problem(field, sentence())) }
  }

  /// Throws everything that is wrong with the form, if anything is.
  public func passed() throws(FormRefused) {
    guard problems.isEmpty else { throw FormRefused(problems) }
  }
}

/// Ends a screen's work: the same page comes back with everything typed and what is wrong.
public struct FormRefused: Error {
  public let problems: [Problem]
  /// 422, or the status of what stood in the way: 401, 429, 503.
  public let status: Int
  /// Seconds after which trying again makes sense.
  public let retryAfter: Int?

  public init(_ problems: [Problem], status: Int = 422, retryAfter: Int? = nil) {
    self.problems = problems
    self.status = status
    self.retryAfter = retryAfter
  }

  public init(_ problem: Problem) {
    self.init([problem])
  }
}

/// Ends a screen's work with another answer than its own: the way to where the person can go on.
public struct Detour: Error {
  public let response: Response

  public init(_ response: Response) {
    self.response = response
  }

  public static func redirect(to address: String) -> Detour {
    Detour(.redirect(to: address))
  }
}
