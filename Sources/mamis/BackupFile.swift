import Platform
import Sodium

/// A copy on disk: gzip, and age around it where it is encrypted.
struct BackupFile {
  let path: String
  /// The file of age's private key, for an encrypted copy.
  let identity: String?

  private static let ageMark = Array("age-encryption.org/".utf8)
  private static let gzipMark: [UInt8] = [0x1F, 0x8B]

  /// Reads the whole copy, hands its SQL to `take` and checks it against its manifest.
  @discardableResult
  func read(_ take: ([UInt8]) throws -> Void = { _ in }) throws -> BackupManifest {
    let isEncrypted = try isEncrypted()
    guard !isEncrypted || identity != nil else {
      throw Failure("\(path) is encrypted: name the file of the private key with --identity")
    }
    var programs: [Child] = []
    defer { for program in programs { program.end() } }
    var packed = try Channel.opening(path)
    if isEncrypted, let identity {
      let (outlet, inlet) = try Channel.pipe()
      programs.append(
        try Child(["age", "--decrypt", "--identity", identity], input: packed, output: inlet))
      inlet.close()
      packed = outlet
    }
    let (outlet, inlet) = try Channel.pipe()
    programs.append(try Child(["gzip", "-dc"], input: packed, output: inlet))
    inlet.close()
    packed.close()
    var reader = BackupReader()
    while true {
      let bytes = try outlet.read()
      if bytes.isEmpty { break }
      reader.take(bytes)
      try take(bytes)
    }
    let ends = try programs.map { ($0.program, try $0.wait()) }
    programs = []
    if let (program, _) = ends.first(where: { $1 != .status(0) }) {
      throw Failure("\(path) is damaged: \(program) cannot read it to its end")
    }
    return try reader.checked(path)
  }

  private func isEncrypted() throws -> Bool {
    let beginning = try Channel.opening(path).read()
    if beginning.starts(with: Self.ageMark) { return true }
    guard beginning.starts(with: Self.gzipMark) else {
      throw Failure("\(path) is not a copy: it is neither gzip nor age")
    }
    return false
  }
}

/// A copy in the making. It has another name until it is whole.
struct BackupDraft {
  let path: String
  private let draft: String
  private let file: Channel
  private let inlet: Channel
  private let programs: [Child]

  /// - Parameter recipients: age's public keys, or files of them; none: not encrypted.
  init(_ path: String, encryptedTo recipients: [String]) throws {
    self.path = path
    // One that was cut short, by a power failure say, must not be in the way of the next one.
    draft = "\(path).\(hexadecimal(randomBytes(4))).new"
    file = try Channel.creating(draft)
    let (unpacked, inlet) = try Channel.pipe()
    self.inlet = inlet
    var programs: [Child] = []
    if recipients.isEmpty {
      programs.append(try Child(["gzip", "-c"], input: unpacked, output: file))
    } else {
      let (packed, toAge) = try Channel.pipe()
      programs.append(try Child(["gzip", "-c"], input: unpacked, output: toAge))
      let keys = recipients.flatMap { key in
        [key.hasPrefix("age1") || key.hasPrefix("ssh-") ? "--recipient" : "-R", key]
      }
      programs.append(try Child(["age", "--encrypt"] + keys, input: packed, output: file))
    }
    self.programs = programs
  }

  func write(_ bytes: [UInt8]) throws {
    try inlet.write(bytes)
  }

  /// Ends it: the file is whole, on the disk, and `check` has found nothing wrong with it; then it
  /// gets its name.
  func finish(_ check: (_ draft: String) throws -> Void) throws {
    inlet.close()
    for program in programs { try program.mustEndWell() }
    try file.sync()
    try check(draft)
    try renameFile(draft, to: path)
  }

  /// Gives it up.
  func remove() {
    inlet.close()
    for program in programs { program.end() }
    try? removeFile(draft)
  }
}
