/// An HTML page as its reader has it. Unlike `Pages`, which reads our own files strictly, this
/// takes what another program may have written. What stands in a `<template>` is not there.
struct ScannedPage {
  struct Control {
    let name: String
    /// The input's type, or `textarea`, `select`.
    let kind: String
    let attributes: [String: String]
    /// What a browser would send for it; nil for nothing.
    var value: String?
    /// What a `select` offers, in its order.
    var options: [String] = []

    var isRequired: Bool { attributes["required"] != nil }
    var isInvalid: Bool { attributes["aria-invalid"] == "true" }
    var takesText: Bool {
      !["hidden", "password", "checkbox", "radio", "select", "file", "submit", "button"].contains(
        kind)
    }
  }

  private(set) var title = ""
  /// Those of forms that are posted.
  private(set) var controls: [Control] = []
  /// The words of elements whose id begins with `error-` and which are not hidden, by field.
  private(set) var errors: [String: String] = [:]
  private(set) var hasAlert = false
  private(set) var links: Set<String> = []

  private var open: [(tag: String, attributes: [String: String])] = []
  private var templates = 0
  private var isInPostedForm = false
  private let address: String

  /// - Parameter address: only forms that are posted there count.
  init(_ html: [UInt8], address: String) {
    self.address = address
    var rest = html[...]
    while let start = rest.firstIndex(of: 0x3C) {
      take(text: rest[..<start])
      rest = rest[start...]
      if rest.starts(with: "<!--".utf8) {
        rest = Self.after("-->", rest)
      } else if rest.dropFirst().first.map({ $0 == 0x2F || $0 == 0x21 || isLetter($0) }) == true {
        let (tag, after) = Self.tag(rest)
        rest = after
        if tag.name.hasPrefix("/") {
          end(String(tag.name.dropFirst()))
        } else {
          begin(tag.name, tag.attributes)
          if tag.name == "script" || tag.name == "style" {
            rest = Self.after("</\(tag.name)>", rest)
          }
        }
      } else {
        take(text: rest.prefix(1))
        rest = rest.dropFirst()
      }
    }
  }

  /// The values that a browser would send, by name.
  func values(_ name: String) -> [String] {
    controls.filter { $0.name == name }.compactMap(\.value)
  }
}

extension ScannedPage {
  private static let empty: Set = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
  ]

  private mutating func begin(_ tag: String, _ attributes: [String: String]) {
    if tag == "template" { templates += 1 }
    if !Self.empty.contains(tag) { open.append((tag, attributes)) }
    guard templates == 0 else { return }
    if attributes["role"] == "alert" { hasAlert = true }
    if let field = error(attributes) { errors[field] = "" }
    switch tag {
    case "a":
      if let target = attributes["href"] { links.insert(target) }
    case "form":
      let action = attributes["action"].map { String($0.prefix { $0 != "?" }) } ?? address
      isInPostedForm = attributes["method"]?.lowercased() == "post" && action == address
    case "input", "textarea", "select": add(tag, attributes)
    case "option":
      guard let last = controls.indices.last, controls[last].kind == "select" else { return }
      controls[last].options.append(attributes["value"] ?? "")
      let isFirst = controls[last].options.count == 1
      if isFirst || attributes["selected"] != nil {
        controls[last].value = attributes["value"] ?? ""
      }
    default: break
    }
  }

  private mutating func add(_ tag: String, _ attributes: [String: String]) {
    guard isInPostedForm, let name = attributes["name"] else { return }
    let kind = tag == "input" ? attributes["type"]?.lowercased() ?? "text" : tag
    var control = Control(name: name, kind: kind, attributes: attributes)
    switch kind {
    case "checkbox", "radio":
      if attributes["checked"] != nil { control.value = attributes["value"] ?? "on" }
    case "select", "file": break
    default: control.value = attributes["value"] ?? ""
    }
    controls.append(control)
  }

  private mutating func end(_ tag: String) {
    if tag == "template" { templates = max(0, templates - 1) }
    if tag == "form" { isInPostedForm = false }
    guard let place = open.lastIndex(where: { $0.tag == tag }) else { return }
    // A browser drops a line end right behind <textarea>.
    if tag == "textarea", templates == 0, let last = controls.indices.last,
      controls[last].kind == tag, let value = controls[last].value
    {
      let text = value.unicodeScalars.filter { $0 != "\r" }
      controls[last].value = String(
        String.UnicodeScalarView(text.first == "\n" ? Array(text.dropFirst()) : Array(text)))
    }
    open.removeSubrange(place...)
  }

  private mutating func take(text bytes: ArraySlice<UInt8>) {
    guard templates == 0, !bytes.isEmpty, let last = open.last else { return }
    let words = Self.plain(bytes)
    if last.tag == "title" { title += words }
    if last.tag == "textarea", let index = controls.indices.last, isInPostedForm {
      controls[index].value = (controls[index].value ?? "") + words
    }
    for element in open {
      if let field = error(element.attributes) { errors[field, default: ""] += words }
    }
  }

  private func error(_ attributes: [String: String]) -> String? {
    guard let id = attributes["id"], id.hasPrefix("error-"), attributes["hidden"] == nil else {
      return nil
    }
    return String(id.dropFirst(6))
  }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

