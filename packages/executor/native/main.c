/*
 * The fork server: started once by the agent, while that is small, it forks everything else.
 *
 * Line in: `L <token> <file>` launches the task of a plan, `R <token> <file>` runs a shell script. Lines out are theirs, on
 * their descriptor 9: a word, the token and the rest. The arguments are cgroup directories it enters before its first fork; everything it forks inherits them.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

static void answer_failure(const char *token, const char *step) {
  dprintf(1, "F %s %s: %s\n", token, step, strerror(errno));
}

// In the forked process: answers on descriptor 9, nothing on the others.
static void settle_descriptors(int flags) {
  if (dup3(1, ANSWERS, flags) < 0) _exit(125);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int number = 0; number < 3; number += 1) dup2(nothing, number);
  signal(SIGCHLD, SIG_DFL);
}

static _Noreturn void begin_launch(const char *token, const char *path) {
  struct plan *plan = read_plan(path);
  if (plan == NULL) {
    answer_failure(token, "the plan");
    _exit(125);
  }
  settle_descriptors(O_CLOEXEC);
  run_launch(plan);
}

static _Noreturn void run_script(char *path) {
  settle_descriptors(0);
  signal(SIGPIPE, SIG_DFL);
  execl("/bin/sh", "/bin/sh", path, (char *)NULL);
  _exit(127);
}

static void serve(char *line) {
  char *token = line + 2, *path = strchr(token, ' ');
  if (strlen(line) < 3 || line[1] != ' ' || path == NULL) return;
  *path++ = '\0';
  pid_t child = fork();
  if (child == 0 && line[0] == 'L') begin_launch(token, path);
  if (child == 0) run_script(path);
  if (child < 0) answer_failure(token, "a process");
}

int main(int count, char **arguments) {
  char path[4096], lines[65536];
  size_t length = 0;
  if (count > 1) run_mode(count - 1, arguments + 1);
  // Descriptors the agent was itself born with are nobody's here.
  syscall(SYS_close_range, 3, ~0U, 0);
  for (int index = 1; index < count; index += 1) {
    snprintf(path, sizeof path, "%s/cgroup.procs", arguments[index]);
    if (!write_file(path, 0, "0")) return 81;
  }
  write_file("/proc/self/oom_score_adj", 0, "-900");
  umask(022);
  // What stays beside a task runs as root: not for a task's root to look into, its program file least of all.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  signal(SIGPIPE, SIG_IGN);
  // Children are reaped by the kernel; they take the default again.
  signal(SIGCHLD, SIG_IGN);
  if (dprintf(1, "ready\n") < 0) return 82;
  for (;;) {
    ssize_t got = read(0, lines + length, sizeof lines - length);
    if (got == 0) return 0;
    if (got < 0 && errno != EINTR) return 83;
    if (got < 0) continue;
    length += (size_t)got;
    char *begin = lines, *end;
    while ((end = memchr(begin, '\n', length - (size_t)(begin - lines))) != NULL) {
      *end = '\0';
      serve(begin);
      begin = end + 1;
    }
    length -= (size_t)(begin - lines);
    memmove(lines, begin, length);
    if (length == sizeof lines) return 84;
  }
}
