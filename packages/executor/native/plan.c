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

// One more element of a list, all zero.
static void *grow(void *list, size_t *count, size_t size) {
  char *grown = realloc(list, (*count + 1) * size);
  if (grown == NULL) _exit(125);
  memset(grown + *count * size, 0, size);
  *count += 1;
  return grown;
}

static void append_group_id(struct plan *plan, gid_t group) {
  plan->group_ids = grow(plan->group_ids, &plan->group_id_count, sizeof *plan->group_ids);
  plan->group_ids[plan->group_id_count - 1] = group;
}

static void append_reader(struct plan *plan, pid_t reader) {
  plan->readers = grow(plan->readers, &plan->reader_count, sizeof *plan->readers);
  plan->readers[plan->reader_count - 1] = reader;
}

static void append_range(struct id_ranges *ranges, struct words *words) {
  ranges->list = grow(ranges->list, &ranges->count, sizeof *ranges->list);
  struct id_range *range = &ranges->list[ranges->count - 1];
  range->first = (unsigned)number(words);
  range->last = (unsigned)number(words);
}

static struct root_step *append_step(struct plan *plan) {
  plan->steps = grow(plan->steps, &plan->step_count, sizeof *plan->steps);
  return &plan->steps[plan->step_count - 1];
}

static void append_link(struct plan *plan, struct words *words) {
  struct root_step *step = append_step(plan);
  step->link = true;
  step->source = next(words);
  step->target = next(words);
}

static void append_hidden(struct plan *plan, struct words *words) {
  struct root_step *step = append_step(plan);
  step->hidden = true;
  step->target = next(words);
}

static void append_bind(struct plan *plan, const char *base, struct words *words) {
  struct root_step *step = append_step(plan);
  step->base = base;
  step->source = next(words);
  step->target = next(words);
  const char *flags = next(words);
  step->read_only = strchr(flags, 'r') != NULL;
  step->devices = strchr(flags, 'd') != NULL;
}

static void append_write(struct plan *plan, struct words *words) {
  plan->writes = grow(plan->writes, &plan->write_count, sizeof *plan->writes);
  struct group_write *write = &plan->writes[plan->write_count - 1];
  write->path = next(words);
  write->value = next(words);
  write->optional = number(words) != 0;
}

static void append_device(struct plan *plan, struct words *words) {
  plan->devices = grow(plan->devices, &plan->device_count, sizeof *plan->devices);
  struct device_rule *rule = &plan->devices[plan->device_count - 1];
  if (!parse_device_rule(next(words), rule)) words->broken = true;
}

static unsigned long long capability(struct words *words) {
  long long bit = number(words);
  if (bit >= 0 && bit <= 63) return 1ULL << bit;
  words->broken = true;
  return 0;
}

static void read_key(struct plan *plan, const char *key, struct words *words) {
  // The two that a plan has most of.
  if (strcmp(key, "env") == 0) append(&plan->environment, &plan->environment_count, next(words));
  else if (strcmp(key, "arg") == 0) append(&plan->args, &plan->arg_count, next(words));
  else if (strcmp(key, "token") == 0) plan->token = next(words);
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
  } else if (strcmp(key, "group") == 0) append_group_id(plan, (gid_t)number(words));
  else if (strcmp(key, "capability") == 0) plan->capabilities |= capability(words);
  else if (strcmp(key, "denied-uid") == 0) append_range(&plan->denied_uids, words);
  else if (strcmp(key, "denied-gid") == 0) append_range(&plan->denied_gids, words);
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
  else if (strcmp(key, "link") == 0) append_link(plan, words);
  else if (strcmp(key, "hide") == 0) append_hidden(plan, words);
  else if (strcmp(key, "bind") == 0) append_bind(plan, NULL, words);
  else if (strcmp(key, "bind-beneath") == 0) append_bind(plan, next(words), words);
  else if (strcmp(key, "writable-root") == 0) plan->writable_root = true;
  else if (strcmp(key, "seccomp") == 0) plan->filters = true;
  else if (strcmp(key, "device") == 0) append_device(plan, words);
  else if (strcmp(key, "usual-devices") == 0) plan->usual_devices = true;
  else if (strcmp(key, "device-group") == 0) plan->device_group = next(words);
  else if (strcmp(key, "make-cgroup") == 0) append(&plan->made_groups, &plan->made_group_count, next(words));
  else if (strcmp(key, "limit") == 0) append_write(plan, words);
  else if (strcmp(key, "oom-counter") == 0) {
    plan->oom_file = next(words);
    plan->oom_key = next(words);
  } else if (strcmp(key, "cgroup") == 0) append(&plan->groups, &plan->group_count, next(words));
  else if (strcmp(key, "target") == 0) {
    plan->target = (pid_t)number(words);
    plan->target_ticks = number(words);
  } else if (strcmp(key, "pipes") == 0) plan->has_pipes = true;
  else if (strcmp(key, "ready") == 0) plan->ready = next(words);
  else words->broken = true;
}

struct plan *parse_plan(char *text, size_t length) {
  struct plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  struct words words = {.at = text, .end = text + length};
  plan->oom_score = "0";
  char *empty[] = {NULL};
  plan->environment = memcpy(malloc(sizeof empty), empty, sizeof empty);
  while (words.at < words.end && !words.broken) read_key(plan, next(&words), &words);
  bool is_successor = plan->carries_out || plan->carries_err, is_session = plan->target != 0;
  if (words.broken || plan->token == NULL || plan->dir == NULL || (!is_session && plan->exit_file == NULL) ||
      (!is_successor && (plan->arg_count == 0 || plan->cwd == NULL))) {
    errno = EBADMSG;
    return NULL;
  }
  return plan;
}

struct plan *read_plan(const char *path) {
  struct stat stat;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &stat) != 0) return NULL;
  char *text = malloc((size_t)stat.st_size + 1);
  if (text == NULL) return NULL;
  ssize_t length = 0, got;
  while ((got = read(file, text + length, (size_t)(stat.st_size - length))) > 0) length += got;
  close(file);
  text[length] = '\0';
  struct plan *plan = parse_plan(text, (size_t)length);
  // It holds the environment, which may be secret, and nobody needs it again.
  if (plan != NULL) unlink(path);
  return plan;
}
