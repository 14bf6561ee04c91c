/*
 * The life of one launch:
 *
 *     launcher ─ keeper (copies the output, writes the exit record) ─ init ─ the task
 *
 * The keeper sees the end of the pipes exactly when the last process of the task is gone and everything was written.
 * Init is PID 1 where the pid namespace is private: it mounts, starts the task, forwards signals, reaps orphans and
 * keeps the exit status. Both stay outside the task's cgroup, so that neither a memory limit nor a kill of the group
 * takes them before they have told how the task ended.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orch-launch.h"

// The private exit record, in the launch's directory.
static const char EXIT[] = "exit";

// Init's: whom signals are forwarded to.
static pid_t task;

// A line in one call: the C library's asks the kernel twice what it is writing to.
static bool tell(int to, const char *format, ...) {
  char line[8192];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (length >= (int)sizeof line) line[(length = sizeof line) - 1] = '\n';
  return write(to, line, (size_t)length) == length;
}

static _Noreturn void fail(const struct plan *plan, const char *step) {
  tell(ANSWERS, "F %s %s: %s\n", plan->token, step, strerror(errno));
  _exit(125);
}

static bool raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || ioctl(any, SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  bool is_up = ioctl(any, SIOCSIFFLAGS, &request) == 0;
  close(any);
  return is_up;
}

static void enter_network(const struct plan *plan) {
  if (plan->network == NULL) return;
  if (strcmp(plan->network, "none") == 0) {
    if (unshare(CLONE_NEWNET) != 0) fail(plan, "network namespace");
    if (!raise_loopback()) fail(plan, "loopback");
    return;
  }
  int namespace = open(plan->network, O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) fail(plan, plan->network);
  close(namespace);
}

// The host's names, kept for what init does when it no longer sees the host's files.
static struct {
  int exit, kill, members;
} kept;

static bool keep_handles(const struct plan *plan) {
  char path[4096];
  kept.exit = open(EXIT, O_WRONLY | O_CLOEXEC);
  kept.kill = kept.members = -1;
  // The end of a pid namespace's init is the end of all in it.
  if (plan->own_pids || plan->group_count == 0) return kept.exit >= 0;
  snprintf(path, sizeof path, "%s/cgroup.kill", plan->groups[0]);
  kept.kill = open(path, O_WRONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "%s/cgroup.procs", plan->groups[0]);
  kept.members = open(path, O_RDONLY | O_CLOEXEC);
  return kept.exit >= 0 && kept.members >= 0;
}

static void kill_group(void) {
  if (kept.kill >= 0 && write(kept.kill, "1", 1) == 1) return;
  if (kept.members < 0) return;
  FILE *list = fdopen(kept.members, "r");
  int pid;
  while (list != NULL && fscanf(list, "%d", &pid) == 1)
    if (pid > 0) kill(pid, SIGKILL);
}

static void forward(int number) {
  if (task > 0) kill(task, number);
}

static void forward_signals(void) {
  static const int numbers[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
  struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index += 1) sigaction(numbers[index], &action, NULL);
}

// The host's /dev/null is root's to change, and a task may be root, or own what it likes: its own lies on a read-only mount.
static bool take_null_input(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || dup2(null, 0) != 0) return false;
  close(null);
  return true;
}

// The task's own process up to its program. `told` gets its identity, and the failed step if there is one.
static _Noreturn void run_task(const struct plan *plan, const struct outside *outside, int told) {
  char identity[64];
  const char *failed = join_groups(plan, outside, identity, sizeof identity);
  close_outside(outside);
  if (failed == NULL && plan->root != NULL && !take_null_input()) failed = "/dev/null";
  if (failed == NULL) {
    tell(told, "%s\n", identity);
    dup2(OUT_PIPE, 1);
    dup2(plan->has_logs ? ERR_PIPE : OUT_PIPE, 2);
    failed = become_task(plan);
  }
  tell(told, "F %s: %s\n", failed, strerror(errno));
  _exit(125);
}

// Says how the start went: when `told` has ended, the program was executed or the reason stands in it.
static void answer(const struct plan *plan, const char *keeper, int told) {
  char text[4096];
  size_t length = 0;
  ssize_t got;
  while (length < sizeof text - 1 && (got = read(told, text + length, sizeof text - 1 - length)) != 0)
    if (got > 0) length += (size_t)got;
    else if (errno != EINTR) break;
  text[length] = '\0';
  close(told);
  char *end = strchr(text, '\n');
  bool is_sent;
  if (*text == 'F' || end == NULL) is_sent = tell(ANSWERS, "F %s %s", plan->token, end ? text + 2 : "the task\n");
  else if (end[1] == 'F') is_sent = tell(ANSWERS, "F %s %s", plan->token, end + 3);
  else {
    *end = '\0';
    is_sent = tell(ANSWERS, "S %s %s %s %ld\n", plan->token, text, keeper, strtol(keeper, NULL, 10));
  }
  // Nobody is left who would know of this task.
  if (!is_sent) kill(task, SIGKILL);
  close(ANSWERS);
}

struct beginning {
  const struct plan *plan;
  const struct outside *outside;
  int told;
};

static void begin_task(const void *argument) {
  const struct beginning *beginning = argument;
  run_task(beginning->plan, beginning->outside, beginning->told);
}

/*
 * Starts the task in the memory of init, which stands still meanwhile: a copy that lives for a few calls costs a tenth of
 * a launch.
 */
