/*
 * The default filter as it is compiled for a set of capabilities (a mask in hexadecimal), run here as the kernel would:
 * `<name> <verdict>` for some calls, and for whole ranges of numbers. A kernel without x32 or 32-bit programs answers these
 * by itself, so that a probe of it says nothing of the filter.
 */

#include "../../packages/executor/native/seccomp.c"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct filter filter = {.length = 0};

// Only what the filter is made of; anything else is an error of this program.
static unsigned run(const struct seccomp_data *data) {
  unsigned value = 0;
  for (unsigned at = 0; at < filter.length; at += 1) {
    const struct sock_filter *step = filter.code + at;
    bool is_true = false;
    switch (step->code) {
      case BPF_RET | BPF_K: return step->k;
      case BPF_LD | BPF_W | BPF_ABS:
        if (step->k % 4 != 0 || step->k >= sizeof *data) exit(3);
        value = ((const unsigned *)data)[step->k / 4];
        continue;
      case BPF_JMP | BPF_JEQ | BPF_K: is_true = value == step->k; break;
      case BPF_JMP | BPF_JGE | BPF_K: is_true = value >= step->k; break;
      case BPF_JMP | BPF_JSET | BPF_K: is_true = (value & step->k) != 0; break;
      default: exit(4);
    }
    at += is_true ? step->jt : step->jf;
  }
  exit(5);
}

static const char *verdict(unsigned arch, unsigned number, unsigned long long first, unsigned long long second) {
  struct seccomp_data data = {.nr = (int)number, .arch = arch, .args = {first, second}};
  switch (run(&data)) {
    case SECCOMP_RET_ALLOW: return "allowed";
    case SECCOMP_RET_ERRNO | EPERM: return "refused";
    case SECCOMP_RET_ERRNO | ENOSYS: return "unknown";
    case SECCOMP_RET_KILL_PROCESS: return "killed";
    default: return "something else";
  }
}

// One word where all numbers of a range are judged alike, whatever their arguments.
static void say_range(const char *name, unsigned arch, unsigned from, unsigned to) {
  const char *all = verdict(arch, from, 0, 0);
  for (unsigned number = from;; number += 1) {
    const char *found = verdict(arch, number, 0, 0), *other = verdict(arch, number, ~0ULL, ~0ULL);
    if (found != all || other != all) {
      printf("%s differs-at-%u\n", name, number);
      return;
    }
    if (number == to) break;
  }
  printf("%s %s\n", name, all);
}

#define CALL(name, ...) {#name, __NR_##name, {__VA_ARGS__}}
static const struct {
  const char *name;
  unsigned number;
  unsigned long long arguments[2];
} calls[] = {
    CALL(read), CALL(getpid), CALL(execve), CALL(ptrace), CALL(keyctl), CALL(io_uring_setup), CALL(mount), CALL(setns),
    CALL(reboot), CALL(clone, SIGCHLD), {"clone-namespace", __NR_clone, {CLONE_NEWUSER | SIGCHLD}},
    {"clone3", CALL_clone3, {0}}, {"last", LAST_CALL, {0}}, CALL(personality, 0x8),
    {"personality-other", __NR_personality, {0x0400000}}, CALL(socket, AF_INET), {"socket-vsock", __NR_socket, {AF_VSOCK}},
    {"socket-alg", __NR_socket, {AF_ALG}}, CALL(fcntl, 0, 1), {"fcntl-lease", __NR_fcntl, {0, SET_LEASE}},
    {"fcntl-lease-wide", __NR_fcntl, {0, SET_LEASE | 1ULL << 32}}, {"fcntl-delegation", __NR_fcntl, {0, SET_DELEGATION}},
};

int main(int count, char **words) {
  enum { X32 = 0x40000000, SOME = 4096 };
  static const unsigned foreign[] = {AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, AUDIT_ARCH_ARM, AUDIT_ARCH_AARCH64, 0, ~0U};
  char name[32];
  if (count != 2) return 2;
  compile(&filter, strtoull(words[1], NULL, 16));
  for (size_t index = 0; index < sizeof calls / sizeof *calls; index += 1) {
    const unsigned long long *arguments = calls[index].arguments;
    printf("%s %s\n", calls[index].name, verdict(OWN_ARCH, calls[index].number, arguments[0], arguments[1]));
  }
  say_range("newer", OWN_ARCH, LAST_CALL + 1, SOME);
  say_range("before-x32", OWN_ARCH, X32 - SOME, X32 - 1);
  say_range("x32", OWN_ARCH, X32, X32 + SOME);
  say_range("negative", OWN_ARCH, ~0U - SOME, ~0U);
  for (unsigned bit = 10; bit < 32; bit += 1) {
    snprintf(name, sizeof name, "bit-%u", bit);
    say_range(name, OWN_ARCH, 1U << bit, (1U << bit) + LAST_CALL);
  }
  for (size_t index = 0; index < sizeof foreign / sizeof *foreign; index += 1)
    if (foreign[index] != OWN_ARCH) {
      snprintf(name, sizeof name, "foreign-%x", foreign[index]);
      say_range(name, foreign[index], 0, SOME);
      snprintf(name, sizeof name, "foreign-x32-%x", foreign[index]);
      say_range(name, foreign[index], X32, X32 + SOME);
    }
  return 0;
}
