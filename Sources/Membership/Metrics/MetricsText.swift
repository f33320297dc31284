/// Figures in Prometheus' text form, version 0.0.4.
///
/// Names, helps and labels are literals; the value of a label is a word of ours (a program's name, a
/// status, a state), so nothing in it needs escaping and their number is bounded.
struct MetricsText {
  /// What kind of figure a family is.
  enum Kind: String {
    case counter, gauge, histogram
  }

  /// One figure: the end of its family's name (histograms only), its labels and value.
  struct Sample {
    var suffix: StaticString = ""
    var labels: KeyValuePairs<StaticString, String> = [:]
    let value: String
  }

  private(set) var text = ""

  /// Adds a family; without a figure nothing is said of it.
  mutating func add(
    _ name: StaticString, _ kind: Kind, _ help: StaticString, _ samples: [Sample]
  ) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      text += "\(name)\(sample.suffix)"
      if !sample.labels.isEmpty {
        let pairs = sample.labels.map { "\($0.key)=\"\($0.value)\"" }
        text += "{\(pairs.joined(separator: ","))}"
      }
      text += " \(sample.value)\n"
    }
  }

  /// A family of whole numbers, told apart by one label.
  mutating func add(
    _ name: StaticString, _ kind: Kind, _ help: StaticString, by label: StaticString,
    _ numbers: [(value: String, number: Int)]
  ) {
    add(name, kind, help, numbers.map { Sample(labels: [label: $0.value], value: "\($0.number)") })
  }

  /// A single whole number.
  mutating func add(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ number: Int) {
    add(name, kind, help, [Sample(value: "\(number)")])
  }
}