extension ScannedPage {
  private static func after(_ end: String, _ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let wanted = Array(end.utf8)
    var place = bytes.startIndex
    while place + wanted.count <= bytes.endIndex {
      if bytes[place..<(place + wanted.count)].elementsEqual(wanted) {
        return bytes[(place + wanted.count)...]
      }
      place += 1
    }
    return bytes[bytes.endIndex...]
  }

  /// The tag at the beginning, `/` before the name of an end tag, and what stands behind it.
  private static func tag(
    _ bytes: ArraySlice<UInt8>
  ) -> (tag: (name: String, attributes: [String: String]), rest: ArraySlice<UInt8>) {
    var rest = bytes.dropFirst()
    let name = rest.prefix { !isSpace($0) && $0 != 0x3E }
    rest = rest[name.endIndex...]
    var attributes: [String: String] = [:]
    while true {
      rest = rest.drop { isSpace($0) || $0 == 0x2F }
      guard let next = rest.first, next != 0x3E else { break }
      let key = rest.prefix { !isSpace($0) && $0 != 0x3D && $0 != 0x3E }
      rest = rest[key.endIndex...].drop(while: isSpace)
      var value = rest.prefix(0)
      if rest.first == 0x3D {
        rest = rest.dropFirst().drop(while: isSpace)
        if let quote = rest.first, quote == 0x22 || quote == 0x27 {
          value = rest.dropFirst().prefix { $0 != quote }
          rest = rest[value.endIndex...].dropFirst()
        } else {
          value = rest.prefix { !isSpace($0) && $0 != 0x3E }
          rest = rest[value.endIndex...]
        }
      } else if key.isEmpty {
        rest = rest.dropFirst()
      }
      attributes[String(decoding: key, as: UTF8.self).lowercased()] = plain(value)
    }
    let word = String(decoding: name, as: UTF8.self).lowercased()
    return ((word, attributes), rest.dropFirst())
  }

  private static let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

  /// Text without character references.
  private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
    var plain: [UInt8] = []
    var rest = bytes
    while let byte = rest.first {
      rest = rest.dropFirst()
      let name = rest.prefix(10).prefix { $0 != 0x3B }
      if byte == 0x26, name.count < 10, name.endIndex < rest.endIndex,
        let character = character(String(decoding: name, as: UTF8.self))
      {
        plain += character.utf8
        rest = rest[(name.endIndex + 1)...]
      } else {
        plain.append(byte)
      }
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private static func character(_ name: String) -> String? {
    if let known = named[name] { return known }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == "x" || digits.first == "X"
    let code =
      isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return code.flatMap(Unicode.Scalar.init).map { String($0) }
  }
}
