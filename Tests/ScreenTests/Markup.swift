// An answer's HTML, as far as the tests ask about it.

import Foundation

/// The elements of one page, read once.
struct Markup {
  private enum Token {
    case open(String, [String: String])
    case close(String)
    case text(String)
  }

  private var tokens: [Token] = []

  init(_ bytes: [UInt8]) {
    var position = 0
    while position < bytes.count {
      let isTag = bytes[position] == UInt8(ascii: "<")
      let end =
        isTag
        ? Self.endOfTag(bytes, position)
        : bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      let text = String(decoding: bytes[position..<end], as: UTF8.self)
      tokens.append(isTag ? Self.tag(text) : .text(Self.plain(text)))
      position = end
    }
  }

  /// After the `>` that is in no quotes.
  private static func endOfTag(_ bytes: [UInt8], _ start: Int) -> Int {
    var isQuoted = false
    for index in start..<bytes.count {
      if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[index] == UInt8(ascii: ">"), !isQuoted { return index + 1 }
    }
    return bytes.count
  }

  private static func tag(_ text: String) -> Token {
    let inside = text.dropFirst().dropLast()
    if inside.hasPrefix("/") { return .close(String(inside.dropFirst())) }
    let name = inside.prefix { $0 != " " && $0 != "\n" }
    var attributes: [String: String] = [:]
    var rest = inside.dropFirst(name.count).drop { $0 == " " || $0 == "\n" }
    while !rest.isEmpty {
      let key = String(rest.prefix { $0 != "=" && $0 != " " && $0 != "\n" })
      rest = rest.dropFirst(key.count)
      if rest.hasPrefix("=\"") {
        let value = rest.dropFirst(2).prefix { $0 != "\"" }
        attributes[key] = plain(String(value))
        rest = rest.dropFirst(value.count + 3)
      } else {
        attributes[key] = ""
      }
      rest = rest.drop { $0 == " " || $0 == "\n" }
    }
    return .open(String(name), attributes)
  }

  private static func plain(_ text: String) -> String {
    guard text.contains("&") else { return text }
    return text.replacingOccurrences(of: "&lt;", with: "<")
      .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&quot;", with: "\"")
      .replacingOccurrences(of: "&#39;", with: "'").replacingOccurrences(of: "&amp;", with: "&")
  }

  /// The text inside the first element that `isMeant`.
  private func text(_ isMeant: (String, [String: String]) -> Bool) -> String? {
    for (index, token) in tokens.enumerated() {
      if case .open(let name, let attributes) = token, isMeant(name, attributes) {
        return textAfter(index, upTo: name)
      }
    }
    return nil
  }

  /// The text between a tag and its end; elements of one name that nest are not told apart.
  private func textAfter(_ index: Int, upTo name: String) -> String {
    var text = ""
    for token in tokens[(index + 1)...] {
      if case .text(let words) = token { text += words }
      if case .close(name) = token { break }
    }
    return text
  }

  var title: String { text { name, _ in name == "title" } ?? "" }

  /// The text of the element with this id.
  func text(id: String) -> String? { text { _, attributes in attributes["id"] == id } }

  /// The attributes of every element of these names.
  func elements(_ names: Set<String>) -> [[String: String]] {
    tokens.compactMap {
      if case .open(let name, let attributes) = $0, names.contains(name) { attributes } else { nil }
    }
  }

  func element(id: String) -> [String: String]? {
    for case .open(_, let attributes) in tokens where attributes["id"] == id { return attributes }
    return nil
  }

  /// The attributes of the controls of this name.
  func controls(_ name: String) -> [[String: String]] {
    elements(["input", "select", "textarea"]).filter { $0["name"] == name }
  }

  /// What a browser would send for this name.
  func values(_ name: String) -> [String] {
    var values: [String] = []
    var isInSelect = false
    for (index, token) in tokens.enumerated() {
      if case .close("select") = token { isInSelect = false }
      guard case .open(let tag, let attributes) = token else { continue }
      switch tag {
      case "select": isInSelect = attributes["name"] == name
      case "option" where isInSelect && attributes["selected"] != nil:
        values.append(attributes["value"] ?? "")
      case "textarea" where attributes["name"] == name:
        let text = textAfter(index, upTo: "textarea")
        values.append(text.hasPrefix("\n") ? String(text.dropFirst()) : text)
      case "input" where attributes["name"] == name:
        let isChoice = ["radio", "checkbox"].contains(attributes["type"])
        if !isChoice || attributes["checked"] != nil { values.append(attributes["value"] ?? "") }
      default: break
      }
    }
    return values
  }

  /// The sentence at a field; nil where its element is hidden or not there.
  func error(_ field: String) -> String? {
    guard let element = element(id: "error-\(field)"), element["hidden"] == nil else { return nil }
    return text(id: "error-\(field)")
  }

  /// The fields that have a sentence.
  var failing: [String] {
    elements(["p"]).filter { $0["hidden"] == nil }.compactMap { $0["id"] }
      .filter { $0.hasPrefix("error-") }.map { String($0.dropFirst("error-".count)) }
  }

  /// The lines of the summary above the form: where a line leads (empty: nowhere), and its sentence.
  var summary: [(target: String, sentence: String)] {
    guard
      let start = tokens.firstIndex(where: {
        if case .open(_, let attributes) = $0 { attributes["id"] == "problems-box" } else { false }
      })
    else { return [] }
    var lines: [(String, String)] = []
    var target = ""
    for (index, token) in tokens.enumerated().dropFirst(start) {
      switch token {
      case .open("li", _): target = ""
      case .open("a", let attributes): target = String((attributes["href"] ?? "").dropFirst())
      case .close("li"):
        let words = tokens[..<index].reversed().prefix {
          if case .open("li", _) = $0 { false } else { true }
        }
        let text = words.reversed().map { if case .text(let text) = $0 { text } else { "" } }
        lines.append((target, text.joined()))
      case .close("ul"): return lines
      default: break
      }
    }
    return lines
  }
}
