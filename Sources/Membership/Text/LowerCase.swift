extension String {
  /// ASCII letters in lower case, the rest as it is: how login IDs and addresses are compared.
  func lowerCaseASCII() -> String {
    let capitals: ClosedRange<UInt8> = 0x41...0x5A
    guard hasByte(where: capitals.contains) else { return self }
    let lower = Array(utf8).map { capitals.contains($0) ? $0 | 0x20 : $0 }
    return String(decoding: lower, as: UTF8.self)
  }
}
