/*
 * `orch-launch door`, and the way to the other modes that are no launch.
 *
 * A door is PID 1 of a container of its own. It enters the network namespace that is bound at /run/n, gives up every
 * capability, and waits, so that the engine can join other containers to its network. Whoever gets hold of it finds a
 * process that can do nothing: no capability, no new privileges, a handful of system calls, an empty read-only root.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "orch-launch.h"

enum { DOOR_LIFE_S = 600, LAST_CAPABILITY = 63 };

_Noreturn void give_up(const char *step) {
  dprintf(2, "%s: %s\n", step, strerror(errno));
  _exit(125);
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  // The bounding set first: shrinking it takes a capability itself.
  for (int capability = 0; capability <= LAST_CAPABILITY; capability += 1)
    if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      give_up("bounding capabilities");
  // Kernels before 4.3 have no ambient set.
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) give_up("ambient capabilities");
  if (syscall(SYS_capset, &header, none) != 0) give_up("capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs");
}

// Only waiting and ending, also where the engine runs without a filter of its own.
static void allow_waiting_only(void) {
  static const int allowed[] = {SYS_rt_sigtimedwait, SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group};
  enum { COUNT = sizeof allowed / sizeof *allowed };
  struct sock_filter filter[COUNT + 3];
  filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int index = 0; index < COUNT; index += 1)
    filter[1 + index] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[index], (unsigned char)(COUNT - index), 0);
  filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = COUNT + 3, .filter = filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) give_up("seccomp");
}

static _Noreturn void run_door(void) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGHUP);
  // PID 1 gets no signal that it neither handles nor waits for.
  if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0) give_up("signals");
  int namespace = open("/run/n", O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) give_up("network namespace");
  close(namespace);
  drop_capabilities();
  allow_waiting_only();
  struct timespec life = {.tv_sec = DOOR_LIFE_S};
  // A forgotten door closes by itself. Stopped and continued, the wait begins anew.
  while (sigtimedwait(&ends, NULL, &life) < 0 && errno == EINTR) continue;
  _exit(0);
}

void run_mode(int count, char **words) {
  if (strcmp(words[0], "door") == 0) run_door();
  if (strcmp(words[0], "bind") == 0) run_bind(count - 1, words + 1);
  if (strcmp(words[0], "unbind") == 0) run_unbind(count - 1, words + 1);
  if (strcmp(words[0], "copy") == 0) run_copy(count - 1, words + 1);
  if (strcmp(words[0], "remove") == 0) run_remove(count - 1, words + 1);
}
