/*
 * The default seccomp filter: compiled for the capabilities a task keeps, as a binary search over ranges of call numbers
 * that are judged alike. The kernel remembers per number what is answered without looking at arguments, so that most
 * calls of a task do not run it at all.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"
#include "seccomp-calls.h"

#if defined __x86_64__
enum { OWN_ARCH = AUDIT_ARCH_X86_64 };
#elif defined __aarch64__
enum { OWN_ARCH = AUDIT_ARCH_AARCH64 };
#else
#error "seccomp-calls.h was judged for x86_64 and aarch64 alone"
#endif

enum verdict { REFUSED, ALLOWED, UNKNOWN, BY_FLAGS, BY_PERSONA, BY_FAMILY, BY_COMMAND };

// Of linux/fcntl.h, the second newer than the headers this may be built with.
enum { SET_LEASE = 1024, SET_DELEGATION = 1040 };

enum { MOST = 1024, NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET };

// A jump to an answer that is laid behind the search.
struct open_jump {
  unsigned short at;
  bool is_above;
  enum verdict verdict;
};

struct filter {
  struct sock_filter code[MOST];
  struct open_jump open[MOST];
  size_t open_count;
  unsigned short length;
};

struct range {
  unsigned first;
  enum verdict verdict;
};

static void emit(struct filter *filter, unsigned short code, unsigned value, unsigned yes, unsigned no) {
  if (filter->length >= MOST || yes > 255 || no > 255) _exit(125);
  filter->code[filter->length++] = (struct sock_filter){code, (unsigned char)yes, (unsigned char)no, value};
}

// Of a jump: the kernel's have eight bits.
static unsigned char distance(unsigned short from, unsigned short to) {
  unsigned skipped = to - from - 1U;
  if (skipped > 255) _exit(125);
  return (unsigned char)skipped;
}

static void answer(struct filter *filter, unsigned action) { emit(filter, BPF_RET | BPF_K, action, 0, 0); }

static void load(struct filter *filter, size_t offset) { emit(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0); }

static const unsigned EPERM_ACTION = SECCOMP_RET_ERRNO | EPERM, ENOSYS_ACTION = SECCOMP_RET_ERRNO | ENOSYS;

// The low half of an argument: the kernel reads these as 32 bits. Little end first on both architectures.
static void load_argument(struct filter *filter, size_t index) {
  load(filter, offsetof(struct seccomp_data, args) + 8 * index);
}

static void emit_verdict(struct filter *filter, enum verdict verdict) {
  // Linux, with and without address randomisation, and the question what it is: as containers may.
  static const unsigned personas[] = {0, 0x8, 0x20000, 0x20008, 0xffffffff};
  enum { PERSONAS = sizeof personas / sizeof *personas };
  switch (verdict) {
    case ALLOWED: return answer(filter, SECCOMP_RET_ALLOW);
    case REFUSED: return answer(filter, EPERM_ACTION);
    case UNKNOWN: return answer(filter, ENOSYS_ACTION);
    case BY_FLAGS:
      load_argument(filter, 0);
      emit(filter, BPF_JMP | BPF_JSET | BPF_K, (unsigned)NAMESPACES, 0, 1);
      break;
    case BY_FAMILY:
      load_argument(filter, 0);
      emit(filter, BPF_JMP | BPF_JEQ | BPF_K, AF_VSOCK, 1, 0);
      emit(filter, BPF_JMP | BPF_JEQ | BPF_K, AF_ALG, 0, 1);
      break;
    case BY_COMMAND:
      load_argument(filter, 1);
      emit(filter, BPF_JMP | BPF_JEQ | BPF_K, SET_LEASE, 1, 0);
      emit(filter, BPF_JMP | BPF_JEQ | BPF_K, SET_DELEGATION, 0, 1);
      break;
    case BY_PERSONA:
      load_argument(filter, 0);
      for (unsigned index = 0; index < PERSONAS; index += 1)
        emit(filter, BPF_JMP | BPF_JEQ | BPF_K, personas[index], PERSONAS - index, 0);
      break;
  }
  answer(filter, EPERM_ACTION);
  answer(filter, SECCOMP_RET_ALLOW);
}

// Answers that many ranges have are laid once, behind the search: half the length is half of what the kernel compiles.
static bool is_shared(enum verdict verdict) { return verdict == REFUSED || verdict == ALLOWED || verdict == UNKNOWN; }

static void emit_search(struct filter *filter, const struct range *ranges, unsigned from, unsigned to);

// Where a jump goes for ranges[from, to): on to the code that follows, or to an answer that is not laid yet.
static void emit_side(struct filter *filter, unsigned short jump, bool is_above, const struct range *ranges, unsigned from,
                      unsigned to) {
  struct sock_filter *code = &filter->code[jump];
  if (to - from == 1 && is_shared(ranges[from].verdict)) {
    filter->open[filter->open_count++] = (struct open_jump){jump, is_above, ranges[from].verdict};
    return;
  }
  *(is_above ? &code->jt : &code->jf) = distance(jump, filter->length);
  emit_search(filter, ranges, from, to);
}

// Code for ranges[from, to): the number is in the accumulator.
static void emit_search(struct filter *filter, const struct range *ranges, unsigned from, unsigned to) {
  if (to - from == 1) return emit_verdict(filter, ranges[from].verdict);
  unsigned middle = from + (to - from) / 2;
  unsigned short jump = filter->length;
  emit(filter, BPF_JMP | BPF_JGE | BPF_K, ranges[middle].first, 0, 0);
  emit_side(filter, jump, false, ranges, from, middle);
  emit_side(filter, jump, true, ranges, middle, to);
}

static void lay_answers(struct filter *filter) {
  static const enum verdict shared[] = {REFUSED, ALLOWED, UNKNOWN};
  for (size_t index = 0; index < sizeof shared / sizeof *shared; index += 1) {
    for (size_t number = 0; number < filter->open_count; number += 1) {
      const struct open_jump *open = &filter->open[number];
      struct sock_filter *code = &filter->code[open->at];
      if (open->verdict == shared[index]) *(open->is_above ? &code->jt : &code->jf) = distance(open->at, filter->length);
    }
    emit_verdict(filter, shared[index]);
  }
}

static void judge(unsigned char verdicts[LAST_CALL + 1], unsigned long long capabilities) {
  bool is_admin = capabilities & 1ULL << CAP_SYS_ADMIN;
  for (size_t index = 0; index < sizeof ALWAYS / sizeof *ALWAYS; index += 1) verdicts[ALWAYS[index]] = ALLOWED;
  for (size_t index = 0; index < sizeof GATED / sizeof *GATED; index += 1)
    if (capabilities & 1ULL << GATED[index].capability) verdicts[GATED[index].call] = ALLOWED;
  verdicts[__NR_clone] = is_admin ? ALLOWED : BY_FLAGS;
  // Its flags lie in memory, out of a filter's reach: C libraries take clone for an answer.
  verdicts[CALL_clone3] = is_admin ? ALLOWED : UNKNOWN;
  verdicts[__NR_socket] = BY_FAMILY;
  // A lease makes everybody else wait who opens the file, for most of a minute: files of the host's /usr are root's, also
  // for a task's root, and its own are what the host's backup reads.
  if (!(capabilities & 1ULL << CAP_LEASE)) verdicts[__NR_fcntl] = BY_COMMAND;
  verdicts[__NR_personality] = BY_PERSONA;
}

static void compile(struct filter *filter, unsigned long long capabilities) {
  unsigned char verdicts[LAST_CALL + 1] = {REFUSED};
  struct range ranges[LAST_CALL + 2];
  unsigned count = 0;
  judge(verdicts, capabilities);
  for (unsigned call = 0; call <= LAST_CALL; call += 1)
    if (call == 0 || verdicts[call] != verdicts[call - 1]) ranges[count++] = (struct range){call, verdicts[call]};
  // Newer calls, and x32's: its numbers begin at 2^30.
  ranges[count++] = (struct range){LAST_CALL + 1, UNKNOWN};
  load(filter, offsetof(struct seccomp_data, arch));
  emit(filter, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
  // Numbers of another architecture mean other calls. Its programs could not even end if each were refused.
  answer(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(struct seccomp_data, nr));
  emit_search(filter, ranges, 0, count);
  lay_answers(filter);
}

bool filter_calls(unsigned long long capabilities) {
  struct filter filter;
  filter.length = 0;
  filter.open_count = 0;
  compile(&filter, capabilities);
  struct sock_fprog program = {.len = filter.length, .filter = filter.code};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
