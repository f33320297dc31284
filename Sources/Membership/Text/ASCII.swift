extension String {
  /// The text that bytes of ASCII are.
  init(ascii bytes: Span<UInt8>) {
    guard let text = try? UTF8Span(validating: bytes) else {
      preconditionFailure("what is made of ASCII is text")
    }
    self.init(copying: text)
  }

  /// ASCII letters in lower case, the rest as it is: how login IDs and addresses are compared.
  func lowerCaseASCII() -> String {
    let capitals: ClosedRange<UInt8> = 0x41...0x5A
    guard hasByte(where: capitals.contains) else { return self }
    let lower = Array(utf8).map { capitals.contains($0) ? $0 | 0x20 : $0 }
    return String(decoding: lower, as: UTF8.self)
  }
}

extension UInt8 {
  /// 0–9 of ASCII.
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
