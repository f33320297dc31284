// What a confined program can still do, and what not. Confinement is a thread's: each test gives up
// the rights of one thread, which ends with it.

import CSeccomp
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct ConfinementTests {
  /// The result of some work on a confined thread.
  func confined<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await onThread {
      try confine()
      return try work()
    }
  }

  /// The error number of a call that returns -1 for a failure; 0 where there was none.
  func code(_ call: @escaping @Sendable () -> Int) async throws -> Int32 {
    try await confined {
      errno = 0
      return call() < 0 ? errno : 0
    }
  }

  @Test func `it starts no program, where it did before`() async throws {
    #expect(try run(["/bin/true"]).end == .status(0))
    let error = await #expect(throws: SystemError.self) {
      try await confined { try run(["/bin/true"]).end }
    }
    #expect(error?.code == EPERM)
    #expect(error?.operation == "run")
  }

  @Test(arguments: [
    __NR_execve, __NR_execveat, __NR_clone3, __NR_ptrace, __NR_process_vm_writev, __NR_kill,
    __NR_unshare, __NR_setns, __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_setuid,
    __NR_capset, __NR_openat2, __NR_memfd_create, __NR_bpf, __NR_io_uring_setup, __NR_userfaultfd,
    __NR_keyctl, __NR_perf_event_open, __NR_init_module, __NR_kexec_load, __NR_reboot,
  ])
  func `it asks the kernel in vain`(call: Int32) async throws {
    // Without arguments none of them does anything, even where it is allowed.
    #expect(try await code { kernel(Int(call), 0, 0) } == EPERM)
  }

  @Test func `it does not divide`() async throws {
    let divided = try await code {
      let child = kernel(Int(__NR_clone), Int(SIGCHLD), 0)
      if child == 0 { _exit(1) }
      return child
    }
    #expect(divided == EPERM)
  }

  @Test func `it writes, renames and removes no file, and reads on`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/kept"
    try writeFile(path, [0x61])
    #expect(try await confined { try readFile(path) } == [0x61])
    let error = await #expect(throws: SystemError.self) {
      try await confined { try writeFile(path, [0x62]) }
    }
    #expect(error?.code == EPERM)
    for flags in [O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC, O_WRONLY | O_APPEND] {
      #expect(
        try await code {
          unsafe Int(path.withCString { unsafe open($0, flags, 0o600) })
        } == EPERM, "\(flags)")
    }
    #expect(try await code { unsafe Int(rename(path, path + "2")) } == EPERM)
    #expect(try await code { unsafe Int(unlink(path)) } == EPERM)
    #expect(try await code { unsafe Int(chmod(path, 0o777)) } == EPERM)
    #expect(try await code { unsafe Int(mkdir(path + "3", 0o700)) } == EPERM)
    #expect(try await code { unsafe Int(symlink("/", path + "4")) } == EPERM)
    #expect(try namesInFolder(folder.path) == ["kept"])
    #expect(try readFile(path) == [0x61])
  }

  @Test func `what was open before is written to as ever`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    try await confined { try writeAll(descriptor, [0x61, 0x0A], path: path) }
    #expect(try readFile(path) == [0x61, 0x0A])
  }

  @Test func `it reaches the database's sockets, and makes none of its own to be reached`()
    async throws
  {
    for family in [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] {
      let type = family == AF_NETLINK ? Int32(SOCK_RAW.rawValue) : Int32(SOCK_STREAM.rawValue)
      let made = try await code {
        let descriptor = socket(family, type, 0)
        if descriptor >= 0 { close(descriptor) }
        return Int(descriptor)
      }
      #expect(made == 0 || made == EAFNOSUPPORT, "\(family)")
    }
    for family in [AF_PACKET, AF_VSOCK, AF_ALG, AF_BLUETOOTH] {
      #expect(try await code { Int(socket(family, Int32(SOCK_RAW.rawValue), 0)) } == EPERM)
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    #expect(try await code { Int(listen(descriptor, 1)) } == EPERM)
  }

  @Test func `it makes no memory that is written and executed`() async throws {
    func map(_ protection: Int32) async throws -> Int32 {
      try await code {
        let memory = unsafe mmap(nil, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe memory == MAP_FAILED ? -1 : 0
      }
    }
    #expect(try await map(PROT_READ | PROT_WRITE) == 0)
    #expect(try await map(PROT_READ | PROT_WRITE | PROT_EXEC) == EPERM)
    #expect(
      try await code {
        let memory = unsafe mmap(
          nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe Int(mprotect(memory!, 4096, PROT_READ | PROT_EXEC))
      } == EPERM)
  }

  @Test func `calls newer than the filter do not exist for it`() async throws {
    for number in [451, 500, 100_000] {
      #expect(try await code { kernel(number, 0, 0) } == ENOSYS, "\(number)")
    }
  }

  @Test func `it can be confined once more, and never less`() async throws {
    try await confined { try confine() }
    let status = try await confined {
      String(decoding: try readFile("/proc/thread-self/status"), as: UTF8.self)
    }
    #expect(status.contains("NoNewPrivs:\t1\n"))
    #expect(status.contains("Seccomp:\t2\n"))
  }

  @Test func `what time and random numbers it needs are there`() async throws {
    #expect(try await confined { secondsNow() } > 1_700_000_000)
    #expect(try await confined { monotonicMicroseconds() } > 0)
    #expect(try await confined { (0..<100).map { _ in UInt8.random(in: 0...255) } }.count == 100)
    // iconv loads a library at its first use.
    #expect(try await confined { encodeCP932("髙") } == [0xFB, 0xFC])
  }
}

/// A system call by its number. (glibc's own takes any number of arguments, which Swift cannot call.)
private func kernel(_ number: Int, _ first: Int, _ second: Int) -> Int {
  typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
  let call = unsafe unsafeBitCast(dlsym(nil, "syscall"), to: Call.self)
  return call(number, first, second, 0, 0, 0, 0)
}
