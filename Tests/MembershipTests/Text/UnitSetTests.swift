import Testing

@testable import Membership

@Suite("Sets of units")
struct UnitSetTests {
  private func set(_ text: String) -> UnitSet { UnitSet(Array(text.utf16).span) }

  @Test(
    "the units of a word are among those of each text that holds it",
    arguments: [("医科大学", "東京医科大学"), ("", "大学"), ("大学", "大学"), ("学大大", "大学")])
  func subset(_ word: String, _ text: String) {
    #expect(set(word).isSubset(of: set(text)))
  }

  @Test("a unit too many is seen", arguments: [("医科大学", "東京大学"), ("学", ""), ("ab", "bc")])
  func noSubset(_ word: String, _ text: String) {
    #expect(!set(word).isSubset(of: set(text)))
  }

  @Test("order and number of units do not count, units that were added or taken away do")
  func algebra() {
    let letters = set("ohno")
    #expect(letters == set("nooh"))
    #expect(set("shoo").isSubset(of: letters.union(set("s"))))
    #expect(letters.subtracting(set("hat")) == set("on"))
    #expect(letters.subtracting(letters) == UnitSet())
  }
}
