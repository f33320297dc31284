// Files for programs that know no Unicode.

import Testing

@testable import Platform

@Suite struct CP932Tests {
  private func encode(_ text: String) -> (text: String?, lacking: Int) {
    var lacking = 0
    let bytes = encodeCP932([UInt8](text.utf8), lacking: &lacking)
    return (decodeCP932(bytes), lacking)
  }

  @Test(arguments: ["日医 太郎", "髙橋,﨑山,①㈱\r\n", "ｱｲｳ", "", "a\nb\n"])
  func `what CP932 has comes back to the letter`(text: String) {
    let (back, lacking) = encode(text)
    #expect(back == text)
    #expect(lacking == 0)
  }

  @Test func `what it lacks is replaced and counted`() {
    #expect(encode("𠮷田\r\n佐藤\r\n𠮷野家𠮷\r\n") == ("〓田\r\n佐藤\r\n〓野家〓\r\n", 3))
    #expect(encode("😀") == ("〓", 1))
  }

  @Test func `a variation loses its mark and keeps its character`() {
    #expect(encode("葛\u{E0100}城") == ("葛城", 1))
  }
}
