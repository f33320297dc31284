/// Readings in Latin letters, made comparable: Hepburn (shi, chi, tsu), Kunrei (si, ti, tu) and
/// both ways of writing long vowels (ou, o, oh) come out the same. For passwords built from names,
/// never for showing.
enum Romaji {
  /// Appends the letters of a reading in kana, which are a skeleton but for long vowels; nothing for
  /// other characters.
  static func append(kana: String, to letters: inout [UInt8]) {
    let kinds = kana.kinds
    guard !kinds.isDisjoint(with: [.katakana, .hiragana, .narrowKana]) else { return }
    let reading =
      kinds.isDisjoint(with: [.hiragana, .narrowKana, .other])
      ? kana : kana.joiningVoiceMarks().fullWidthKana().katakana()
    var doubles = false
    for scalar in reading.unicodeScalars where range.contains(scalar.value) {
      let sound = sounds[Int(scalar.value - range.lowerBound)]
      if sound.isSmall {
        // キャ: ki + ya → kya; ファ: hu + a → ha, as which fa is taken, too.
        if let last = letters.last, isVowel(last) { letters.removeLast() }
      } else if sound.first != 0 {
        if doubles { letters.append(sound.first) }
        doubles = false
      } else if scalar == "ッ" {
        doubles = true
      }
      if sound.first != 0 { letters.append(sound.first) }
      if sound.second != 0 { letters.append(sound.second) }
    }
  }

  /// The skeleton of lower-case Latin letters; other bytes stay.
  static func skeleton(latin text: [UInt8]) -> [UInt8] {
    var (text, set) = (text, UnitSet(text.span))
    let foldings = foldings.span
    for place in foldings.indices where foldings[place].set.isSubset(of: set) {
      text = text.replacing(foldings[place].from, with: foldings[place].to)
      set = set.union(UnitSet(foldings[place].to.span))
    }
    return text
  }

  /// False where the skeleton of the letters must have others than those of a set.
  static func mayFold(_ letters: Span<UInt8>, into set: UnitSet) -> Bool {
    UnitSet(letters).subtracting(vanishing).isSubset(of: set)
  }

  /// The letters that a folding may take away: those of which it puts none in their place.
  private static let vanishing = foldings.reduce(UnitSet()) {
    $0.union($1.set.subtracting(UnitSet($1.to.span)))
  }

  /// From the front: each works on what the ones before it left.
  private static let foldings: [(from: [UInt8], to: [UInt8], set: UnitSet)] = [
    ("tch", "cch"), ("shi", "si"), ("sh", "sy"), ("chi", "ti"), ("cti", "tti"), ("cch", "tty"),
    ("ch", "ty"), ("tsu", "tu"), ("f", "h"), ("ji", "zi"), ("jy", "zy"), ("j", "zy"),
    ("mb", "nb"), ("mp", "np"), ("mm", "nm"), ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8), UnitSet($0.0.utf8.span)) }

  private static func isVowel(_ letter: UInt8) -> Bool {
    switch letter {
    case UInt8(ascii: "a"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"),
      UInt8(ascii: "o"):
      true
    default: false
    }
  }

  /// What a kana sounds like: two letters, or one and 0; none for ッ, and for what has no sound.
  private struct Sound {
    var (first, second): (UInt8, UInt8) = (0, 0)
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
        let letters = Array(letters.utf8)
        table[Int(scalar.value - range.lowerBound)] =
          Sound(first: letters[0], second: letters.count > 1 ? letters[1] : 0, isSmall: isSmall)
      }
    }
    for (kana, latin) in rows { put(kana, latin, isSmall: false) }
    put("ァィゥェォャュョ", "a i u e o ya yu yo", isSmall: true)
    return table
  }()
}
