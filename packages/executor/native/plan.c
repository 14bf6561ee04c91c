// Reads the file that says what to launch: NUL-terminated words, a key and then as many values as the key has.

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orch-launch.h"

struct words {
  char *at, *end;
  bool broken;
};

static char *next(struct words *words) {
  if (words->at >= words->end) {
    words->broken = true;
    return "";
  }
  char *word = words->at;
  words->at += strlen(word) + 1;
  return word;
}

static long long number(struct words *words) {
  char *word = next(words), *rest;
  errno = 0;
  long long value = strtoll(word, &rest, 10);
  if (*word == '\0' || *rest != '\0' || errno != 0) words->broken = true;
  return value;
}

// Lists end with a NULL, as execve(2) wants them.
static void append(char ***list, size_t *count, char *word) {
  *list = realloc(*list, (*count + 2) * sizeof **list);
  if (*list == NULL) _exit(125);
  (*list)[(*count)++] = word;
  (*list)[*count] = NULL;
}

static struct log_file log_file(struct words *words) {
  struct log_file file = {.base = next(words)};
  file.number = (long)number(words);
  return file;
}

static void append_group(struct plan *plan, gid_t group) {
  plan->groups = realloc(plan->groups, (plan->group_count + 1) * sizeof *plan->groups);
  if (plan->groups == NULL) _exit(125);
  plan->groups[plan->group_count++] = group;
}

static void append_reader(struct plan *plan, pid_t reader) {
  plan->readers = realloc(plan->readers, (plan->reader_count + 1) * sizeof *plan->readers);
  if (plan->readers == NULL) _exit(125);
  plan->readers[plan->reader_count++] = reader;
}

static void append_mount(struct plan *plan, struct words *words) {
  plan->mounts = realloc(plan->mounts, (plan->mount_count + 1) * sizeof *plan->mounts);
  if (plan->mounts == NULL) _exit(125);
  struct mount_step *step = &plan->mounts[plan->mount_count++];
  step->source = next(words);
  step->target = next(words);
  step->type = next(words);
  step->flags = (unsigned long)number(words);
  step->again = (unsigned long)number(words);
  step->data = next(words);
}

static void read_key(struct plan *plan, const char *key, struct words *words) {
  if (strcmp(key, "token") == 0) plan->token = next(words);
  else if (strcmp(key, "dir") == 0) plan->dir = next(words);
  else if (strcmp(key, "exit-file") == 0) plan->exit_file = next(words);
  else if (strcmp(key, "cwd") == 0) plan->cwd = next(words);
  else if (strcmp(key, "network") == 0) plan->network = next(words);
  else if (strcmp(key, "root") == 0) plan->root = next(words);
  else if (strcmp(key, "reach") == 0) plan->reach = next(words);
  else if (strcmp(key, "hostname") == 0) plan->hostname = next(words);
  else if (strcmp(key, "oom-score") == 0) plan->oom_score = next(words);
  else if (strcmp(key, "own-pids") == 0) plan->own_pids = true;
  else if (strcmp(key, "own-ipc") == 0) plan->own_ipc = true;
  else if (strcmp(key, "user") == 0) {
    plan->changes_user = true;
    plan->uid = (uid_t)number(words);
    plan->gid = (gid_t)number(words);
  } else if (strcmp(key, "group") == 0) append_group(plan, (gid_t)number(words));
  else if (strcmp(key, "capability") == 0) plan->capabilities |= 1ULL << number(words);
  else if (strcmp(key, "stdout") == 0) plan->out = log_file(words);
  else if (strcmp(key, "stderr") == 0) plan->err = log_file(words);
  else if (strcmp(key, "logs") == 0) {
    plan->has_logs = true;
    plan->max_files = (long)number(words);
    plan->max_bytes = number(words);
  } else if (strcmp(key, "view") == 0) {
    plan->view_root = next(words);
    plan->view_path = next(words);
  } else if (strcmp(key, "carry-stdout") == 0) plan->carries_out = true;
  else if (strcmp(key, "carry-stderr") == 0) plan->carries_err = true;
  else if (strcmp(key, "reader") == 0) append_reader(plan, (pid_t)number(words));
  else if (strcmp(key, "mount") == 0) append_mount(plan, words);
  else if (strcmp(key, "cgroup") == 0) append(&plan->cgroups, &plan->cgroup_count, next(words));
  else if (strcmp(key, "arg") == 0) append(&plan->args, &plan->arg_count, next(words));
  else if (strcmp(key, "env") == 0) append(&plan->environment, &plan->environment_count, next(words));
  else words->broken = true;
}

struct plan *read_plan(const char *path) {
  struct stat stat;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &stat) != 0) return NULL;
  char *text = malloc((size_t)stat.st_size + 1);
  struct plan *plan = calloc(1, sizeof *plan);
  if (text == NULL || plan == NULL) return NULL;
  ssize_t length = 0, got;
  while ((got = read(file, text + length, (size_t)(stat.st_size - length))) > 0) length += got;
  close(file);
  text[length] = '\0';
  struct words words = {.at = text, .end = text + length};
  plan->oom_score = "0";
  char *empty[] = {NULL};
  plan->environment = memcpy(malloc(sizeof empty), empty, sizeof empty);
  while (words.at < words.end && !words.broken) read_key(plan, next(&words), &words);
  bool is_successor = plan->carries_out || plan->carries_err;
  if (words.broken || plan->token == NULL || plan->dir == NULL || plan->exit_file == NULL ||
      (!is_successor && (plan->arg_count == 0 || plan->cwd == NULL))) {
    errno = EBADMSG;
    return NULL;
  }
  // It holds the task's environment, which may be secret, and nobody needs it again.
  unlink(path);
  return plan;
}
