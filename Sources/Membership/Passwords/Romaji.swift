/// Readings in Latin letters, made comparable: Hepburn (shi, chi, tsu), Kunrei (si, ti, tu) and
/// both ways of writing long vowels (ou, o, oh) come out the same. For passwords built from names,
/// never for showing.
enum Romaji {
  /// The skeleton of a reading in katakana; empty where it has no kana.
  static func skeleton(kana: String) -> [UInt8] {
    // Half of a form's names are in kanji: no kana has another first byte.
    guard kana.hasByte(where: { $0 == 0xE3 || $0 == 0xEF }) else { return [] }
    var result: [UInt8] = []
    var doubles = false
    for scalar in kana.joiningVoiceMarks().fullWidthKana().katakana().unicodeScalars {
      guard range.contains(scalar.value) else { continue }
      let sound = sounds[Int(scalar.value - range.lowerBound)]
      if scalar == "ッ" {
        doubles = true
      } else if sound.isSmall {
        // キャ: ki + ya → kya; ファ: hu + a → ha, as which fa is taken, too.
        if let last = result.last, vowels.contains(last) { result.removeLast() }
        result += sound.letters
      } else if let first = sound.letters.first {
        if doubles { result.append(first) }
        doubles = false
        result += sound.letters
      }
    }
    return skeleton(latin: result)
  }

  /// The skeleton of lower-case Latin letters; other bytes stay.
  static func skeleton(latin text: [UInt8]) -> [UInt8] {
    var (text, set) = (text, UnitSet(text))
    for folding in foldings where folding.set.isSubset(of: set) {
      text = text.replacing(folding.from, with: folding.to)
      set.formUnion(UnitSet(folding.to))
    }
    return text
  }

  /// From the front: each works on what the ones before it left.
  private static let foldings: [(from: [UInt8], to: [UInt8], set: UnitSet)] = [
    ("tch", "cch"), ("shi", "si"), ("sh", "sy"), ("chi", "ti"), ("cti", "tti"), ("cch", "tty"),
    ("ch", "ty"), ("tsu", "tu"), ("f", "h"), ("ji", "zi"), ("jy", "zy"), ("j", "zy"),
    ("mb", "nb"), ("mp", "np"), ("mm", "nm"), ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8), UnitSet(Array($0.0.utf8))) }

  private static let vowels = Array("aiueo".utf8)

  /// What a kana sounds like: no letters for ッ, and for what has no sound.
  private struct Sound {
    var letters: [UInt8] = []
    /// True for ャ and its like: they take the place of the vowel before them.
    var isSmall = false
  }

  /// ァ to ヺ.
  private static let range: ClosedRange<UInt32> = 0x30A1...0x30FA

  /// The sounds of the kana in `range`.
  private static let sounds: [Sound] = {
    let rows: [(String, String)] = [
      ("アイウエオ", "a i u e o"), ("カキクケコ", "ka ki ku ke ko"), ("サシスセソ", "sa si su se so"),
      ("タチツテト", "ta ti tu te to"), ("ナニヌネノ", "na ni nu ne no"),
      ("ハヒフヘホ", "ha hi hu he ho"), ("マミムメモ", "ma mi mu me mo"), ("ヤユヨ", "ya yu yo"),
      ("ラリルレロ", "ra ri ru re ro"), ("ワヰヱヲン", "wa i e o n"),
      ("ガギグゲゴ", "ga gi gu ge go"), ("ザジズゼゾ", "za zi zu ze zo"),
      ("ダヂヅデド", "da zi zu de do"), ("バビブベボ", "ba bi bu be bo"),
      ("パピプペポ", "pa pi pu pe po"), ("ヴ", "vu"), ("ヶヵ", "ga ka"),
    ]
    var table = [Sound](repeating: Sound(), count: range.count)
    func put(_ kana: String, _ latin: String, isSmall: Bool) {
      for (scalar, letters) in zip(kana.unicodeScalars, latin.split(separator: " ")) {
        table[Int(scalar.value - range.lowerBound)] =
          Sound(letters: Array(letters.utf8), isSmall: isSmall)
      }
    }
    for (kana, latin) in rows { put(kana, latin, isSmall: false) }
    put("ァィゥェォャュョ", "a i u e o ya yu yo", isSmall: true)
    return table
  }()
}
