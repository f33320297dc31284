// CP932 and the calendar.

import Foundation
import Platform
import Testing

@Suite struct OfficeText {
  @Test(
    arguments: [
      ("あ", [0x82, 0xA0]), ("日医", [0x93, 0xFA, 0x88, 0xE3]),
      ("髙", [0xFB, 0xFC]),  // an extension of IBM's: not in JIS X 0208
      ("﨑", [0xFA, 0xB1]), ("㈱", [0x87, 0x8A]), ("①", [0x87, 0x40]), ("ｱ", [0xB1]),
      ("～", [0x81, 0x60]),  // U+FF5E, as Excel writes it
      ("－", [0x81, 0x7C]), ("a,\"\r\n", [0x61, 0x2C, 0x22, 0x0D, 0x0A]), ("", []),
    ] as [(String, [UInt8])])
  func `there and back`(text: String, bytes: [UInt8]) {
    #expect(encodeCP932(text) == bytes)
    #expect(decodeCP932(bytes).map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
  }

  @Test(arguments: ["𠮷", "葛\u{E0100}", "か\u{3099}", "é", "😀"])
  func `a character that CP932 lacks is not replaced by another`(text: String) {
    #expect(encodeCP932("日医" + text) == nil)
  }

  @Test(arguments: [[0x81], [0x82, 0x20], [0xFF, 0xFF], [0x41, 0xFC]] as [[UInt8]])
  func `bytes that are no CP932 are nothing`(bytes: [UInt8]) {
    #expect(decodeCP932(bytes) == nil)
  }

  @Test func `a long text is whole`() {
    let text = String(repeating: "医師会ｱ1", count: 50_000)
    #expect(encodeCP932(text).flatMap(decodeCP932) == text)
  }
}

@Suite struct Days {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (86_399, "1970-01-01T23:59:59Z"),
    (951_782_400, "2000-02-29T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"),
    (951_868_800, "2000-03-01T00:00:00Z"), (1_709_164_800, "2024-02-29T00:00:00Z"),
    (1_795_325_168, "2026-11-22T05:26:08Z"), (2_147_483_648, "2038-01-19T03:14:08Z"),
    (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    (-2_203_891_200, "1900-03-01T00:00:00Z"), (-2_203_891_201, "1900-02-28T23:59:59Z"),
  ])
  func `seconds since 1970 as a time`(seconds: Int, text: String) {
    #expect(utcTimestamp(seconds) == text)
  }

  @Test func `every day of four centuries is the calendar's`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    // 1853 to 2253, each 13th day and its last second: 13 meets every day of the month and year.
    for day in stride(from: -42_700, to: 103_400, by: 13) {
      for second in [day * 86_400, day * 86_400 + 86_399] {
        let date = Date(timeIntervalSince1970: Double(second))
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let civil = civilDay(second)
        try #require(
          civil.year == parts.year && civil.month == parts.month && civil.day == parts.day,
          "day \(day)")
      }
    }
  }

  @Test(arguments: [(0, 2, "00"), (5, 2, "05"), (12, 2, "12"), (123, 2, "123"), (7, 1, "7")])
  func `numbers are filled up with zeros, never cut`(number: Int, width: Int, text: String) {
    #expect(padded(number, width) == text)
  }

  @Test(
    arguments: [
      (0, 1, "0"), (0, 4, "0000"), (7, 2, "07"), (123, 2, "123"), (10_000, 4, "10000"),
      (-5, 1, "-5"), (-5, 2, "-05"), (.max, 1, "9223372036854775807"),
      (.min, 20, "-09223372036854775808"),
    ] as [(Int, Int, String)])
  func `numbers as bytes, too`(number: Int, digits: Int, text: String) {
    var bytes: [UInt8] = [0x78]
    bytes.append(number: number, digits: digits)
    #expect(String(decoding: bytes, as: UTF8.self) == "x" + text)
  }

  @Test(arguments: ["", "a", "日医", "fifteen letters", "sixteen letters!"])
  func `texts as bytes`(text: String) {
    var bytes: [UInt8] = [0x78]
    bytes.append(text: text)
    #expect(bytes == Array(("x" + text).utf8))
  }

  @Test func `the clock that never goes back goes on`() {
    let begin = monotonicMicroseconds()
    sleepMilliseconds(20)
    #expect(monotonicMicroseconds() - begin >= 15_000)
  }
}
