/*
 * A command inside a running task: the task's namespaces, root, cgroups, user and limits on power, by the same steps as
 * its program came to them.
 *
 *     launcher (or a terminal's owner) ─ keeper of the session ┬ the middle
 *                                                              └ the command
 *
 * The keeper stays outside the task's cgroup and pid namespace; it tells how the command ended, or passes on what a
 * person types. The middle becomes what the task is, still outside, and then makes the command beside itself: to
 * processes of the task, which may trace others, a command is from its first moment no more than they are.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orch-launch.h"

static _Noreturn void refuse(const struct plan *plan, const char *reason) {
  if (plan->has_pipes) dprintf(ANSWERS, "F %s %s\n", plan->token, reason);
  else dprintf(2, "orch: %s\r\n", reason);
  _exit(125);
}

static _Noreturn void fail(const struct plan *plan, const char *step) {
  char reason[256];
  snprintf(reason, sizeof reason, "%s: %s", step, strerror(errno));
  refuse(plan, reason);
}

// A number may be another process's by now: the handle is taken first, then the start time compared.
static int open_target(const struct plan *plan, int proc) {
  char name[32], identity[64], wanted[64];
  int target = (int)syscall(SYS_pidfd_open, plan->target, 0);
  if (target < 0) fail(plan, "the task");
  snprintf(name, sizeof name, "%d", plan->target);
  snprintf(wanted, sizeof wanted, "%d %lld", plan->target, plan->target_ticks);
  errno = ESRCH;
  if (!process_identity(proc, name, identity, sizeof identity) || strcmp(identity, wanted) != 0) fail(plan, "the task");
  return target;
}

static void enter_namespaces(const struct plan *plan, int target) {
  int kinds = 0;
  if (plan->network != NULL) kinds |= CLONE_NEWNET;
  if (plan->reach != NULL) kinds |= CLONE_NEWNS;
  if (plan->root != NULL) kinds |= CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP;
  if (plan->own_ipc) kinds |= CLONE_NEWIPC;
  struct stat host, here;
  if (stat("/", &host) != 0) fail(plan, "root");
  if (kinds != 0 && setns(target, kinds) != 0) fail(plan, "namespaces");
  if (plan->root == NULL) return;
  // Agents before the pivot changed a task's root alone: its mount namespace still leads to the host's.
  if (stat("/", &here) != 0) fail(plan, "root");
  if (here.st_dev == host.st_dev && here.st_ino == host.st_ino)
    refuse(plan, "an older agent started it, and its namespace holds the host's root: restart the task");
}

static void take_pipes(const struct plan *plan) {
  static const struct {
    const char *name;
    int flags;
  } pipes[] = {{"in", O_RDONLY}, {"out", O_WRONLY}, {"err", O_WRONLY}};
  char path[4096];
  for (int number = 0; number < 3; number += 1) {
    snprintf(path, sizeof path, "%s/%s", plan->dir, pipes[number].name);
    int pipe = open(path, pipes[number].flags | O_CLOEXEC);
    if (pipe < 0 || dup2(pipe, number) < 0) fail(plan, "pipes");
    close(pipe);
  }
}

// A terminal of the task's own: the one on descriptor 0 has no name in there. The other end becomes the command's.
static int make_terminal(const struct plan *plan, int *slave) {
  int unlocked = 0;
  int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
  if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) != 0) fail(plan, "terminal");
  *slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (*slave < 0 || fchown(*slave, plan->uid, (gid_t)-1) != 0) fail(plan, "terminal");
  return master;
}

// In the task's pid namespace. What it has open is its own already.
static _Noreturn void run_command(const struct plan *plan, bool has_terminal) {
  const char *failed = "terminal";
  if (setsid() >= 0 && (!has_terminal || ioctl(0, TIOCSCTTY, 0) == 0)) failed = run_program(plan);
  // On the command's own streams, as a shell would say it.
  dprintf(2, "orch: %s: %s: %s\n", failed, plan->args[0], strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

static _Noreturn void run_middle(const struct plan *plan, const struct outside *outside, int target, int terminal) {
  char identity[64];
  const char *failed = join_groups(plan, outside, identity, sizeof identity);
  if (failed == NULL && plan->own_pids && setns(target, CLONE_NEWPID) != 0) failed = "pid namespace";
  if (failed != NULL) fail(plan, failed);
  for (int number = 0; terminal >= 0 && number < 3; number += 1) dup2(terminal, number);
  failed = drop_to_task(plan);
  // Before there is a command, and not with its exec: handles on the host's own are for nobody to find in it.
  if (failed == NULL && syscall(SYS_close_range, 3, ~0U, 0) != 0) failed = "descriptors";
  if (failed == NULL) failed = filter_task(plan);
  // The keeper is its parent.
  long command = failed == NULL ? syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) : 0;
  if (command < 0) failed = "process";
  if (failed == NULL && command == 0) run_command(plan, terminal >= 0);
  if (failed == NULL) _exit(0);
  dprintf(2, "orch: %s: %s: %s\n", failed, plan->args[0], strerror(errno));
  _exit(126);
}

// The command's; where there was none, how the middle failed.
static int wait_for(pid_t middle) {
  int status, of_middle = 0, of_command = -1;
  for (;;) {
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) return of_command < 0 ? of_middle : of_command;
    if (ended == middle) of_middle = status;
    else of_command = status;
  }
}

static pid_t start_command(const struct plan *plan, const struct outside *outside, int target, int terminal) {
  pid_t middle = fork();
  if (middle < 0) fail(plan, "process");
  if (middle == 0) run_middle(plan, outside, target, terminal);
  close_outside(outside);
  close(target);
  const char *failed = lower_keeper(plan);
  if (failed != NULL) fail(plan, failed);
  return middle;
}

// A handle of the task's process.
static int prepare(const struct plan *plan, struct outside *outside, char *own, size_t size) {
  prctl(PR_SET_NAME, "orch-session");
  // As in the fork server: not for a task's root to look into.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (!open_outside(plan, outside)) fail(plan, "cgroups");
  if (!process_identity(outside->proc, "self", own, size)) fail(plan, "identity");
  int target = open_target(plan, outside->proc);
  if (plan->has_pipes) take_pipes(plan);
  enter_namespaces(plan, target);
  return target;
}

_Noreturn void run_session(struct plan *plan) {
  struct outside outside;
  char own[64];
  int target = prepare(plan, &outside, own, sizeof own);
  pid_t middle = start_command(plan, &outside, target, -1);
  // Only the command holds the pipes: what it leaves open is its own doing.
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int number = 0; number < 3; number += 1) dup2(nothing, number);
  dprintf(ANSWERS, "S %s %s\n", plan->token, own);
  int status = wait_for(middle), signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  dprintf(ANSWERS, "E %s %d %d\n", plan->token, signal ? 128 + signal : WEXITSTATUS(status), signal);
  _exit(0);
}

_Noreturn void enter_task(const char *path) {
  struct outside outside;
  char own[64];
  int slave = -1, master = -1;
  struct plan *plan = read_plan(path);
  if (plan == NULL) {
    dprintf(2, "orch: the session's plan: %s\r\n", strerror(errno));
    _exit(125);
  }
  int target = prepare(plan, &outside, own, sizeof own);
  if (plan->ready != NULL) master = make_terminal(plan, &slave);
  pid_t middle = start_command(plan, &outside, target, slave);
  close(slave);
  // What is typed to end the command does not end its keeper; with it the terminal would go.
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  if (master >= 0) relay_terminal(master, plan->ready);
  int status = wait_for(middle);
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
