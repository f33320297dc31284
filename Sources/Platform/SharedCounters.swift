// Numbers that the processes of one program count together, in a small file mapped into each.

import Glibc
import Synchronization

/// A file of 64-bit numbers in the machine's byte order. Adding is one atomic instruction: no lock,
/// no system call, and a process that is killed at any moment leaves every number whole.
///
/// The file's blocks are taken when it is made, so that a full disk cannot hit a process later. To
/// begin anew, remove the file and restart the program; cutting it short would end who has it open.
@safe public final class SharedCounters {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let count: Int

  /// Opens the file, or makes it with zeros, for its owner to write and everybody to read.
  /// - Parameter count: how many numbers it has; a longer file is fine.
  public init(_ path: String, count: Int) throws(SystemError) {
    let size = count * 8
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError("stat", path) }
    // Whoever made it took its blocks: to ask again costs a program of one request a tenth of it.
    let refused = status.st_size < size ? posix_fallocate(descriptor, 0, size) : 0
    guard refused == 0 else { throw SystemError("allocate", path, code: refused) }
    let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      throw SystemError("map", path)
    }
    unsafe words = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
    self.count = count
  }

  deinit {
    unsafe munmap(words, count * 8)
  }

  /// Adds to a number. One that the file does not have is left alone.
  public func add(_ amount: Int, to index: Int) {
    guard (0..<count).contains(index), amount > 0 else { return }
    unsafe words[index].wrappingAdd(UInt64(amount), ordering: .relaxed)
  }

  /// Sets a number.
  public func set(_ index: Int, to value: Int) {
    guard (0..<count).contains(index) else { return }
    unsafe words[index].store(UInt64(max(0, value)), ordering: .relaxed)
  }

  /// The numbers of a file as they are now, whoever writes it.
  public static func numbers(in path: String) throws(SystemError) -> [Int] {
    let bytes = try readFile(path)
    return unsafe bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 8).map { index in
        unsafe Int(clamping: buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
    }
  }
}
