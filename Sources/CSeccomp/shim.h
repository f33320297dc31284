// The kernel's own headers for system call filters. No library belongs to it.

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// The architecture whose numbers the calls have here; 0 where we know none.
static inline unsigned int mamis_architecture(void) {
#if defined(__x86_64__) && !defined(__ILP32__)
  return AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  return AUDIT_ARCH_AARCH64;
#else
  return 0;
#endif
}

// prctl takes any number of arguments, which Swift cannot call.
static inline int mamis_forbid_new_privileges(void) {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static inline int mamis_filter_calls(const struct sock_fprog *filter) {
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0);
}
