import OneTimeCodes
import Testing

@Suite struct OneTimeCodesTests {
  /// The secret of RFC 6238, appendix B.
  private let secret = Array("12345678901234567890".utf8)

  /// The six last digits of the appendix's eight: the truncated number is the same.
  @Test(arguments: [
    (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"),
    (1_234_567_890, "005924"), (2_000_000_000, "279037"), (20_000_000_000, "353130"),
  ])
  func `codes are those of the standard`(seconds: Int, code: String) {
    #expect(oneTimeCode(secret, step: seconds / codePeriod) == Array(code.utf8))
  }

  @Test func `a code is accepted one step early or late and no further`() {
    let now = 1_800_000_000
    let step = now / codePeriod
    for distance in -3...3 {
      let accepted = acceptedStep(
        of: oneTimeCode(secret, step: step + distance), secret, after: 0, at: now)
      #expect(accepted == (abs(distance) <= 1 ? step + distance : nil), "\(distance)")
    }
  }

  @Test func `no code is accepted twice nor an older one after it`() {
    let now = 1_800_000_000
    let step = now / codePeriod
    for last in step - 2...step + 2 {
      let accepted = acceptedStep(of: oneTimeCode(secret, step: step), secret, after: last, at: now)
      #expect(accepted == (last < step ? step : nil), "\(last - step)")
    }
  }

  @Test(arguments: ["", "1", "28708", "2870820", "28708a"])
  func `what is no code is not accepted`(typed: String) {
    #expect(acceptedStep(of: Array(typed.utf8), secret, after: 0, at: 59) == nil)
  }

  /// RFC 4648 §10, without the padding, and RFC 6238's secret.
  @Test(arguments: [
    ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
    ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
    ("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
  ])
  func `base32 is that of the standard`(text: String, encoded: String) {
    #expect(base32(Array(text.utf8)) == encoded)
  }
}
