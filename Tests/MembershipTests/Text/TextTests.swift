import Testing

@testable import Membership

@Suite("Text: folding before any rule")
struct TextTests {
  @Test(
    "white space and invisible marks at the ends go, and nothing else",
    arguments: [
      Case("　 東京 都\t\r\n", "東京 都"),
      Case("\u{FEFF}\u{200B}日医\u{200E}\u{00A0}", "日医", "marks that copying leaves"),
      Case("日医\u{200D}", "日医", "though it belongs to the last character"),
      Case("辻\u{E0100}", "辻\u{E0100}", "a variation selector belongs to its kanji"),
      Case("か\u{3099}", "か\u{3099}"),
      Case("\u{3000}\u{200B}", ""),
      Case("", ""),
    ])
  func trimming(_ row: Case) {
    #expect(same(row.typed.trimmingSpace(), row.stored))
    #expect(same(row.typed[...].trimmingSpace(), row.stored))
    let typed = TypedText(row.typed)
    #expect(same(typed.text, row.stored) && typed.kinds == typed.text.kinds)
  }

  @Test(
    "full width becomes half, kana stay",
    arguments: [
      Case("ＡＢｃ１２３！＠％＆＃－", "ABc123!@%&#-"),
      Case("　", " "), Case("～〜", "~~"),
      Case("アｱ漢", "アｱ漢"),
    ])
  func halfWidth(_ row: Case) {
    #expect(same(row.typed.halfWidth(), row.stored))
  }

  @Test(
    "half width becomes full, voicing marks are joined",
    arguments: [
      Case("ｱｶﾞﾊﾟｳﾞﾜﾞ", "アガパヴヷ"), Case("Ab1-~ ", "Ａｂ１－～　"),
      Case("｡｢｣､･ｰ", "。「」、・ー"), Case("ｱﾞ", "ア゛", "ア has no voiced form"),
      Case("ﾞ", "゛", "nothing to join"), Case("カﾞ", "ガ", "mixed widths"),
      Case("é漢\u{FA10}", "é漢\u{FA10}", "neither has another width"),
      Case("ｦｧｨｩｪｫｬｭｮｯﾝ", "ヲァィゥェォャュョッン"),
    ])
  func fullWidth(_ row: Case) {
    #expect(same(row.typed.fullWidth(), row.stored))
  }

  @Test(
    "a combining voicing mark is joined to its kana and nothing is normalised",
    arguments: [
      Case("か\u{3099}ハ\u{309A}う\u{3099}ゝ\u{3099}", "がパゔゞ"),
      Case("ワ\u{3099}ヰ\u{3099}ヱ\u{3099}ヲ\u{3099}", "ヷヸヹヺ"),
      Case("漢\u{3099}", "漢\u{3099}"), Case("か\u{309A}", "か\u{309A}", "no such letter"),
      Case("\u{FA10}\u{FA19}\u{212B}", "\u{FA10}\u{FA19}\u{212B}", "NFC would change all three"),
      Case("e\u{301}", "e\u{301}"),
    ])
  func joining(_ row: Case) {
    #expect(same(row.typed.joiningVoiceMarks(), row.stored))
  }

  @Test("hiragana becomes katakana up to ゖ and ゞ")
  func katakana() {
    #expect(same("ぁあゐゑをんゔゕゖゝゞー・".katakana(), "ァアヰヱヲンヴヵヶヽヾー・"))
    #expect(same("ゟ漢A".katakana(), "ゟ漢A"))
  }

  @Test(
    "dashes of all kinds become one, ー only after a digit",
    arguments: [
      Case("1－2‐3–4—5−6―7‑8", "1-2-3-4-5-6-7-8"), Case("03ー3946ｰ2121", "03-3946-2121"),
      Case("ー1", "ー1"), Case("タロー", "タロー"),
    ])
  func dashes(_ row: Case) {
    #expect(same(row.typed.halfWidth().foldingDashes(), row.stored))
  }

  @Test(
    "length counts what a person counts",
    arguments: [
      ("葛\u{E0100}", 1), ("𠮷", 1), ("か\u{3099}", 1), ("ｶﾞ", 1), ("日医", 2),
    ])
  func counting(_ text: String, _ count: Int) {
    let (one, two) = (TypedText(text), TypedText(text + "人"))
    #expect(one.fits(count) && !one.fits(count - 1))
    #expect(two.fits(count + 1) && !two.fits(count))
  }

  @Test("a tower of marks does not pass for one character")
  func tower() {
    #expect(TypedText("a" + String(repeating: "\u{301}", count: 3)).fits(1))
    #expect(!TypedText("a" + String(repeating: "\u{301}", count: 4)).fits(1))
  }

  @Test(
    "unreadable: what cannot be seen, or changes what is",
    arguments: [
      Case.taken("葛\u{E0100}城"), .taken("か\u{3099}"),
      .taken("\u{33000}", "a kanji newer than Unicode 16"),
      .taken("क्\u{200D}ष", "a joiner in its place"),
      .refused("a\u{0}b"), .refused("a\nb"), .refused("a\u{85}b"), .refused("a\u{2028}b"),
      .refused("a\u{202E}b", "right-to-left override"), .refused("a\u{2066}b"),
      .refused("a\u{200B}b", "lone zero-width space"), .refused("a\u{FEFF}b"), .refused("a\u{AD}b"),
      .refused("\u{E0100}葛", "a selector without its kanji"),
      .refused("葛\u{E0100}\u{E0101}", "two selectors"), .refused("a \u{FE0F}"),
      .refused("\u{200D}a"), .refused("a\u{200D}"), .refused("a\u{200D}\u{200D}b"),
      .refused("\u{3099}か", "a mark without its letter"), .refused("a \u{301}"),
      .refused("\u{E000}", "private use: another shape elsewhere"), .refused("\u{FFFF}"),
      .refused("\u{2FFFF}"), .refused("\u{3164}", "a filler looks like nothing"),
    ])
  func readable(_ row: Case) {
    #expect(TypedText(untrimmed: row.typed).isReadable == (row.stored != nil))
  }
}
