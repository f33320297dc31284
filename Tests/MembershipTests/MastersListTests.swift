// Names are found by any part of them: over the lists that we ship.

import Membership
import Platform
import TestSupport
import Testing

/// The shipped lists, read from their files.
private let masters = Result {
  let universities = try entries("universities", former: true)
  return Masters(
    universities: universities, graduateSchools: try entries("graduate_schools", former: false),
    societies: try entries("societies", former: true), specialties: [])
}

private func entries(_ name: String, former: Bool) throws -> [MasterEntry] {
  let code = name == "societies" ? "number" : "code"
  var table = try CSVTable(
    CSVReader(readFile("\(repositoryFolder)/sql/masters/\(name).csv")),
    columns: [code, "name", "kana"], optional: ["former_names"])
  var entries: [MasterEntry] = []
  while let row = try table.next() {
    let names = former ? row.fields[3].split(separator: ";").map(String.init) : []
    entries.append(
      MasterEntry(code: row.fields[0], name: row.fields[1], kana: row.fields[2], formerNames: names)
    )
  }
  return entries
}

extension MasterResolution {
  fileprivate var names: [String] {
    switch self {
    case .one(let name): [name]
    case .several(let names): names
    case .none: []
    }
  }
}

@Suite struct Universities {
  let list = try! masters.get().universities

  @Test(
    "a text that can mean one school only is taken as that school",
    arguments: [
      ("東京大学", "東京大学"),  // though former names of others contain it
      ("東京医科歯科大学", "東京科学大学"),
      ("東京医科歯科", "東京科学大学"),
      ("トウキョウダイガク", "東京大学"),
      ("ﾄｳｷｮｳﾀﾞｲｶﾞｸ", "東京大学"),
      ("とうきょうだいがく", "東京大学"),
      ("京都大学", "京都大学"),
      ("東京帝国大学", "東京大学"),
      ("昭和大学", "昭和医科大学"),
      ("大阪市立大学", "大阪公立大学"),
      ("慶応", "慶應義塾大学"),
      ("慶應義塾大學", "慶應義塾大学"),
      ("独協", "獨協医科大学"),
      ("マリアンナ", "聖マリアンナ医科大学"),
      ("防衛", "防衛医科大学校"),
      ("金沢医科大学", "金沢医科大学"),  // an old name of 金沢大学 begins alike
      ("大阪医科大学", "大阪医科薬科大学"),
      ("日本大学", "日本大学"),
      (" 筑波　", "筑波大学"),
      ("国立大学法人東京大学", "東京大学"),
      ("学校法人順天堂", "順天堂大学"),
      ("東京大学医学部", "東京大学"),
      ("東京大学医学部医学科", "東京大学"),
      ("東京医科歯科大学医学部", "東京科学大学"),
      ("日本大学医学部", "日本大学"),
    ])
  func one(typed: String, name: String) {
    let resolution = list.resolve(typed)
    #expect(resolution.names == [name])
    #expect(list.matches(typed).entries.first?.name == name)
  }

  @Test func `帝国大学 is a choice among the seven of then, and what else the name is part of`() {
    let names = list.resolve("帝国大学").names
    #expect(
      Set(names) == ["北海道大学", "東北大学", "東京大学", "名古屋大学", "京都大学", "大阪大学", "九州大学"])
  }

  @Test func `present names come before former ones, and beginnings before insides`() {
    let names = list.resolve("大阪").names
    #expect(names.prefix(3) == ["大阪大学", "大阪公立大学", "大阪医科薬科大学"])
    #expect(list.resolve("大阪医科").names == ["大阪医科薬科大学", "大阪大学"])
    // 東京医科大学 is whole, the others only contain it
    #expect(list.matches("東京医科").entries.map(\.name).prefix(2) == ["東京医科大学", "東京科学大学"])
  }

  @Test(
    "what no school's name has is found nowhere",
    arguments: [
      "", " ", "ー", "ハーバード大学", "東京大学校", "東京大学文学部", "医学部", "0", "\0",
      String(repeating: "大", count: 5000),
    ])
  func nowhere(typed: String) {
    #expect(list.resolve(typed) == .none)
    let found = list.matches(typed)
    #expect(found.entries.isEmpty && !found.more)
  }

  @Test func `a long answer is cut, and says so`() {
    let found = list.matches("大学")
    #expect(found.entries.count == 20 && found.more)
    #expect(found.entries.first?.name == "北海道大学")
    #expect(list.matches("大学", limit: 82).more == false)
    #expect(list.matches("大学", limit: 81).more)
    #expect(list.resolve("大学").names.count == 82)
  }

  @Test func `every name, reading and former name means its own school`() {
    for entry in list.entries {
      for name in [entry.name, entry.kana] + entry.formerNames {
        #expect(list.resolve(name) == .one(entry.name), "\(name)")
      }
    }
  }
}