static void start_sharing(const struct plan *plan, struct outside *outside, int told) {
  const struct beginning beginning = {plan, outside, told};
  outside->is_inside = outside->unified >= 0;
  task = outside->is_inside ? spawn_shared(outside->unified, begin_task, &beginning) : -1;
  if (task > 0) return;
  outside->is_inside = false;
  task = vfork();
  if (task == 0) run_task(plan, outside, told);
  if (task < 0) fail(plan, "process");
}

// A task that may trace others gets memory of its own, and waits until init has let go of what it must not get at.
static void start_apart(const struct plan *plan, const struct outside *outside, int told, int gate[2]) {
  if (pipe2(gate, O_CLOEXEC) != 0) fail(plan, "pipe");
  task = fork();
  if (task < 0) fail(plan, "process");
  if (task != 0) return;
  char nothing;
  close(gate[1]);
  if (read(gate[0], &nothing, 1) < 0) _exit(125);
  run_task(plan, outside, told);
}

static void start_task(const struct plan *plan, struct outside *outside, const int told[2]) {
  int gate[2] = {-1, -1};
  if (plan->capabilities & 1ULL << CAP_SYS_PTRACE) start_apart(plan, outside, told[1], gate);
  else start_sharing(plan, outside, told[1]);
  const char *failed = lower_keeper(plan);
  close_outside(outside);
  close(told[1]);
  if (failed != NULL) fail(plan, failed);
  if (gate[0] >= 0) close(gate[0]);
  if (gate[1] >= 0) close(gate[1]);
}

// Handles on what the root was made of lie above all that stay: one call closes them.
static bool close_rest(const struct outside *outside) {
  const int stay[] = {EMPTY_ROOT, kept.exit, kept.kill, kept.members, outside->proc, outside->unified, outside->entrance};
  int last = 0;
  for (size_t index = 0; index < sizeof stay / sizeof *stay; index += 1)
    if (stay[index] > last) last = stay[index];
  for (size_t index = 0; index < outside->group_count; index += 1)
    if (outside->groups[index] > last) last = outside->groups[index];
  return syscall(SYS_close_range, last + 1, ~0U, 0) == 0;
}

static _Noreturn void run_init(const struct plan *plan, const char *keeper) {
  int told[2], status;
  prctl(PR_SET_NAME, "orch-init");
  // Their numbers stay taken: one with a meaning must not mean something else.
  dup3(0, OUT_READER, O_CLOEXEC);
  dup3(0, ERR_READER, O_CLOEXEC);
  struct outside outside;
  const char *failed;
  enter_network(plan);
  if (!keep_handles(plan) || !open_outside(plan, &outside)) fail(plan, "cgroups");
  if (plan->hostname != NULL && sethostname(plan->hostname, strlen(plan->hostname)) != 0) fail(plan, "hostname");
  if (plan->root != NULL && (failed = build_root(plan)) != NULL) fail(plan, failed);
  if (plan->reach != NULL && !show_only(plan->reach)) fail(plan, "the way to its directory");
  if (!close_rest(&outside)) fail(plan, "descriptors");
  if (pipe2(told, O_CLOEXEC) != 0) fail(plan, "pipe");
  forward_signals();
  start_task(plan, &outside, told);
  answer(plan, keeper, told[0]);
  for (;;) {
    pid_t ended = waitpid(-1, &status, 0);
    if (ended == task) break;
    if (ended < 0 && errno != EINTR) _exit(125);
  }
  int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  char record[64];
  int length = snprintf(record, sizeof record, "exit %d signal %d\n", number ? 128 + number : WEXITSTATUS(status), number);
  if (write(kept.exit, record, (size_t)length) != length) _exit(125);
  kill_group();
  _exit(0);
}

