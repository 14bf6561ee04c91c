// A launch's cgroups: made, limited, entered by its processes.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orch-launch.h"

bool write_file(const char *path, int flags, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
  if (file < 0) return false;
  size_t length = strlen(text);
  bool is_whole = write(file, text, length) == (ssize_t)length;
  int reason = errno;
  close(file);
  errno = reason;
  return is_whole;
}

bool process_identity(int proc, const char *name, char *text, size_t size) {
  char path[64], stat[1024];
  snprintf(path, sizeof path, "%s/stat", name);
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = read(file, stat, sizeof stat - 1);
  close(file);
  if (length <= 0) return false;
  stat[length] = '\0';
  // Field 22, counted behind the name, which may hold anything.
  char *field = strrchr(stat, ')');
  for (int number = 2; field != NULL && number < 22; number += 1) field = strchr(field + 1, ' ');
  if (field == NULL) return false;
  snprintf(text, size, "%ld %lld", strtol(stat, NULL, 10), strtoll(field + 1, NULL, 10));
  return true;
}

bool own_identity(char *text, size_t size) {
  int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  bool is_known = proc >= 0 && process_identity(proc, "self", text, size);
  close(proc);
  return is_known;
}

// With the group above it, which the last executor to leave may just have taken away.
static bool make_group(const char *path) {
  if (mkdir(path, 0755) == 0 || errno == EEXIST) return true;
  const char *slash = strrchr(path, '/');
  if (errno != ENOENT || slash == NULL || slash == path) return false;
  char above[4096];
  snprintf(above, sizeof above, "%.*s", (int)(slash - path), path);
  return make_group(above) && (mkdir(path, 0755) == 0 || errno == EEXIST);
}

static bool limit_group(const struct group_write *limit) {
  if (write_file(limit->path, 0, limit->value)) return true;
  // A kernel without swap accounting lacks the file.
  return limit->optional && (errno == ENOENT || errno == EACCES || errno == EOPNOTSUPP);
}

const char *make_groups(const struct plan *plan) {
  for (size_t index = 0; index < plan->made_group_count; index += 1)
    if (!make_group(plan->made_groups[index])) return plan->made_groups[index];
  for (size_t index = 0; index < plan->write_count; index += 1)
    if (!limit_group(&plan->writes[index])) return plan->writes[index].path;
  if (plan->device_group == NULL) return NULL;
  int program = plan->usual_devices ? dup(USUAL_DEVICES) : load_device_program(plan->devices, plan->device_count);
  if (program < 0) return "the program for device nodes";
  bool is_attached = attach_device_program(program, plan->device_group);
  int reason = errno;
  close(program);
  errno = reason;
  return is_attached ? NULL : "device nodes";
}

long long count_oom_kills(const struct plan *plan) {
  char text[4096], *line = text;
  if (plan->oom_file == NULL) return -1;
  int file = open(plan->oom_file, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  close(file);
  if (length < 0) return -1;
  text[length] = '\0';
  size_t size = strlen(plan->oom_key);
  for (; line != NULL; line = strchr(line, '\n'), line += line != NULL)
    if (strncmp(line, plan->oom_key, size) == 0 && line[size] == ' ') return strtoll(line + size, NULL, 10);
  return -1;
}

bool remove_groups(const struct plan *plan) {
  bool are_gone = true;
  for (size_t index = 0; index < plan->made_group_count; index += 1)
    are_gone = (rmdir(plan->made_groups[index]) == 0 || errno == ENOENT) && are_gone;
  return are_gone;
}

/*
 * The kernel moves a single thread at once; for a whole process it first waits until no processor is in the middle of a fork
 * or an exec, which takes it a millisecond and more. On v1 a group has a file for threads; into one of v2 a process can be
 * born.
 */
static bool open_group(struct outside *outside, const char *group) {
  char path[4096];
  snprintf(path, sizeof path, "%s/tasks", group);
  int threads = open(path, O_WRONLY | O_CLOEXEC);
  if (threads >= 0) outside->groups[outside->group_count++] = threads;
  if (threads >= 0 || errno != ENOENT) return threads >= 0;
  snprintf(path, sizeof path, "%s/cgroup.procs", group);
  outside->entrance = open(path, O_WRONLY | O_CLOEXEC);
  outside->unified = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return outside->entrance >= 0 && outside->unified >= 0;
}

bool open_outside(const struct plan *plan, struct outside *outside) {
  *outside = (struct outside){.unified = -1, .entrance = -1};
  outside->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (outside->proc < 0) return false;
  if (plan->group_count > MOST_GROUPS) {
    errno = E2BIG;
    return false;
  }
  for (size_t index = 0; index < plan->group_count; index += 1)
    if (!open_group(outside, plan->groups[index])) return false;
  return true;
}

void close_outside(const struct outside *outside) {
  close(outside->proc);
  if (outside->unified >= 0) close(outside->unified);
  if (outside->entrance >= 0) close(outside->entrance);
  for (size_t index = 0; index < outside->group_count; index += 1) close(outside->groups[index]);
}

const char *join_groups(const struct plan *plan, const struct outside *outside, char *identity, size_t size) {
  if (outside->entrance >= 0 && !outside->is_inside && write(outside->entrance, "0", 1) != 1) return "cgroup";
  for (size_t index = 0; index < outside->group_count; index += 1)
    if (write(outside->groups[index], "0", 1) != 1) return "cgroup";
  int score = openat(outside->proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score < 0 || write(score, plan->oom_score, strlen(plan->oom_score)) < 0) return "oom_score_adj";
  close(score);
  return process_identity(outside->proc, "self", identity, size) ? NULL : "identity";
}
