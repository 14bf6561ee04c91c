// Goes on with the output of a task whose copier was killed; the task holds its pipes open and only waits meanwhile.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "orch-launch.h"

static _Noreturn void fail(const struct plan *plan, const char *step) {
  dprintf(ANSWERS, "F %s %s: %s\n", plan->token, step, strerror(errno));
  _exit(125);
}

static void open_reader(const struct plan *plan, const char *name, int reader) {
  int source = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (source < 0 || dup3(source, reader, O_CLOEXEC) < 0) fail(plan, "pipes");
  close(source);
}

// What a dead copier's own `head` has taken from the pipe comes into the file before anything else.
static void await_readers(const struct plan *plan) {
  const struct timespec pause = {.tv_nsec = 100000000};
  for (size_t index = 0; index < plan->reader_count; index += 1)
    while (plan->readers[index] > 0 && kill(plan->readers[index], 0) == 0) nanosleep(&pause, NULL);
}

_Noreturn void run_successor(struct plan *plan) {
  char identity[64];
  prctl(PR_SET_NAME, "orch-keeper");
  // So that nothing opened below takes one of the numbers with a meaning.
  for (int number = OUT_PIPE; number < ANSWERS; number += 1) dup3(0, number, O_CLOEXEC);
  // Names without a directory are those in the launch's own.
  if (chdir(plan->dir) != 0) fail(plan, "its directory");
  if (plan->carries_out) open_reader(plan, "out", OUT_READER);
  if (plan->carries_err) open_reader(plan, "err", ERR_READER);
  if (!own_identity(identity, sizeof identity)) fail(plan, "identity");
  dprintf(ANSWERS, "C %s %s\n", plan->token, identity);
  close(ANSWERS);
  await_readers(plan);
  copy_streams(plan);
  if (plan->carries_out) publish_exit(plan, "");
  _exit(0);
}
