// One-time codes by time (TOTP, RFC 6238) over liboath of the OATH Toolkit. SHA-1, six digits and
// thirty seconds are what every authenticator app reads; several ignore anything else.

import COath

/// Seconds that one code stands for.
public let codePeriod = 30
/// Digits of a code.
public let codeLength = 6

/// liboath must be initialised once before use.
private let isReady: Bool = oath_init() == 0

/// The code of a secret for one step of time.
/// - Parameter step: seconds since 1970 divided by `codePeriod`.
/// - Returns: six digits.
public func oneTimeCode(_ secret: [UInt8], step: Int) -> [UInt8] {
  precondition(isReady && !secret.isEmpty && step >= 0)
  var code = [CChar](repeating: 0, count: codeLength + 1)
  let key = secret.map { CChar(bitPattern: $0) }
  let result = unsafe oath_hotp_generate(
    key, key.count, UInt64(step), UInt32(codeLength), false, Int(bitPattern: UInt.max), &code)
  precondition(result == 0, "liboath made no code")
  return code.prefix(codeLength).map { UInt8(bitPattern: $0) }
}

/// The step whose code was typed: the present one, or one before or after it, since clocks differ
/// and people type slowly (RFC 6238 §5.2).
/// - Parameters:
///   - last: the step of the code accepted last: neither it nor an older one is accepted again.
///   - seconds: the time since 1970.
/// - Returns: nil where the code is none of them. The time taken does not tell how many digits fit.
public func acceptedStep(
  of typed: [UInt8], _ secret: [UInt8], after last: Int, at seconds: Int
) -> Int? {
  guard typed.count == codeLength else { return nil }
  let now = seconds / codePeriod
  var accepted: Int?
  for step in max(0, now - 1)...(now + 1) where step > last {
    let difference = zip(oneTimeCode(secret, step: step), typed).reduce(0) { $0 | ($1.0 ^ $1.1) }
    if difference == 0 { accepted = step }
  }
  return accepted
}

/// A secret as authenticator apps take it when it is typed: base 32 (RFC 4648) without padding.
public func base32(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
  var letters: [UInt8] = []
  var bits = 0
  var buffer = 0
  for byte in bytes {
    buffer = (buffer << 8 | Int(byte)) & 0xFFFF
    bits += 8
    while bits >= 5 {
      bits -= 5
      letters.append(alphabet[buffer >> bits & 31])
    }
  }
  if bits > 0 { letters.append(alphabet[buffer << (5 - bits) & 31]) }
  return String(decoding: letters, as: UTF8.self)
}
