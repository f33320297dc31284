// application/x-www-form-urlencoded.

import Testing

@testable import FastCGI

@Suite struct UrlencodedForms {
  func read(_ text: String) throws -> FormValues { try FormValues(urlencoded: Array(text.utf8)) }

  @Test(
    arguments: [
      ("", []),
      ("a=1", [("a", "1")]),
      ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
      ("a", [("a", "")]),
      ("a=", [("a", "")]),
      ("=a", [("", "a")]),
      ("a=b=c", [("a", "b=c")]),
      ("&&a=1&", [("a", "1")]),
      ("a+b=c+d", [("a b", "c d")]),
      ("a=%2B%20%26%3D", [("a", "+ &=")]),
      ("a=%E6%97%A5%E5%8C%BB", [("a", "日医")]),
      ("a=%e6%97%a5", [("a", "日")]),
      ("a=%F0%A0%AE%B7", [("a", "𠮷")]),
      ("a=日医", [("a", "日医")]),
      ("a=%00b", [("a", "\u{0}b")]),
      ("a=1%0D%0A2", [("a", "1\r\n2")]),
      ("a;b=1", [("a;b", "1")]),
    ] as [(String, [(String, String)])])
  func `pairs are read in their order`(text: String, pairs: [(String, String)]) throws {
    let values = try read(text)
    #expect(values.pairs.map(\.name) == pairs.map(\.0))
    #expect(
      values.pairs.map { Array($0.value.unicodeScalars) }
        == pairs.map { Array($0.1.unicodeScalars) })
  }

  @Test(arguments: [
    "a=%", "a=%4", "a=%G0", "a=%4G", "%=1", "a=%%", "a=% 1",
    "a=%FF", "a=%C0%AF", "a=%ED%A0%80", "a=%E6%97", "a=%F4%90%80%80", "%FF=1", "ok=1&a=%FF",
  ])
  func `malformed percent-encoding and UTF-8 are refused`(text: String) {
    #expect(throws: RequestError.malformed) { try read(text) }
  }

  @Test(arguments: [
    "a=1&ab=2&b_3=4", "b_3=&ab=+&a=%E6%97%A5", "ab=1&ab=2&a=3&ab=4&ab=5", "a&ab&b_3", "a", "ab",
    "&&a==&ab=a=b&", "%61=1&a%62=2&b%5F3=3", "aa=1&abc=2&=3&b=4&b_=5&A=6", "a+=1&a;ab=2", "日=1&a=2",
    "a=1&other=2&ab=3&another=4&b_3=5", "",
  ])
  func `names known beforehand change nothing`(text: String) throws {
    for names in [["a", "ab", "b_3"], ["b_3", "ab", "a"], ["ab"], ["a", "none"]] {
      let values = try FormValues(urlencoded: Array(text.utf8), expecting: FormNames(names))
      #expect(values == (try read(text)), "\(names)")
    }
  }

  @Test(arguments: ["a=%", "a=%G0", "a=1&a=%FF", "a=%E6%97&b=1"])
  func `what is malformed is refused behind a known name as well`(text: String) {
    #expect(throws: RequestError.malformed) {
      try FormValues(urlencoded: Array(text.utf8), expecting: FormNames(["a", "b"]))
    }
  }

  @Test func `a thousand pairs are a form, one more is none of ours`() throws {
    #expect(try read(String(repeating: "a=1&", count: 1000)).all("a").count == 1000)
    #expect(throws: RequestError.malformed) { try read(String(repeating: "a=1&", count: 1001)) }
  }

  @Test func `values are asked for by name`() throws {
    let values = try read("a=1&b=2&a=3")
    #expect(values.all("a") == ["1", "3"])
    #expect(values.first("a") == "1")
    #expect(values.first("none") == nil)
    #expect(values.all("none") == [])
    #expect(values.first("A") == nil, "names are the page's, to the letter")
  }

  @Test(arguments: [
    "", "a b", "+&=%", "日医 𠮷", "葛\u{E0100}", "か\u{3099}", "\r\n\t", "\u{0}", "~-._*", "a\u{FEFF}",
  ])
  func `what is written is read back to the letter`(text: String) throws {
    var values = FormValues()
    values.append("name \(text)", text)
    values.append("other", "x")
    let again = try read(values.urlencoded)
    #expect(again == values)
    #expect(Array(again.pairs[0].value.unicodeScalars) == Array(text.unicodeScalars))
    #expect(values.urlencoded.utf8.allSatisfy { (0x21...0x7E).contains($0) })
  }
}

@Suite struct FormWalks {
  @Test(
    arguments: [
      "a=1&b=2&b=3&c=4", "c=4&b=2&a=1&b=3", "x=9&a=1&b=2&y=9&b=3&c=4&c=5", "b=2&a=1&b=3&a=5&c=",
      "a=1&a=2&b=3&a=4", "ab=1&c=2", "", "A=1&b=2",
    ])
  func `names asked for one after the other have the values that they have alone`(
    text: String
  ) throws {
    let values = try FormValues(urlencoded: Array(text.utf8))
    for names in [["a", "b", "c"], ["c", "b", "a"], ["none", "b", "a", "c", "y"]] {
      var (walk, other) = (FormWalk(values), FormWalk(values))
      for name in names {
        #expect(walk.first(name) == values.first(name))
        #expect(other.all(name) == values.all(name))
        #expect(values.all(name) == values.pairs.filter { $0.name == name }.map(\.value))
      }
    }
  }
}
