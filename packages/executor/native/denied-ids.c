/*
 * Ids a task can never take on: a seccomp filter that looks at the arguments of every call that changes them.
 *
 * A capability such as setuid is of use within what is left: it lets a task be anybody but those the node denies. What a
 * filter cannot see is refused whole: a list of groups (in the task's memory), a user namespace (in which a number means
 * another one, and a task with setuid chooses which), and the 32-bit forms of all of them. Filters add up, so what is
 * installed behind this one takes nothing away.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64, COMPAT = AUDIT_ARCH_I386, COMPAT_UNSHARE = 310 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64, COMPAT = AUDIT_ARCH_ARM, COMPAT_UNSHARE = 337 };
#else
#error "denied-ids.c does not know the calls of this architecture"
#endif

// i386 and ARM number these alike: setuid, setgid, setreuid, setregid, setgroups, setfsuid, setfsgid, setresuid,
// setresgid with 16 bits, then the same with 32.
static const unsigned COMPAT_CALLS[] = {23,  46,  70,  71,  81,  138, 139, 164, 170,
                                        203, 204, 206, 208, 210, 213, 214, 215, 216};
enum { COMPAT_CLONE = 120, COMPAT_CLONE3 = 435, X32 = 0x40000000 };

// The kernel's own limit.
enum { MOST = 4096 };

struct program {
  struct sock_filter code[MOST];
  size_t length;
  bool overflowed;
};

static void add(struct program *program, unsigned short code, unsigned k, unsigned char yes, unsigned char no) {
  if (program->length == MOST) program->overflowed = true;
  else program->code[program->length++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct program *program, size_t offset) { add(program, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0); }

// Both architectures are little-endian; ids have 32 bits, and the kernel does not look at the rest of the register.
static void load_argument(struct program *program, size_t index) {
  load(program, offsetof(struct seccomp_data, args) + 8 * index);
}

static void answer(struct program *program, unsigned verdict) { add(program, BPF_RET | BPF_K, verdict, 0, 0); }

static void refuse(struct program *program, int reason) { answer(program, SECCOMP_RET_ERRNO | (unsigned)reason); }

// What follows up to `end` is for call `number` alone; jumps of a condition reach 255 instructions, those without any.
static size_t begin_call(struct program *program, unsigned number) {
  add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 1, 0);
  add(program, BPF_JMP | BPF_JA, 0, 0, 0);
  return program->length - 1;
}

static void end_call(struct program *program, size_t begun) {
  answer(program, SECCOMP_RET_ALLOW);
  if (!program->overflowed) program->code[begun].k = (unsigned)(program->length - begun - 1);
}

static void check_argument(struct program *program, size_t index, const struct id_ranges *denied) {
  load_argument(program, index);
  for (size_t range = 0; range < denied->count; range += 1) {
    add(program, BPF_JMP | BPF_JGE | BPF_K, denied->list[range].first, 0, 2);
    add(program, BPF_JMP | BPF_JGT | BPF_K, denied->list[range].last, 1, 0);
    refuse(program, EPERM);
  }
}

static void check_call(struct program *program, unsigned number, size_t count, const struct id_ranges *denied) {
  if (denied->count == 0) return;
  size_t begun = begin_call(program, number);
  for (size_t index = 0; index < count; index += 1) check_argument(program, index, denied);
  end_call(program, begun);
}

static void check_groups(struct program *program, const struct id_ranges *denied) {
  if (denied->count == 0) return;
  size_t begun = begin_call(program, SYS_setgroups);
  load_argument(program, 0);
  // To have no further groups is always allowed.
  add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
  refuse(program, EPERM);
  end_call(program, begun);
}

static void check_namespaces(struct program *program, unsigned number) {
  size_t begun = begin_call(program, number);
  load_argument(program, 0);
  add(program, BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1);
  refuse(program, EPERM);
  end_call(program, begun);
}

// C libraries fall back to clone, whose flags can be seen.
static void check_clone3(struct program *program, unsigned number) {
  add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  refuse(program, ENOSYS);
}

static void check_compat(struct program *program) {
  load(program, offsetof(struct seccomp_data, arch));
  add(program, BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 0, 1);
  size_t native = program->length;
  add(program, BPF_JMP | BPF_JA, 0, 0, 0);
  add(program, BPF_JMP | BPF_JEQ | BPF_K, COMPAT, 1, 0);
  refuse(program, ENOSYS);
  load(program, offsetof(struct seccomp_data, nr));
  for (size_t index = 0; index < sizeof COMPAT_CALLS / sizeof *COMPAT_CALLS; index += 1) {
    add(program, BPF_JMP | BPF_JEQ | BPF_K, COMPAT_CALLS[index], 0, 1);
    refuse(program, EPERM);
  }
  check_clone3(program, COMPAT_CLONE3);
  check_namespaces(program, COMPAT_CLONE);
  check_namespaces(program, COMPAT_UNSHARE);
  answer(program, SECCOMP_RET_ALLOW);
  program->code[native].k = (unsigned)(program->length - native - 1);
}

static void build(struct program *program, const struct plan *plan) {
  const struct id_ranges *uids = &plan->denied_uids, *gids = &plan->denied_gids;
  check_compat(program);
  load(program, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  add(program, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
  refuse(program, ENOSYS);
#endif
  check_clone3(program, SYS_clone3);
  check_namespaces(program, SYS_clone);
  check_namespaces(program, SYS_unshare);
  check_call(program, SYS_setuid, 1, uids);
  check_call(program, SYS_setfsuid, 1, uids);
  check_call(program, SYS_setreuid, 2, uids);
  check_call(program, SYS_setresuid, 3, uids);
  check_call(program, SYS_setgid, 1, gids);
  check_call(program, SYS_setfsgid, 1, gids);
  check_call(program, SYS_setregid, 2, gids);
  check_call(program, SYS_setresgid, 3, gids);
  check_groups(program, gids);
  answer(program, SECCOMP_RET_ALLOW);
}

const char *deny_ids(const struct plan *plan) {
  if (plan->denied_uids.count == 0 && plan->denied_gids.count == 0) return NULL;
  struct program *program = calloc(1, sizeof *program);
  if (program == NULL) return "denied ids";
  build(program, plan);
  if (program->overflowed) {
    errno = E2BIG;
    return "denied ids";
  }
  struct sock_fprog filter = {.len = (unsigned short)program->length, .filter = program->code};
  // Otherwise the kernel wants a privilege for it, and a setuid program could start without the filter's consequences.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) return "denied ids";
  free(program);
  return NULL;
}
