// From root in the task's namespaces to the task's program: session, root directory, privileges, environment.

#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

enum { LAST_CAPABILITY = 63 };

// Leaves exactly the plan's capabilities: in the bounding set, and for a user without any also inherited and ambient.
static const char *limit_capabilities(const struct plan *plan) {
  for (int capability = 0; capability <= LAST_CAPABILITY; capability += 1) {
    if (plan->capabilities & (1ULL << capability)) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EINVAL) return "capabilities";
  }
  return NULL;
}

static const char *keep_capabilities(const struct plan *plan) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  unsigned low = (unsigned)plan->capabilities, high = (unsigned)(plan->capabilities >> 32);
  struct __user_cap_data_struct data[2] = {{low, low, low}, {high, high, high}};
  if (syscall(SYS_capset, &header, data) != 0) return "capabilities";
  for (int capability = 0; capability <= LAST_CAPABILITY; capability += 1) {
    if (!(plan->capabilities & (1ULL << capability))) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return "capabilities";
  }
  return NULL;
}

static const char *change_user(const struct plan *plan) {
  const char *failed;
  if (plan->root != NULL) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
    if ((failed = limit_capabilities(plan)) != NULL) return failed;
    if (plan->capabilities != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return "capabilities";
  }
  if (setgroups(plan->group_count, plan->groups) != 0) return "groups";
  if (setresgid(plan->gid, plan->gid, plan->gid) != 0) return "gid";
  if (setresuid(plan->uid, plan->uid, plan->uid) != 0) return "uid";
  return plan->root != NULL ? keep_capabilities(plan) : NULL;
}

static void default_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number += 1) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// A script without a first line that names its interpreter is the shell's, as execvp(3) has it.
static void run_by_shell(const struct plan *plan) {
  char **args = calloc(plan->arg_count + 2, sizeof *args);
  if (args == NULL) return;
  args[0] = "/bin/sh";
  memcpy(args + 1, plan->args, plan->arg_count * sizeof *args);
  execve(args[0], args, plan->environment);
}

const char *become_task(const struct plan *plan) {
  const char *failed;
  default_signals();
  // A `kill 0` of the task must not reach those that look after it.
  if (setsid() < 0) return "session";
  if (plan->root != NULL && (chroot(plan->root) != 0 || chdir("/") != 0)) return "root directory";
  if (plan->changes_user && (failed = change_user(plan)) != NULL) return failed;
  if (chdir(plan->cwd) != 0) return "working directory";
  // What is open beside the standard descriptors closes with the exec.
  if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) return "descriptors";
  execve(plan->args[0], plan->args, plan->environment);
  if (errno == ENOEXEC) run_by_shell(plan);
  return "program";
}
