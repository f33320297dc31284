// Bytes that pass through: files read and written piece by piece, pipes between programs.

import Glibc

/// An open file, or one end of a pipe. Closed at its end, and in programs that we start.
public final class Channel {
  let descriptor: Int32
  private let name: String
  private var isOpen = true

  private init(_ descriptor: Int32, _ name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  deinit { close() }

  /// A file to be read from its beginning.
  public static func opening(_ path: String) throws(SystemError) -> Channel {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    return Channel(descriptor, path)
  }

  /// A new file that only its owner may read. Throws where there is one of that name.
  public static func creating(_ path: String) throws(SystemError) -> Channel {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("create", path) }
    return Channel(descriptor, path)
  }

  /// A file in memory that holds these bytes: for what must not lie on a disk.
  public static func holding(_ bytes: [UInt8]) throws(SystemError) -> Channel {
    let name = "/mamis-\(getpid())-\(monotonicMicroseconds())"
    let descriptor = unsafe shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw SystemError("create", "/dev/shm\(name)") }
    unsafe shm_unlink(name)
    let channel = Channel(descriptor, "file in memory")
    try channel.write(bytes)
    return channel
  }

  /// A pipe: what is written to the second can be read from the first.
  public static func pipe() throws(SystemError) -> (outlet: Channel, inlet: Channel) {
    let ends = try openPipe("for another program")
    return (Channel(ends[0], "pipe"), Channel(ends[1], "pipe"))
  }

  /// The next bytes, waiting for some; none at the end.
  public func read() throws(SystemError) -> [UInt8] {
    while true {
      var failure: Int32 = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, written in
        let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        failure = count < 0 ? errno : 0
        written = max(count, 0)
      }
      if failure == 0 { return chunk }
      if failure != EINTR { throw SystemError("read", name, code: failure) }
    }
  }

  /// Writes all of it.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    try writeAll(descriptor, bytes, path: name)
  }

  /// What was written, by whomever, is on the disk then.
  public func sync() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError("sync", name) }
  }

  /// No more is read or written here.
  public func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }
}

/// A program at work beside ours. It must be waited for.
public final class Child {
  public let program: String
  private let id: pid_t
  private var ended: ProgramEnd?

  /// Starts a program of the PATH. Its standard error is ours.
  /// - Parameters:
  ///   - input: its standard input; nil: nothing to read.
  ///   - output: its standard output; nil: ours.
  ///   - third: what it finds as `Child.thirdFile`.
  public init(
    _ arguments: [String], input: Channel? = nil, output: Channel? = nil, third: Channel? = nil
  ) throws(SystemError) {
    program = arguments[0]
    let source: Channel
    if let input { source = input } else { source = try Channel.opening("/dev/null") }
    var links: [(ours: Int32, its: Int32)] = [(source.descriptor, 0)]
    if let output { links.append((output.descriptor, 1)) }
    if let third { links.append((third.descriptor, 3)) }
    // A channel is closed with its last reference: not before the program has it.
    defer { withExtendedLifetime((source, output, third)) {} }
    id = try spawn(arguments, links)
  }

  /// The name under which a program reads its third channel.
  public static let thirdFile = "/proc/self/fd/3"

  /// Waits until it ends.
  public func wait() throws(SystemError) -> ProgramEnd {
    if let ended { return ended }
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { throw SystemError("wait for", program) }
    }
    let signal = status & 0x7F
    let end: ProgramEnd = signal == 0 ? .status((status >> 8) & 0xFF) : .signal(signal)
    ended = end
    return end
  }

  /// Ends it, if it has not ended by itself.
  public func end() {
    guard ended == nil else { return }
    kill(id, SIGTERM)
    _ = try? wait()
  }
}

/// Gives a finished file its name, in place of one of that name; on the disk, too.
public func renameFile(_ path: String, to name: String) throws(SystemError) {
  guard unsafe rename(path, name) == 0 else { throw SystemError("rename", name) }
  let folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? "."
  try Channel.opening(folder).sync()
}

/// Removes a file. Does nothing where there is none.
public func removeFile(_ path: String) throws(SystemError) {
  guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove", path) }
}

/// Whether this is a folder.
public func isFolder(_ path: String) -> Bool {
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
