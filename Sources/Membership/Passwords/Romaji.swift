/// Readings in Latin letters, made comparable: Hepburn (shi, chi, tsu), Kunrei (si, ti, tu) and
/// both ways of writing long vowels (ou, o, oh) come out the same. For passwords built from names,
/// never for showing.
enum Romaji {
  /// The skeleton of a reading in katakana; empty where it has no kana.
  static func skeleton(kana: String) -> [UInt8] {
    // Half of a form's names are in kanji.
    guard kana.unicodeScalars.contains(where: isKana) else { return [] }
    var result: [UInt8] = []
    var doubles = false
    for scalar in kana.joiningVoiceMarks().fullWidthKana().katakana().unicodeScalars {
      if scalar == "ッ" {
        doubles = true
      } else if let glide = small[scalar] {
        // キャ: ki + ya → kya; ファ: hu + a → ha, as which fa is taken, too.
        if let last = result.last, vowels.contains(last) { result.removeLast() }
        result += Array(glide.utf8)
      } else if let sound = sounds[scalar] {
        let bytes = Array(sound.utf8)
        if doubles, let first = bytes.first { result.append(first) }
        doubles = false
        result += bytes
      }
    }
    return skeleton(latin: result)
  }

  /// The skeleton of lower-case Latin letters; other bytes stay.
  static func skeleton(latin text: [UInt8]) -> [UInt8] {
    guard !text.isEmpty else { return text }
    return foldings.reduce(text) { $0.replacing($1.from, with: $1.to) }
  }

  /// From the front: each works on what the ones before it left.
  private static let foldings: [(from: [UInt8], to: [UInt8])] = [
    ("tch", "cch"), ("shi", "si"), ("sh", "sy"), ("chi", "ti"), ("cti", "tti"), ("cch", "tty"),
    ("ch", "ty"), ("tsu", "tu"), ("f", "h"), ("ji", "zi"), ("jy", "zy"), ("j", "zy"),
    ("mb", "nb"), ("mp", "np"), ("mm", "nm"), ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  private static func isKana(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3041...0x3096, 0x30A1...0x30FA, 0xFF66...0xFF9D: true
    default: false
    }
  }

  private static let vowels = Array("aiueo".utf8)

  private static let small: [Unicode.Scalar: String] = [
    "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ャ": "ya", "ュ": "yu", "ョ": "yo",
  ]

  private static let sounds: [Unicode.Scalar: String] = {
    let rows: [(String, String)] = [
      ("アイウエオ", "a i u e o"), ("カキクケコ", "ka ki ku ke ko"), ("サシスセソ", "sa si su se so"),
      ("タチツテト", "ta ti tu te to"), ("ナニヌネノ", "na ni nu ne no"),
      ("ハヒフヘホ", "ha hi hu he ho"), ("マミムメモ", "ma mi mu me mo"), ("ヤユヨ", "ya yu yo"),
      ("ラリルレロ", "ra ri ru re ro"), ("ワヰヱヲン", "wa i e o n"),
      ("ガギグゲゴ", "ga gi gu ge go"), ("ザジズゼゾ", "za zi zu ze zo"),
      ("ダヂヅデド", "da zi zu de do"), ("バビブベボ", "ba bi bu be bo"),
      ("パピプペポ", "pa pi pu pe po"), ("ヴ", "vu"), ("ヶヵ", "ga ka"),
    ]
    var table: [Unicode.Scalar: String] = [:]
    for (kana, latin) in rows {
      for (scalar, sound) in zip(kana.unicodeScalars, latin.split(separator: " ")) {
        table[scalar] = String(sound)
      }
    }
    return table
  }()
}
