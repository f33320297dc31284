// A short list of names, held in memory and searched by any part of a name.

/// The names of one master list, with their comparison forms.
///
/// An entry is found by its name, its reading and its former names, in any spelling that
/// `SearchFolding` takes for the same. A search looks at each of some 300 names, but reads few.
public struct MasterList: Sendable {
  /// Every entry, in the order of the list.
  public let entries: [MasterEntry]

  /// The comparison forms of all names, one after the other.
  private let units: [UInt16]
  private let keys: [Key]
  /// The places in `keys` of the names that are as long as the index.
  private let keysByLength: [[Int]]
  /// The entries that the list's own writing of their name means alone, by the hash of that.
  private var ownNames: [(hash: UInt64, entry: Int)] = []

  /// One name in `units`.
  private struct Key {
    let start: Int
    let end: Int
    let entry: Int
    /// The entry's own name or its reading; else a former one.
    let isPresent: Bool
    /// Of the name.
    let set: UnitSet

    var count: Int { end - start }
  }

  /// How well an entry matches, best first.
  private enum Rank: UInt8, CaseIterable {
    case exact, formerExact, prefix, formerPrefix, inside, none
  }

  /// Longer texts match nothing: no name is half as long.
  private static let longestText = 400

  /// - Parameter hidden: further names of an entry, by its code, that find it but are not shown.
  public init(_ entries: [MasterEntry], hidden: [String: [String]] = [:]) {
    self.entries = entries
    var units: [UInt16] = []
    var keys: [Key] = []
    var keysByLength: [[Int]] = []
    func add(_ name: String, _ entry: Int, isPresent: Bool) {
      let folded = SearchFolding.fold(name)
      guard !folded.isEmpty else { return }
      let start = units.count
      units += folded
      while keysByLength.count <= folded.count { keysByLength.append([]) }
      keysByLength[folded.count].append(keys.count)
      keys.append(
        Key(
          start: start, end: units.count, entry: entry, isPresent: isPresent,
          set: UnitSet(folded.span)))
    }
    for (index, entry) in entries.enumerated() {
      add(entry.name, index, isPresent: true)
      add(entry.kana, index, isPresent: true)
      for name in entry.formerNames { add(name, index, isPresent: false) }
      for name in hidden[entry.code] ?? [] { add(name, index, isPresent: false) }
    }
    self.units = units
    self.keys = keys
    self.keysByLength = keysByLength
    ownNames = entries.indices.filter { meant(by: entries[$0].name) == [$0] }
      .map { (ByteHash(entries[$0].name.utf8.span).value, $0) }.sorted { $0 < $1 }
  }

  /// True where the texts are names as the list writes them, each once: most likely, all were chosen
  /// from it. Each means its entry alone, and nothing has to be searched.
  public func hasAll(_ texts: [String]) -> Bool {
    texts.indices.allSatisfy { place in
      has(texts[place]) && !texts[..<place].contains { $0.isExactly(texts[place]) }
    }
  }

  private func has(_ name: String) -> Bool {
    let (hash, names) = (ByteHash(name.utf8.span).value, ownNames.span)
    let place = names.lowerBound { $0.hash < hash }
    return place < names.count && names[place].hash == hash
      && entries[names[place].entry].name.isExactly(name)
  }

  /// The entries that a typed text is part of: whole names first, then those that begin with it,
  /// then the others; present names before former ones, else in the order of the list.
  /// - Returns: at most `limit` entries, and whether there are more. None for a text without
  ///   anything to compare.
  public func matches(_ typed: String, limit: Int = 20) -> (entries: [MasterEntry], more: Bool) {
    let found = inOrder(ranks(of: comparisonForm(of: typed)), atMost: limit + 1)
    return (found.prefix(limit).map { entries[$0] }, found.count > limit)
  }

  /// What a typed text means: a whole name before a whole former name before a part, and a part
  /// only where it is a part of one entry's names alone.
  public func resolve(_ typed: String) -> MasterResolution { resolution(meant(by: typed)) }

  /// What the texts of controls that share a name mean together, in their order.
  ///
  /// A text that several names contain is left out when one of them comes along as another text:
  /// the person chose from what the text had found. An entry that several texts mean is there
  /// once. Empty texts count as not there.
  public func resolve(all typed: [String]) -> [MasterResolution] {
    var meanings: [[Int]] = []
    for text in typed where !text.unicodeScalars.allSatisfy(\.isSpace) {
      meanings.append(meant(by: text))
    }
    var resolutions: [MasterResolution] = []
    for (place, found) in meanings.enumerated() {
      let isThere =
        found.count == 1
        ? meanings[..<place].contains(found)
        : meanings.contains { $0.count == 1 && found.contains($0[0]) }
      if !isThere { resolutions.append(resolution(found)) }
    }
    return resolutions
  }

  /// The texts without those that a choice took the place of: each that several names contain, one
  /// of which came along as the list writes it.
  public func settled(_ typed: [String]) -> [String] {
    let chosen = typed.compactMap(entry(named:))
    guard !chosen.isEmpty, chosen.count < typed.count else { return typed }
    return typed.filter { text in
      let found = meant(by: text)
      return found.count < 2 || !found.contains(where: chosen.contains)
    }
  }

