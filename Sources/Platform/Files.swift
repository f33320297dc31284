// Files, as far as our programs need them. No Foundation: a handler stays under 10 MB.

import Glibc

/// An operation of the system that failed: what, on which file, why. For the operator.
public struct SystemError: Error, CustomStringConvertible, Sendable {
  public let operation: String
  public let path: String
  public let code: Int32

  public init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String {
    let reason = unsafe String(cString: strerror(code))
    return "\(operation) \(path): \(reason)"
  }
}

/// The whole content of a file.
public func readFile(_ path: String) throws(SystemError) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemError("open", path) }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError("stat", path) }
  guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError("read", path, code: EISDIR) }
  // Room for all of it at once; what tells no size, as the files of /proc, comes in pieces.
  let room = max(Int(status.st_size), 4096)
  var content: [UInt8] = []
  while true {
    var failure: Int32 = 0
    let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let length = unsafe read(descriptor, buffer.baseAddress, room)
      if length < 0 { failure = errno }
      count = max(0, length)
    }
    guard failure == 0 || failure == EINTR else {
      throw SystemError("read", path, code: failure)
    }
    if piece.isEmpty, failure == 0 { return content }
    if content.isEmpty { content = piece } else { content += piece }
  }
}

/// Whether there is a file or folder of this name that the program may read.
public func isFile(_ path: String) -> Bool {
  unsafe access(path, R_OK) == 0
}

/// When a file was last changed, in seconds since 1970; nil where there is none.
public func modificationTime(_ path: String) -> Int? {
  var status = stat()
  return unsafe stat(path, &status) == 0 ? status.st_mtim.tv_sec : nil
}

/// Writes a new file that is whole or not there: a temporary file, synced, then renamed, and its
/// folder synced: when this returns, the file outlives a loss of power.
/// A file of that name is replaced. `mode` is the file's permission, e.g. 0o600.
public func writeFile(
  _ path: String, _ content: [UInt8], mode: UInt32 = 0o644, through temporary: String? = nil
) throws(SystemError) {
  let draft = temporary ?? path + ".new"
  let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw SystemError("create", draft) }
  do throws(SystemError) {
    try writeAll(descriptor, content, path: draft)
    guard fsync(descriptor) == 0 else { throw SystemError("sync", draft) }
  } catch {
    close(descriptor)
    unsafe unlink(draft)
    throw error
  }
  close(descriptor)
  guard unsafe rename(draft, path) == 0 else {
    let failure = SystemError("rename", path)
    unsafe unlink(draft)
    throw failure
  }
  let slash = path.lastIndex(of: "/")
  try syncFolder(slash.map { String(path[...$0]) } ?? ".")
}

/// Waits until the names in a folder are on the disk.
public func syncFolder(_ path: String) throws(SystemError) {
  let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemError("open", path) }
  defer { close(descriptor) }
  guard fsync(descriptor) == 0 else { throw SystemError("sync", path) }
}

func writeAll(_ descriptor: Int32, _ content: [UInt8], path: String) throws(SystemError) {
  var done = 0
  while done < content.count {
    let count = unsafe content.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress! + done, buffer.count - done)
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw SystemError("write", path)
    }
    done += count
  }
}

/// Makes a folder and its missing parents, closed to others.
public func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
  guard unsafe mkdir(path, mode) != 0 else { return }
  if errno == EEXIST { return }
  guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
    throw SystemError("mkdir", path)
  }
  try makeFolder(String(path[..<slash]), mode: mode)
  guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("mkdir", path) }
}

/// The names in a folder, without `.` and `..`, sorted by their bytes.
public func namesInFolder(_ path: String) throws(SystemError) -> [String] {
  guard let folder = unsafe opendir(path) else { throw SystemError("opendir", path) }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// The folder that holds the running program.
public func programFolder() -> String {
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = unsafe buffer.withUnsafeMutableBytes { raw in
    unsafe readlink(
      "/proc/self/exe", raw.baseAddress!.assumingMemoryBound(to: CChar.self), raw.count)
  }
  guard count > 0 else { return "." }
  let path = String(decoding: buffer[..<count], as: UTF8.self)
  return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