// As long as any record, so that writing one over it allocates nothing: a full disk cannot lose it.
static bool begin_records(const struct plan *plan) {
  char running[65] = "running";
  memset(running + strlen(running), '\n', sizeof running - 1 - strlen(running));
  running[sizeof running - 1] = '\0';
  return write_file(EXIT, O_CREAT | O_TRUNC, running) && write_file(plan->exit_file, O_CREAT | O_TRUNC, running);
}

static bool open_pipe(const struct plan *plan, const char *name, int both, int reader) {
  if (mkfifo(name, 0600) != 0 && errno != EEXIST) return false;
  if (plan->changes_user && chown(name, plan->uid, (gid_t)-1) != 0) return false;
  // Held open both ways by the task: neither it nor the keeper blocks or sees an end when the other comes and goes.
  int writer = open(name, O_RDWR | O_CLOEXEC);
  if (writer < 0 || dup3(writer, both, O_CLOEXEC) < 0) return false;
  int source = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (source < 0 || dup3(source, reader, O_CLOEXEC) < 0) return false;
  close(writer);
  close(source);
  return true;
}

// The private record, as far as it says how the task ended; where its end is, or NULL.
static char *read_exit(char *record, size_t size) {
  int file = open(EXIT, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, record, size - 1);
  close(file);
  record[length > 0 ? length : 0] = '\0';
  char *end = strchr(record, '\n');
  return strncmp(record, "exit ", 5) == 0 ? end : NULL;
}

void publish_exit(const struct plan *plan, const char *more) {
  char record[128];
  char *end = read_exit(record, 65);
  if (end == NULL) end = stpcpy(record, "exit unknown");
  stpcpy(stpcpy(end, more), "\n");
  write_file(plan->exit_file, 0, record);
}

// Into the private record, before the groups that counted them go: nobody may live to publish it.
static void keep_oom_kills(long long kills) {
  char record[128];
  char *end = read_exit(record, 65);
  if (end == NULL) end = stpcpy(record, "exit unknown");
  char *before = strstr(record, " oom ");
  snprintf(before != NULL ? before : end, 40, " oom %lld\n", kills);
  write_file(EXIT, 0, record);
}

// Whether its groups have gone, and so all of the task.
static bool free_groups(const struct plan *plan) {
  long long kills = count_oom_kills(plan);
  if (kills > 0) keep_oom_kills(kills);
  return plan->made_group_count > 0 && remove_groups(plan);
}

/*
 * Before anybody learns of the end: a launch of the same name may have groups and pipes of the same names then. A group that
 * can be taken away has nobody in it; else init is waited for, with which the rest of its namespace ends. That takes the
 * kernel milliseconds, which nobody needs to wait for otherwise.
 */
static bool free_launch(const struct plan *plan, pid_t init) {
  unlink("out");
  unlink("err");
  if (free_groups(plan)) return true;
  while (waitpid(init, NULL, 0) < 0 && errno == EINTR) continue;
  return free_groups(plan);
}

_Noreturn void run_launch(struct plan *plan) {
  char keeper[64];
  const char *failed;
  prctl(PR_SET_NAME, "orch-keeper");
  // So that nothing opened below takes one of the numbers with a meaning.
  for (int number = OUT_PIPE; number < ANSWERS; number += 1) dup3(0, number, O_CLOEXEC);
  // Names without a directory are those in the launch's own: of its record and pipes.
  if (chdir(plan->dir) != 0) fail(plan, "its directory");
  if (!begin_records(plan)) fail(plan, "the exit record");
  if (!open_pipe(plan, "out", OUT_PIPE, OUT_READER)) fail(plan, "pipes");
  if (plan->has_logs && !open_pipe(plan, "err", ERR_PIPE, ERR_READER)) fail(plan, "pipes");
  if ((failed = make_groups(plan)) != NULL) fail(plan, failed);
  if (!own_identity(keeper, sizeof keeper)) fail(plan, "identity");
  unsigned long flags = SIGCHLD;
  if (plan->root != NULL) flags |= CLONE_NEWUTS;
  if (plan->own_pids) flags |= CLONE_NEWPID;
  if (plan->own_ipc) flags |= CLONE_NEWIPC;
  long init = syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (init < 0) fail(plan, "namespaces");
  if (init == 0) run_init(plan, keeper);
  close(OUT_PIPE);
  close(ERR_PIPE);
  close(ANSWERS);
  copy_streams(plan);
  publish_exit(plan, free_launch(plan, (pid_t)init) ? " freed" : "");
  while (waitpid((pid_t)init, NULL, 0) < 0 && errno == EINTR) continue;
  _exit(0);
}
