// A process that begins in a cgroup, in memory that it shares with whoever started it until it runs a program.

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

// Of linux/sched.h, whose newest fields older headers lack.
struct clone_arguments {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
static const uint64_t INTO_CGROUP = 0x200000000ULL;

pid_t spawn_shared(int group, void (*life)(const void *), const void *argument) {
  static char stack[256 * 1024] __attribute__((aligned(16)));
  struct clone_arguments arguments = {.flags = CLONE_VM | CLONE_VFORK | INTO_CGROUP,
                                      .exit_signal = SIGCHLD,
                                      .stack = (uint64_t)(uintptr_t)stack,
                                      .stack_size = sizeof stack,
                                      .cgroup = (uint64_t)group};
  // The child comes back on a stack of its own, where there is nobody to return to.
#if defined __x86_64__
  register void (*begin)(const void *) __asm__("r12") = life;
  register const void *value __asm__("r13") = argument;
  long result;
  __asm__ volatile("syscall\n\t"
                   "test %%rax, %%rax\n\t"
                   "jnz 1f\n\t"
                   "xor %%ebp, %%ebp\n\t"
                   "mov %%r13, %%rdi\n\t"
                   "call *%%r12\n\t"
                   "ud2\n"
                   "1:"
                   : "=a"(result)
                   : "a"(SYS_clone3), "D"(&arguments), "S"(sizeof arguments), "r"(begin), "r"(value)
                   : "rcx", "r11", "memory");
#elif defined __aarch64__
  register void (*begin)(const void *) __asm__("x19") = life;
  register const void *value __asm__("x20") = argument;
  register long number __asm__("x8") = SYS_clone3;
  register long result __asm__("x0") = (long)&arguments;
  register long size __asm__("x1") = sizeof arguments;
  __asm__ volatile("svc #0\n\t"
                   "cbnz x0, 1f\n\t"
                   "mov x29, xzr\n\t"
                   "mov x0, x20\n\t"
                   "blr x19\n\t"
                   "brk #1\n"
                   "1:"
                   : "+r"(result)
                   : "r"(number), "r"(size), "r"(begin), "r"(value)
                   : "memory");
#else
  (void)life, (void)argument, (void)arguments;
  long result = -ENOSYS;
#endif
  if (result >= 0) return (pid_t)result;
  errno = (int)-result;
  return -1;
}