@Suite struct GraduateSchools {
  @Test(
    "a graduate school is found by its university, of now or then",
    arguments: [
      ("東京大学大学院", "東京大学大学院"),
      ("東京大学", "東京大学大学院"),
      ("東京帝国大学", "東京大学大学院"),
      ("東京医科歯科大学", "東京科学大学大学院"),
      ("東京医科歯科大学大学院", "東京科学大学大学院"),
      ("東京大学大学院医学系研究科", "東京大学大学院"),
      ("金沢医科大学", "金沢医科大学大学院"),
      ("日本大学", "日本大学大学院"),
      ("昭和大学", "昭和医科大学大学院"),
      ("総合研究", "総合研究大学院大学"),
    ])
  func one(typed: String, name: String) throws {
    #expect(try masters.get().graduateSchools.resolve(typed).names == [name])
  }
}

@Suite struct Societies {
  let list = try! masters.get().societies

  @Test(
    "a society is found by any part of its names",
    arguments: [
      ("内科学会", ["日本内科学会"]),
      ("一般社団法人日本内科学会", ["日本内科学会"]),
      ("日本胸部疾患学会", ["日本呼吸器学会"]),
      ("プライマリケア", ["日本プライマリ・ケア連合学会"]),
      ("ivr", ["日本インターベンショナルラジオロジー学会"]),
      ("エム・イー", ["日本生体医工学会"]),
      ("日本災害医学会", ["日本災害医学会"]),
      ("頭頚部", ["日本耳鼻咽喉科頭頸部外科学会"]),
      ("りはびり", ["日本リハビリテーション医学会"]),
      ("呼吸器外科", ["日本呼吸器外科学会"]),
      ("癌学会", ["日本癌学会", "日本乳癌学会", "日本肺癌学会", "日本胃癌学会"]),
    ])
  func found(typed: String, names: [String]) {
    #expect(list.resolve(typed).names == names)
  }

  @Test func `several texts are taken each by itself, each entry once`() {
    let result = list.resolve(all: ["内科学会", "", "日本外科学会", "　", "ニホンナイカガッカイ"])
    #expect(result.map(\.names) == [["日本内科学会"], ["日本外科学会"]])
  }

  @Test func `a part is settled by a choice from what it found, and by nothing else`() {
    let settled = list.resolve(all: ["癌学会", "日本肺癌学会", "日本乳癌学会"])
    #expect(settled.map(\.names) == [["日本肺癌学会"], ["日本乳癌学会"]])

    let open = list.resolve(all: ["癌学会", "日本外科学会", "架空学会"])
    #expect(open.map(\.names.count) == [4, 1, 0])
    #expect(open.last == MasterResolution.none)
  }

  @Test func `two parts that share a match do not settle each other`() {
    let open = list.resolve(all: ["癌学会", "肺癌", "乳"])
    // 肺癌 and 乳 are one society each: each is a choice of 癌学会
    #expect(open.map(\.names) == [["日本肺癌学会"], ["日本乳癌学会"]])
    #expect(list.resolve(all: ["癌学会", "癌"]).map(\.names.count) == [4, 5])
  }

