/// FNV-1a of some bytes: 64 bits, quick. Nothing secret hangs on it, and nobody gains by making two
/// texts collide.
struct ByteHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// That of no bytes yet.
  init() {}

  init(_ bytes: Span<UInt8>) {
    for place in bytes.indices { add(bytes[place]) }
  }

  /// Makes it that of the bytes so far and one more.
  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
  }
}

extension Span {
  /// The first place of a sorted list whose element does not stand before what is looked for; its
  /// end where each does.
  @inline(__always)
  func lowerBound(where isBefore: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