  private func resolution(_ found: [Int]) -> MasterResolution {
    switch found.count {
    case 0: .none
    case 1: .one(entries[found[0]].name)
    default: .several(found.map { entries[$0].name })
    }
  }

  // MARK: Searching

  /// The entry of exactly this name, letter by letter.
  private func entry(named name: String) -> Int? {
    wholeNames(SearchFolding.fold(name)).present.first { entries[$0].name.isExactly(name) }
  }

  /// The entries that a text can mean, best first: those of its best rank where that is a whole
  /// name, else all that contain it.
  private func meant(by typed: String) -> [Int] {
    let text = comparisonForm(of: typed)
    let (present, former) = wholeNames(text)
    if !present.isEmpty { return present }
    if !former.isEmpty { return former }
    return inOrder(ranks(of: text), atMost: entries.count)
  }

  /// The entries with exactly this name, one of today or a former one: most texts were chosen from
  /// the list, and then no name has to be read but those as long.
  private func wholeNames(_ text: [UInt16]) -> (present: [Int], former: [Int]) {
    guard text.count < keysByLength.count else { return ([], []) }
    var (present, former): ([Int], [Int]) = ([], [])
    let set = UnitSet(text.span)
    let keys = keys.span
    for place in keysByLength[text.count] where keys[place].set == set {
      let key = keys[place]
      guard stands(text.span, at: key.start) else { continue }
      if key.isPresent {
        if present.last != key.entry { present.append(key.entry) }
      } else if former.last != key.entry {
        former.append(key.entry)
      }
    }
    return (present, former)
  }

  private func inOrder(_ ranks: [Rank], atMost limit: Int) -> [Int] {
    var found: [Int] = []
    found.reserveCapacity(min(limit, ranks.count))
    for rank in Rank.allCases where rank != .none {
      for entry in ranks.indices where ranks[entry] == rank {
        if found.count == limit { return found }
        found.append(entry)
      }
    }
    return found
  }

  /// The units of a typed text that are looked for; none where nothing can match.
  private func comparisonForm(of typed: String) -> [UInt16] {
    guard typed.utf8.count <= Self.longestText else { return [] }
    let folded = SearchFolding.fold(typed)
    // Few texts have a 人 at all.
    guard folded.contains(Self.person), let name = Self.afterLegalForm(typed) else { return folded }
    return SearchFolding.fold(name)
  }

  private static let person = UInt16(0x4EBA)  // 人

  /// The text after 「国立大学法人」, 「一般社団法人」 …: the lists leave these out. Nil where there is
  /// none, or nothing after it.
  private static func afterLegalForm(_ typed: String) -> String? {
    let scalars = typed.unicodeScalars
    guard let end = scalars.lastIndex(of: "人"), end > scalars.startIndex,
      scalars[scalars.index(before: end)] == "法"
    else { return nil }
    let rest = scalars[scalars.index(after: end)...]
    return rest.isEmpty ? nil : String(rest)
  }

  /// The rank of every entry for a text in its comparison form.
  private func ranks(of text: [UInt16]) -> [Rank] {
    var ranks = [Rank](repeating: .none, count: entries.count)
    guard !text.isEmpty else { return ranks }
    rankNames(containing: text, &ranks)
    if ranks.allSatisfy({ $0 == .none }) { rankNames(continuedBy: text, &ranks) }
    return ranks
  }

  /// Ranks the entries that have `text` in one of their names.
  private func rankNames(containing text: [UInt16], _ ranks: inout [Rank]) {
    let set = UnitSet(text.span)
    let keys = keys.span
    for index in keys.indices where set.isSubset(of: keys[index].set) {
      let key = keys[index]
      guard let place = place(of: text.span, in: key) else { continue }
      let rank = rank(of: key, place, text.count)
      if rank.rawValue < ranks[key.entry].rawValue { ranks[key.entry] = rank }
    }
  }

  /// Where the text stands first in a name: the best place that it has there.
  private func place(of text: Span<UInt16>, in key: Key) -> Int? {
    guard key.count >= text.count else { return nil }
    let units = units.span
    for place in key.start...key.end - text.count
    where units[place] == text[0] && stands(text, at: place) { return place }
    return nil
  }

  private func rank(of key: Key, _ place: Int, _ count: Int) -> Rank {
    guard place == key.start else { return .inside }
    if place + count == key.end { return key.isPresent ? .exact : .formerExact }
    return key.isPresent ? .prefix : .formerPrefix
  }

  /// Ranks the entry whose name, the longest such, `text` begins with and goes on from with 医:
  /// 「東京大学医学部医学科」 means 東京大学, which has no such long name.
  private func rankNames(continuedBy text: [UInt16], _ ranks: inout [Rank]) {
    var longest = 0
    for key in keys {
      guard key.count >= longest, key.count < text.count, text[key.count] == Self.medicine,
        stands(text.span.extracting(first: key.count), at: key.start)
      else { continue }
      if key.count > longest { ranks = ranks.map { _ in .none } }
      longest = key.count
      ranks[key.entry] = .inside
    }
  }

  private static let medicine = UInt16(0x533B)  // 医

  /// True where the names have the text at this place; it ends within them.
  private func stands(_ text: Span<UInt16>, at place: Int) -> Bool {
    let units = units.span
    for index in text.indices where units[place + index] != text[index] { return false }
    return true
  }
}
