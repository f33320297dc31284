extension String {
  /// ASCII letters in lower case, the rest as it is: how login IDs and addresses are compared.
  func lowerCaseASCII() -> String {
    mapScalars { ("A"..."Z").contains($0) ? Unicode.Scalar(UInt8($0.value) | 0x20) : $0 }
  }
}
