/*
 * The fork server: started once by the agent, while that is small, it forks everything else.
 *
 * Line in: `L <token> <length>` launches the task of the plan that follows in so many bytes, `E <token> <file>` runs a
 * command inside a running task, `C <token> <file>` goes on with a task's output where its copier was killed,
 * `R <token> <file>` runs a shell script.
 * Lines out are theirs, on their descriptor 9: a word, the token and the rest.
 * The arguments are `devices` and the rules for the device nodes that most launches have, `groups` and the cgroup
 * directories that it enters before its first fork; everything it forks inherits them.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static _Noreturn void begin(const char *token, struct plan *plan, void (*life)(struct plan *)) {
  if (plan == NULL) {
    answer_failure(token, "the plan");
    _exit(125);
  }
  settle_descriptors(O_CLOEXEC);
  life(plan);
  _exit(125);
}

static _Noreturn void run_script(char *path) {
  settle_descriptors(0);
  signal(SIGPIPE, SIG_DFL);
  execl("/bin/sh", "/bin/sh", path, (char *)NULL);
  _exit(127);
}

// One order: its letter, token and file, or the plan that came with it.
struct order {
  char letter, *token, *path, *plan;
  size_t length;
};

// What comes behind the order is not for its child: plans hold environments, which may be secret.
static void serve(const struct order *order, char *behind, size_t behind_length) {
  pid_t child = fork();
  if (child == 0) memset(behind, 0, behind_length);
  if (child == 0)
    switch (order->letter) {
      case 'L': begin(order->token, parse_plan(order->plan, order->length), run_launch);
      case 'E': begin(order->token, read_plan(order->path), run_session);
      case 'C': begin(order->token, read_plan(order->path), run_successor);
      case 'R': run_script(order->path);
      default: _exit(125);
    }
  if (child < 0) answer_failure(order->token, "a process");
}

// What came and is not served yet. It grows for a plan that is longer, and shrinks again.
struct input {
  char *text;
  size_t length, room;
};

enum { USUAL_ROOM = 65536, MOST_ROOM = 64 << 20 };

static bool make_room(struct input *input, size_t room) {
  if (room > MOST_ROOM) return false;
  char *text = realloc(input->text, room);
  if (text == NULL) return false;
  input->text = text;
  input->room = room;
  return true;
}

/*
 * Serves the first order of `text`. How many bytes it took; 0 where it is not whole, and then `*wanted` is how many it
 * has at least. The byte behind a plan is its end: the agent sends one more.
 */
static size_t serve_first(char *text, size_t length, size_t *wanted) {
  char *end = memchr(text, '\n', length), *rest;
  *wanted = length + 1;
  if (end == NULL) return 0;
  size_t taken = (size_t)(end - text) + 1;
  struct order order = {.letter = text[0], .token = text + 2, .plan = end + 1};
  char *blank = taken > 3 && text[1] == ' ' ? memchr(order.token, ' ', (size_t)(end - order.token)) : NULL;
  if (blank == NULL) return taken;
  order.path = blank + 1;
  if (order.letter == 'L') {
    order.length = strtoul(order.path, &rest, 10);
    *wanted = taken + order.length + 1;
    // What follows are a job's words: they must never be taken for orders.
    if (rest != end || order.length > MOST_ROOM) *wanted = SIZE_MAX;
    if (*wanted > length) return 0;
    taken = *wanted;
    order.plan[order.length] = '\0';
  }
  *blank = *end = '\0';
  serve(&order, text + taken, length - taken);
  memset(text, 0, taken);
  return taken;
}

static int serve_orders(void) {
  struct input input = {0};
  if (!make_room(&input, USUAL_ROOM)) return 84;
  for (;;) {
    ssize_t got = read(0, input.text + input.length, input.room - input.length);
    if (got == 0) return 0;
    if (got < 0 && errno != EINTR) return 83;
    if (got < 0) continue;
    input.length += (size_t)got;
    size_t served = 0, taken, wanted = 0;
    while (served < input.length &&
           (taken = serve_first(input.text + served, input.length - served, &wanted)) > 0)
      served += taken;
    input.length -= served;
    memmove(input.text, input.text + served, input.length);
    memset(input.text + input.length, 0, served);
    size_t room = input.length > 0 && wanted > USUAL_ROOM ? wanted : USUAL_ROOM;
    if (room != input.room && room >= input.length && !make_room(&input, room)) return 84;
    if (input.length == input.room) return 84;
  }
}

int serve_launches(char **arguments) {
  char path[4096];
  size_t usual_count = 0;
  struct device_rule usual[64];
  // Descriptors the agent was itself born with are nobody's here.
  syscall(SYS_close_range, 3, ~0U, 0);
  if (*arguments == NULL || strcmp(*arguments, "devices") != 0) return 80;
  for (arguments += 1; *arguments != NULL && strcmp(*arguments, "groups") != 0; arguments += 1)
    if (usual_count == 64 || !parse_device_rule(*arguments, &usual[usual_count++])) return 80;
  if (*arguments != NULL) arguments += 1;
  for (; *arguments != NULL; arguments += 1) {
    snprintf(path, sizeof path, "%s/cgroup.procs", *arguments);
    if (!write_file(path, 0, "0")) return 81;
  }
  write_file("/proc/self/oom_score_adj", 0, "-900");
  umask(022);
  // What stays beside a task runs as root: not for a task's root to look into, its program file least of all.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  signal(SIGPIPE, SIG_IGN);
  // Children are reaped by the kernel; they take the default again.
  signal(SIGCHLD, SIG_IGN);
  if (dprintf(1, "ready %s\n", isolation_pieces(usual, usual_count)) < 0) return 82;
  return serve_orders();
}