  @Test func `a choice takes the place of the part that it was chosen for, of no other text`() {
    #expect(list.settled(["癌学会", "日本肺癌学会", "外科"]) == ["日本肺癌学会", "外科"])
    // As the list writes it: another text that means the same was not chosen from it.
    #expect(list.settled(["癌学会", "肺癌"]) == ["癌学会", "肺癌"])
    #expect(list.settled(["癌学会", "日本肺癌學會"]) == ["癌学会", "日本肺癌學會"])
    #expect(list.settled(["癌学会", "架空学会"]) == ["癌学会", "架空学会"])
    #expect(list.settled([]) == [])
    for name in list.entries.map(\.name) { #expect(list.settled([name, name]) == [name, name]) }
  }
}

@Suite struct NamesAsTheListWritesThem {
  @Test func `each of them means its entry alone, and is known as such`() throws {
    for list in [try masters.get().universities, try masters.get().societies] {
      for name in list.entries.map(\.name) { #expect(list.hasAll([name]), "\(name)") }
      #expect(list.hasAll(list.entries.map(\.name)) && list.hasAll([]))
    }
  }

  @Test(
    "nothing else is known as such",
    arguments: [
      ["東京大學"], ["トウキョウダイガク"], ["東京"], ["東京大学 "], ["東京帝国大学"], ["東京大学医学部"], [""],
      ["東京大学", "ハーバード大学"], ["東京大学", "東京大学"], ["京都大学", "東京大学", "京都大学"],
    ])
  func others(_ texts: [String]) throws {
    #expect(!(try masters.get().universities.hasAll(texts)))
  }

  @Test func `a name that means other entries too, or none, is not known as such`() {
    let names = ["東京大学", "東京大學", "神社大学", "\u{FA19}社大学", "学校法人甲大学", "甲大学", "ー"]
    let list = MasterList(
      names.enumerated().map { MasterEntry(code: "\($0)", name: $1, kana: "カナ\($0)") })
    for name in names where name != "甲大学" { #expect(!list.hasAll([name]), "\(name)") }
    #expect(list.hasAll(["甲大学"]))
  }
}

@Suite struct LookupAnswers {
  private func text(_ answer: LookupAnswer) -> String {
    String(decoding: answer.body, as: UTF8.self)
  }

  @Test func `names are answered as JSON`() throws {
    let found = try masters.get().universities.matches("東京医科歯科")
    #expect(
      text(LookupAnswer(found)) == """
        {"matches":[{"name":"東京科学大学","kana":"トウキョウカガクダイガク","former":["東京医科歯科大学",\
        "東京医学歯学専門学校","東京高等歯科医学校"]}],"more":false}
        """)
    #expect(text(LookupAnswer(([], false))) == #"{"matches":[],"more":false}"#)
    let two = [
      MasterEntry(code: "1", name: "a\"\\\n\u{1}/", kana: ""),
      MasterEntry(code: "2", name: "𠮷", kana: "x"),
    ]
    #expect(
      text(LookupAnswer((two, true))) == #"""
        {"matches":[{"name":"a\"\\\n\u0001/","kana":"","former":[]},{"name":"𠮷","kana":"x","former":[]}],\#
        "more":true}
        """#)
  }

  @Test func `places are answered as JSON`() {
    let place = PostalPlace(digits: "1138621", prefecture: "東京都", city: "文京区", town: "本駒込")
    #expect(
      text(LookupAnswer([place])) == #"""
        {"matches":[{"postal_code":"113-8621","prefecture":"東京都","city":"文京区","town":"本駒込"}]}
        """#)
    #expect(text(LookupAnswer([PostalPlace]())) == #"{"matches":[]}"#)
  }

  @Test func `the tag is the same for the same answer only`() throws {
    let list = try masters.get().universities
    let tag = LookupAnswer(list.matches("東京")).tag
    #expect(tag == LookupAnswer(list.matches("東京 ")).tag)
    #expect(tag != LookupAnswer(list.matches("京都")).tag)
    #expect(tag.utf8.count == 18 && tag.first == "\"" && tag.last == "\"")
  }

  @Test func `a browser that has the answer is known by the tag it sends`() {
    let answer = LookupAnswer([PostalPlace]())
    let tag = answer.tag
    for known in [tag, "W/" + tag, "\"x\", " + tag, "\"x\",W/\(tag) , \"y\"", "*"] {
      #expect(answer.isKnown(known), "\(known)")
    }
    for unknown in [nil, "", "\"x\"", String(tag.dropFirst()), "w/" + tag, tag + "x"] {
      #expect(!answer.isKnown(unknown), "\(unknown ?? "none")")
    }
  }
}
