// The part of libsodium that we use: random bytes, hashes, password hashes.

import CSodium

/// libsodium must be initialised once before use; it picks the fastest implementation then.
private let isReady: Bool = sodium_init() >= 0

/// Random bytes from the system's source.
public func randomBytes(_ count: Int) -> [UInt8] {
  precondition(isReady)
  return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    unsafe randombytes_buf(buffer.baseAddress!, count)
    written = count
  }
}

/// BLAKE2b, 256 bits: for tokens and cookies, which are random enough to need no salt.
public func blake2b(_ bytes: [UInt8]) -> [UInt8] {
  precondition(isReady)
  return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, written in
    unsafe crypto_generichash(buffer.baseAddress!, 32, bytes, UInt64(bytes.count), nil, 0)
    written = 32
  }
}

/// SHA-256: for texts whose hash others may want to check with common tools.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  precondition(isReady)
  return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, written in
    unsafe crypto_hash_sha256(buffer.baseAddress!, bytes, UInt64(bytes.count))
    written = 32
  }
}

/// SHA-256 of what comes piece by piece.
public struct SHA256 {
  private var state = crypto_hash_sha256_state()

  public init() {
    precondition(isReady)
    unsafe crypto_hash_sha256_init(&state)
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      _ = unsafe crypto_hash_sha256_update(&state, buffer.baseAddress, UInt64(buffer.count))
    }
  }

  /// The hash of all bytes so far.
  public func hash() -> [UInt8] {
    var last = state
    return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, written in
      unsafe crypto_hash_sha256_final(&last, buffer.baseAddress!)
      written = 32
    }
  }
}

/// What an Argon2id hash costs. R-45: two passes over 19 MiB at least.
public struct PasswordCost: Equatable, Sendable {
  public let passes: Int
  public let memoryKiB: Int

  public init(passes: Int = 2, memoryKiB: Int = 19_456) {
    self.passes = passes
    self.memoryKiB = memoryKiB
  }
}

/// The password could not be hashed: there was not enough memory.
public struct OutOfMemory: Error, CustomStringConvertible {
  public let description = "not enough memory for a password hash"
}

/// Argon2id in libsodium's text form, which carries salt and parameters: under 128 characters.
public func hashPassword(_ password: [UInt8], _ cost: PasswordCost) throws(OutOfMemory) -> String {
  precondition(isReady)
  var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
  let words = password.map { CChar(bitPattern: $0) }
  let result = unsafe crypto_pwhash_str(
    &text, words, UInt64(words.count), UInt64(cost.passes), cost.memoryKiB * 1024)
  guard result == 0 else { throw OutOfMemory() }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Whether the password is the one that was hashed. Takes the hash's own time and memory.
public func isPassword(_ password: [UInt8], of hash: String) -> Bool {
  precondition(isReady)
  let words = password.map { CChar(bitPattern: $0) }
  return unsafe crypto_pwhash_str_verify(hash, words, UInt64(words.count)) == 0
}

/// Whether the hash was made at another cost than today's.
public func needsNewHash(_ hash: String, _ cost: PasswordCost) -> Bool {
  unsafe crypto_pwhash_str_needs_rehash(hash, UInt64(cost.passes), cost.memoryKiB * 1024) != 0
}

/// Lower-case hexadecimal.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
