/// Which units (bytes, UTF-16 units) occur in a text, as far as 64 bits can tell: a text whose set
/// lacks a unit of a word does not hold the word, and nothing has to be compared.
struct UnitSet: Equatable, Sendable {
  private var bits: UInt64 = 0

  /// That of no units.
  init() {}

  init(_ units: Span<some FixedWidthInteger>) {
    for place in units.indices { bits |= 1 << UInt64(truncatingIfNeeded: units[place] & 63) }
  }

  /// True where each unit of this set may be in the other, too.
  func isSubset(of other: UnitSet) -> Bool { bits & ~other.bits == 0 }

  func union(_ other: UnitSet) -> UnitSet { UnitSet(bits | other.bits) }

  func subtracting(_ other: UnitSet) -> UnitSet { UnitSet(bits & ~other.bits) }

  private init(_ bits: UInt64) { self.bits = bits }
}
