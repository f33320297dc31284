// A short list of names, held in memory and searched by any part of a name.

/// The names of one master list, with their comparison forms.
///
/// An entry is found by its name, its reading and its former names, in any spelling that
/// `SearchFolding` takes for the same. A search reads the whole list: some 5,000 units, a few
/// microseconds.
public struct MasterList: Sendable {
  /// Every entry, in the order of the list.
  public let entries: [MasterEntry]

  /// The comparison forms of all names, one after the other, with a 0 after each. No name has a 0:
  /// folding drops control characters.
  private let units: [UInt16]
  private let keys: [Key]

  /// One name in `units`.
  private struct Key {
    let start: Int
    let end: Int
    let entry: Int
    /// The entry's own name or its reading; else a former one.
    let isPresent: Bool
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
    func add(_ name: String, _ entry: Int, isPresent: Bool) {
      let folded = SearchFolding.fold(name)
      guard !folded.isEmpty else { return }
      let start = units.count
      units += folded
      keys.append(Key(start: start, end: units.count, entry: entry, isPresent: isPresent))
      units.append(0)
    }
    for (index, entry) in entries.enumerated() {
      add(entry.name, index, isPresent: true)
      add(entry.kana, index, isPresent: true)
      for name in entry.formerNames { add(name, index, isPresent: false) }
      for name in hidden[entry.code] ?? [] { add(name, index, isPresent: false) }
    }
    self.units = units
    self.keys = keys
  }

  /// The entry of exactly this name, letter by letter; nil when there is none. For what is stored.
  public func entry(named name: String) -> MasterEntry? {
    entries.first { $0.name.isExactly(name) }
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
  public func resolve(_ typed: String) -> MasterResolution {
    let found = meant(by: typed)
    return switch found.count {
    case 0: .none
    case 1: .one(entries[found[0]])
    default: .several(found.map { entries[$0] })
    }
  }

  /// What the texts of controls that share a name mean together, in their order.
  ///
  /// A text that several names contain is left out when one of them comes along as another text:
  /// the person chose from what the text had found. An entry that several texts mean is there
  /// once. Empty texts count as not there.
  public func resolve(all typed: [String]) -> [MasterResolution] {
    let meanings = typed.filter { !$0.unicodeScalars.allSatisfy(\.isSpace) }.map { meant(by: $0) }
    let chosen = Set(meanings.filter { $0.count == 1 }.joined())
    var seen: Set<Int> = []
    var resolutions: [MasterResolution] = []
    for found in meanings {
      if found.isEmpty {
        resolutions.append(.none)
      } else if found.count == 1 {
        if seen.insert(found[0]).inserted { resolutions.append(.one(entries[found[0]])) }
      } else if chosen.isDisjoint(with: found) {
        resolutions.append(.several(found.map { entries[$0] }))
      }
    }
    return resolutions
  }

  // MARK: Searching

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
    guard !text.isEmpty else { return ([], []) }
    var (present, former): ([Int], [Int]) = ([], [])
    let (keys, units) = (keys.span, units.span)
    for index in keys.indices where keys[index].end - keys[index].start == text.count {
      let key = keys[index]
      guard continues(units, key.start, text.span) else { continue }
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
    for rank in Rank.allCases where rank != .none {
      for index in ranks.indices where ranks[index] == rank {
        if found.count == limit { return found }
        found.append(index)
      }
    }
    return found
  }

  /// The units of a typed text that are looked for; none where nothing can match.
  private func comparisonForm(of typed: String) -> [UInt16] {
    typed.utf8.count <= Self.longestText ? SearchFolding.fold(Self.withoutLegalForm(typed)) : []
  }

  /// The rank of every entry for a text in its comparison form.
  private func ranks(of text: [UInt16]) -> [Rank] {
    var ranks = [Rank](repeating: .none, count: entries.count)
    guard !text.isEmpty else { return ranks }
    rankNames(containing: text, &ranks)
    if ranks.allSatisfy({ $0 == .none }) { rankNames(continuedBy: text, &ranks) }
    return ranks
  }

  /// The text after 「国立大学法人」, 「一般社団法人」 …: the lists leave these out.
  private static func withoutLegalForm(_ typed: String) -> String {
    let scalars = typed.unicodeScalars
    guard let end = scalars.lastIndex(of: "人"), end > scalars.startIndex,
      scalars[scalars.index(before: end)] == "法"
    else { return typed }
    let rest = scalars[scalars.index(after: end)...]
    return rest.isEmpty ? typed : String(rest)
  }

  /// Ranks the entries that have `text` in one of their names.
  private func rankNames(containing text: [UInt16], _ ranks: inout [Rank]) {
    let first = text[0]
    let units = units.span
    let text = text.span
    var position = 0
    var key = 0
    while position + text.count < units.count {
      guard units[position] == first, continues(units, position, text) else {
        position += 1
        continue
      }
      while keys[key].end < position { key += 1 }
      let rank = rank(of: keys[key], position, text.count)
      let entry = keys[key].entry
      if rank.rawValue < ranks[entry].rawValue { ranks[entry] = rank }
      // The first place in a name is its best one.
      position = keys[key].end + 1
    }
  }

  private func rank(of key: Key, _ position: Int, _ count: Int) -> Rank {
    guard position == key.start else { return .inside }
    if position + count == key.end { return key.isPresent ? .exact : .formerExact }
    return key.isPresent ? .prefix : .formerPrefix
  }

  /// Ranks the entry whose name, the longest such, `text` begins with and goes on from with 医:
  /// 「東京大学医学部医学科」 means 東京大学, which has no such long name.
  private func rankNames(continuedBy text: [UInt16], _ ranks: inout [Rank]) {
    var longest = 0
    for key in keys {
      let count = key.end - key.start
      guard count >= longest, count < text.count, text[count] == Self.medicine,
        text[..<count].elementsEqual(units[key.start..<key.end])
      else { continue }
      if count > longest { ranks = ranks.map { _ in .none } }
      longest = count
      ranks[key.entry] = .inside
    }
  }

  private static let medicine = UInt16(0x533B)  // 医

  private func continues(_ units: Span<UInt16>, _ position: Int, _ text: Span<UInt16>) -> Bool {
    for index in text.indices where units[position + index] != text[index] { return false }
    return true
  }
}
