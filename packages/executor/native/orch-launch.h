// What the parts of the native launcher share: one launch's plan, and the steps of its life.

#ifndef ORCH_LAUNCH_H
#define ORCH_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Descriptors of a launch, the same numbers as in the shell's form of it.
enum { OUT_PIPE = 3, ERR_PIPE = 4, OUT_READER = 5, ERR_READER = 6, ANSWERS = 9 };

struct log_file {
  const char *base;
  long number;
  long long bytes;
};

// One mount(2), and a second one that sets the flags a bind mount does not take at once. 0 = no second one.
struct mount_step {
  const char *source, *target, *type, *data;
  unsigned long flags, again;
};

// All strings lie in the plan's file, read into memory once.
struct plan {
  const char *token, *dir, *exit_file, *cwd, *network, *root, *hostname, *oom_score;
  bool own_pids, own_ipc;
  uid_t uid;
  gid_t gid;
  bool changes_user;
  unsigned long long capabilities;
  bool has_logs;
  struct log_file out, err;
  long max_files;
  long long max_bytes;
  char **args, **environment, **cgroups;
  gid_t *groups;
  struct mount_step *mounts;
  size_t arg_count, environment_count, cgroup_count, group_count, mount_count;
};

// Reads a plan's file and removes it. NULL with errno set when it cannot be read or is not understood.
struct plan *read_plan(const char *path);

// The life of one launch, in a process of its own. Never returns.
_Noreturn void run_launch(struct plan *plan);

// From root in the task's namespaces to its program. Returns only when something failed: the step's name, errno set.
const char *become_task(const struct plan *plan);

// Carries the pipes' content to the log files until both have ended.
void copy_streams(const struct plan *plan);

// Where the first argument is the word of another mode (door.c), does that and never returns.
void run_mode(int count, char **words);

// Opens, writes all of `text`, closes. False with errno set.
bool write_file(const char *path, int flags, const char *text);

// "<host's pid> <start time in clock ticks>" of the calling process.
bool own_identity(char *text, size_t size);

#endif
