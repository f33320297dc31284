import Testing

@testable import Membership

@Suite("Hashes of bytes, places in sorted lists")
struct ByteHashTests {
  @Test(
    "FNV-1a, whole or byte by byte",
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
    ] as [(String, UInt64)])
  func vectors(_ text: String, _ expected: UInt64) {
    let whole = ByteHash(text.utf8.span)
    #expect(whole.value == expected)
    var hash = ByteHash()
    for byte in text.utf8 { hash.add(byte) }
    #expect(hash.value == expected)
  }

  @Test("the first place whose element does not stand before what is looked for")
  func lowerBound() {
    for count in 0..<9 {
      let list = (0..<count).flatMap { [$0 * 2, $0 * 2] }
      for wanted in -1...2 * count {
        let place = list.span.lowerBound { $0 < wanted }
        #expect(place == list.firstIndex { $0 >= wanted } ?? list.count)
      }
    }
  }
}
