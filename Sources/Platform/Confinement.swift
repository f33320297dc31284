// What a program gave up before, nobody can do with it who takes it over.

import CSeccomp
import Glibc

/// Gives up, for the rest of this thread's life, what a program that answers requests never needs:
/// starting programs and processes, gaining privileges, reaching into other processes, making,
/// writing, renaming or removing files, listening, and the parts of the kernel that are for
/// administrators. Such a call fails with EPERM from now on; see `CallFilter` for the list.
///
/// Reading files, sockets to the database, files that are open already and logging go on as before,
/// so call it when everything is open that is written to.
/// - Throws: where the kernel has no filters for system calls.
public func confine() throws(SystemError) {
  guard mamis_architecture() != 0 else { throw SystemError("filter", "calls", code: ENOSYS) }
  guard mamis_forbid_new_privileges() == 0 else { throw SystemError("forbid", "new privileges") }
  var rules = CallFilter.program
  let refused = unsafe rules.withUnsafeMutableBufferPointer { buffer in
    var program = unsafe sock_fprog(len: UInt16(buffer.count), filter: buffer.baseAddress)
    return unsafe mamis_filter_calls(&program)
  }
  guard refused == 0 else { throw SystemError("filter", "calls") }
}

/// The filter, in the kernel's classic BPF. Every rule stands by itself: the call's number is in the
/// accumulator before and after it, and it refuses or goes on to the next.
private enum CallFilter {
  static var program: [sock_filter] {
    var program = [load(4), jump(BPF_JEQ, mamis_architecture(), 1, 0), refuse(EPERM), load(0)]
    // Calls newer than Linux 6.1: who meets ENOSYS does it the old way.
    program += [jump(BPF_JGT, UInt32(__NR_set_mempolicy_home_node), 0, 1), refuse(ENOSYS)]
    program += search(never.map { UInt32($0) }.sorted())
    let writing = UInt32(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
    #if arch(x86_64)
      program += rule(__NR_open, argument: 1, anyOf(writing))
    #endif
    program += rule(__NR_openat, argument: 2, anyOf(writing))
    // Libraries are mapped, not written; the database is there by AF_UNIX and IP, and resolvers
    // ask the kernel by AF_NETLINK for its addresses.
    program += rule(__NR_mmap, argument: 2, allOf(UInt32(PROT_WRITE | PROT_EXEC)))
    program += rule(__NR_mprotect, argument: 2, anyOf(UInt32(PROT_EXEC)))
    program += rule(
      __NR_socket, argument: 0,
      otherThan([AF_UNIX, AF_INET, AF_INET6, AF_NETLINK].map { UInt32($0) }))
    return program + [instruction(BPF_RET | BPF_K, UInt32(SECCOMP_RET_ALLOW))]
  }

  /// Refused whatever is asked.
  private static var never: [Int32] {
    var calls = [
      // Programs and processes: ours are one thread each.
      __NR_execve, __NR_execveat, __NR_clone, __NR_clone3,
      // Other processes.
      __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_kill, __NR_tkill,
      __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_pidfd_open, __NR_pidfd_getfd,
      __NR_pidfd_send_signal, __NR_process_madvise, __NR_kcmp, __NR_setpriority,
      // Files. (openat2's flags are out of a filter's sight.)
      __NR_openat2, __NR_open_by_handle_at, __NR_memfd_create, __NR_truncate, __NR_mkdirat,
      __NR_mknodat, __NR_unlinkat, __NR_renameat2, __NR_linkat, __NR_symlinkat, __NR_fchmod,
      __NR_fchmodat, __NR_fchown, __NR_fchownat, __NR_utimensat, __NR_setxattr, __NR_lsetxattr,
      __NR_fsetxattr, __NR_removexattr, __NR_lremovexattr, __NR_fremovexattr,
      // A service of its own.
      __NR_listen,
      // What the system looks like, and what administrators do to it.
      __NR_mount, __NR_umount2, __NR_move_mount, __NR_open_tree, __NR_mount_setattr, __NR_fsopen,
      __NR_fspick, __NR_pivot_root, __NR_chroot, __NR_unshare, __NR_setns, __NR_setuid, __NR_setgid,
      __NR_setreuid, __NR_setregid, __NR_setresuid, __NR_setresgid, __NR_setgroups, __NR_capset,
      __NR_setrlimit, __NR_prlimit64, __NR_personality, __NR_reboot, __NR_swapon, __NR_swapoff,
      __NR_sethostname, __NR_setdomainname, __NR_settimeofday, __NR_clock_settime,
      __NR_clock_adjtime, __NR_adjtimex, __NR_init_module, __NR_finit_module, __NR_delete_module,
      __NR_kexec_load, __NR_kexec_file_load, __NR_acct, __NR_quotactl, __NR_syslog,
      // Doors into the kernel that have stood open before.
      __NR_bpf, __NR_perf_event_open, __NR_userfaultfd, __NR_io_uring_setup, __NR_io_uring_enter,
      __NR_io_uring_register, __NR_keyctl, __NR_add_key, __NR_request_key, __NR_fanotify_init,
      __NR_pkey_mprotect, __NR_migrate_pages, __NR_move_pages,
    ]
    #if arch(x86_64)
      calls += [
        __NR_fork, __NR_vfork, __NR_creat, __NR_mkdir, __NR_rmdir, __NR_mknod, __NR_unlink,
        __NR_rename, __NR_renameat, __NR_link, __NR_symlink, __NR_chmod, __NR_chown, __NR_lchown,
        __NR_utime, __NR_utimes, __NR_futimesat, __NR_iopl, __NR_ioperm, __NR_modify_ldt,
      ]
    #endif
    return calls
  }

  /// Refuses all of these calls, sorted by number. They are in groups, so that a call is held
  /// against ten of them, not against all: the kernel does that for every call there is when it
  /// takes the filter, and a plain CGI program waits for it.
  private static func search(_ calls: [UInt32]) -> [sock_filter] {
    let size = 10
    var rest: [sock_filter] = []
    for start in stride(from: 0, to: calls.count, by: size).reversed() {
      let group = calls[start..<min(start + size, calls.count)]
      var tests = group.flatMap { [jump(BPF_JEQ, $0, 0, 1), refuse(EPERM)] }
      tests.append(instruction(BPF_JMP | BPF_JA, UInt32(rest.count)))
      rest = [jump(BPF_JGT, group.last ?? 0, UInt8(tests.count), 0)] + tests + rest
    }
    return rest
  }

  /// Refuses a call by one of its arguments: the lower 32 bits of it pass the test, or not.
  private static func rule(
    _ call: Int32, argument: UInt32, _ test: [sock_filter]
  ) -> [sock_filter] {
    let rest = [load(16 + 8 * argument)] + test + [refuse(EPERM), load(0)]
    return [jump(BPF_JEQ, UInt32(call), 0, UInt8(rest.count))] + rest
  }

  // Tests: they go on to the refusal that follows them, or jump over it.

  private static func anyOf(_ bits: UInt32) -> [sock_filter] { [jump(BPF_JSET, bits, 0, 1)] }

  private static func allOf(_ bits: UInt32) -> [sock_filter] {
    [instruction(BPF_ALU | BPF_AND | BPF_K, bits), jump(BPF_JEQ, bits, 0, 1)]
  }

  private static func otherThan(_ values: [UInt32]) -> [sock_filter] {
    values.indices.map { jump(BPF_JEQ, values[$0], UInt8(values.count - $0), 0) }
  }

  // Instructions.

  /// What the kernel tells of a call (`seccomp_data`): its number at 0, the architecture at 4, the
  /// arguments from 16.
  private static func load(_ offset: UInt32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, offset)
  }

  private static func refuse(_ code: Int32) -> sock_filter {
    instruction(BPF_RET | BPF_K, UInt32(SECCOMP_RET_ERRNO) | UInt32(code))
  }

  /// Skips so many instructions where the comparison holds, and so many where it does not.
  private static func jump(
    _ comparison: Int32, _ value: UInt32, _ held: UInt8, _ failed: UInt8
  ) -> sock_filter {
    var jump = instruction(BPF_JMP | comparison | BPF_K, value)
    (jump.jt, jump.jf) = (held, failed)
    return jump
  }

  private static func instruction(_ code: Int32, _ value: UInt32) -> sock_filter {
    sock_filter(code: UInt16(code), jt: 0, jf: 0, k: value)
  }
}
