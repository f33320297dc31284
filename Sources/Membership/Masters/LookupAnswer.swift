// The answers of /lookup: JSON for the scripts of the form.

/// A JSON text and the tag that tells a browser whether it has it already.
public struct LookupAnswer: Equatable, Sendable {
  /// UTF-8.
  public let body: [UInt8]

  /// `{"matches":[{"name":"…","kana":"…","former":["…"]}],"more":false}`
  public init(_ found: (entries: [MasterEntry], more: Bool)) {
    var json = JSONText()
    json.append(#"{"matches":["#)
    for (index, entry) in found.entries.enumerated() {
      json.append(index == 0 ? #"{"name":"# : #",{"name":"#)
      json.append(string: entry.name)
      json.append(#","kana":"#)
      json.append(string: entry.kana)
      json.append(#","former":["#)
      for (index, name) in entry.formerNames.enumerated() {
        if index > 0 { json.append(",") }
        json.append(string: name)
      }
      json.append("]}")
    }
    json.append(found.more ? #"],"more":true}"# : #"],"more":false}"#)
    body = json.bytes
  }

  /// `{"matches":[{"postal_code":"113-8621","prefecture":"…","city":"…","town":"…"}]}`
  public init(_ places: [PostalPlace]) {
    var json = JSONText()
    json.append(#"{"matches":["#)
    for (index, place) in places.enumerated() {
      json.append(index == 0 ? #"{"postal_code":"# : #",{"postal_code":"#)
      json.append(string: place.code)
      json.append(#","prefecture":"#)
      json.append(string: place.prefecture)
      json.append(#","city":"#)
      json.append(string: place.city)
      json.append(#","town":"#)
      json.append(string: place.town)
      json.append("}")
    }
    json.append("]}")
    body = json.bytes
  }

  /// The value of the ETag header: the body's hash, in quotes. It tells editions apart.
  public var tag: String {
    let digits = String(ByteHash(body.span).value, radix: 16)
    return "\"" + String(repeating: "0", count: 16 - digits.utf8.count) + digits + "\""
  }

  /// Whether the browser has this answer already, by the value of its If-None-Match header. A tag
  /// that compression on the way made weak counts too (RFC 9110 §13.1.2).
  public func isKnown(_ ifNoneMatch: String?) -> Bool {
    guard let ifNoneMatch else { return false }
    let known = ifNoneMatch.split(separator: ",").map { $0.filter { $0 != " " } }
    return known.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
  }

  /// The value of the Cache-Control header: the lists change about once a year.
  public static let cacheControl = "public, max-age=3600"
}
