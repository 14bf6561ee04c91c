// From root in the task's namespaces to the task's program: session, privileges, system calls, environment.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "orch-launch.h"

enum { LAST_CAPABILITY = 63 };

// Takes all others out of the bounding set: nothing executed can have them again.
static const char *limit_capabilities(unsigned long long kept) {
  for (int capability = 0; capability <= LAST_CAPABILITY; capability += 1) {
    if (kept & (1ULL << capability)) continue;
    // EINVAL: this kernel knows no more of them.
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno == EINVAL ? NULL : "capabilities";
  }
  return NULL;
}

static const char *set_capabilities(unsigned long long kept) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  unsigned low = (unsigned)kept, high = (unsigned)(kept >> 32);
  struct __user_cap_data_struct data[2] = {{low, low, low}, {high, high, high}};
  return syscall(SYS_capset, &header, data) == 0 ? NULL : "capabilities";
}

// Exactly the plan's capabilities, for a user other than root too: ambient, so that a program keeps them.
static const char *keep_capabilities(const struct plan *plan) {
  const char *failed = set_capabilities(plan->capabilities);
  for (int capability = 0; capability <= LAST_CAPABILITY && failed == NULL; capability += 1) {
    if (!(plan->capabilities & (1ULL << capability))) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) failed = "capabilities";
  }
  return failed;
}

/*
 * What an isolated task does not inherit: keys of the agent's session, its place among the cgroups, its priority. The
 * keyring is made by root, whose quota of keys is not that of a user who runs a hundred tasks.
 */
static const char *leave_inheritance(void) {
  // ENOSYS, EPERM: this kernel has none, or what orch itself runs in keeps them from it.
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) return "session keyring";
  if (unshare(CLONE_NEWCGROUP) != 0 && errno != EINVAL) return "cgroup namespace";
  if (setpriority(PRIO_PROCESS, 0, 0) != 0) return "priority";
  return NULL;
}

static const char *change_user(const struct plan *plan) {
  const char *failed;
  if (plan->root != NULL) {
    if ((failed = leave_inheritance()) != NULL) return failed;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return "capabilities";
    if ((failed = limit_capabilities(plan->capabilities)) != NULL) return failed;
    if (plan->capabilities != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return "capabilities";
  }
  // Not by the C library: it would look for other threads first, in memory that is shared with init.
  if (syscall(SYS_setgroups, plan->group_id_count, plan->group_ids) != 0) return "groups";
  if (syscall(SYS_setresgid, plan->gid, plan->gid, plan->gid) != 0) return "gid";
  if (syscall(SYS_setresuid, plan->uid, plan->uid, plan->uid) != 0) return "uid";
  return plan->root != NULL ? keep_capabilities(plan) : NULL;
}

/*
 * Where a task's program begins. A task may have put a link there since it was looked at: one of /proc/self/fd leads to
 * whatever the launcher has open, wherever that lies.
 */
static bool enter_directory(const struct plan *plan) {
  if (plan->root == NULL) return chdir(plan->cwd) == 0;
  int directory = open_directory(plan->cwd);
  bool is_entered = directory >= 0 && fchdir(directory) == 0;
  int reason = errno;
  close(directory);
  errno = reason;
  return is_entered;
}

void default_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number += 1) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// Those that this program itself ignores or handles on the way to a task's.
static void release_signals(void) {
  static const int numbers[] = {SIGCHLD, SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index += 1) signal(numbers[index], SIG_DFL);
}

// A script without a first line that names its interpreter is the shell's, as execvp(3) has it.
static void run_by_shell(const struct plan *plan) {
  char **args = calloc(plan->arg_count + 2, sizeof *args);
  if (args == NULL) return;
  args[0] = "/bin/sh";
  memcpy(args + 1, plan->args, plan->arg_count * sizeof *args);
  execv(args[0], args);
}

const char *drop_to_task(const struct plan *plan) {
  const char *failed;
  release_signals();
  if (plan->changes_user && (failed = change_user(plan)) != NULL) return failed;
  if ((failed = deny_ids(plan)) != NULL) return failed;
  return enter_directory(plan) ? NULL : "working directory";
}

const char *filter_task(const struct plan *plan) {
  return plan->filters && !filter_calls(plan->capabilities) ? "seccomp filter" : NULL;
}

const char *run_program(const struct plan *plan) {
  // A session's command may be a name on the task's PATH.
  environ = plan->environment;
  execvp(plan->args[0], plan->args);
  if (errno == ENOEXEC) run_by_shell(plan);
  return "program";
}

const char *become_task(const struct plan *plan) {
  const char *failed;
  // A `kill 0` of the task must not reach those that look after it.
  if (setsid() < 0) return "session";
  if ((failed = drop_to_task(plan)) != NULL) return failed;
  // What is open beside the standard descriptors closes with the exec.
  if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) return "descriptors";
  // The last step: what came before calls what a task may not.
  if ((failed = filter_task(plan)) != NULL) return failed;
  return run_program(plan);
}

const char *lower_keeper(const struct plan *plan) {
  const char *failed;
  if (plan->root == NULL) return NULL;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
  if ((failed = set_capabilities(1ULL << CAP_KILL)) != NULL) return failed;
  // Who may trace others would make its calls.
  bool is_traceable = plan->capabilities & 1ULL << CAP_SYS_PTRACE;
  return is_traceable ? filter_task(plan) : NULL;
}
