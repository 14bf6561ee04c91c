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
  const char *token, *dir, *exit_file, *cwd, *network, *root, *hostname, *oom_score, *reach;
  bool own_pids, own_ipc;
  uid_t uid;
  gid_t gid;
  bool changes_user;
  unsigned long long capabilities;
  bool has_logs;
  struct log_file out, err;
  long max_files;
  long long max_bytes;
  // Where log files are shown to tasks: a directory that only root can alter, and a path below it. NULL = nowhere.
  const char *view_root, *view_path;
  // A killed copier's successor: the streams it goes on with, and the processes that still read their pipes.
  bool carries_out, carries_err;
  pid_t *readers;
  char **args, **environment, **cgroups;
  gid_t *groups;
  struct mount_step *mounts;
  size_t arg_count, environment_count, cgroup_count, group_count, mount_count, reader_count;
};

// Reads a plan's file and removes it. NULL with errno set when it cannot be read or is not understood.
struct plan *read_plan(const char *path);

// The life of one launch, in a process of its own. Never returns.
_Noreturn void run_launch(struct plan *plan);

// The life of a killed copier's successor, in a process of its own. Never returns.
_Noreturn void run_successor(struct plan *plan);

// Copies the private exit status into the watched directory.
void publish_exit(const struct plan *plan);

// From root in the task's namespaces to its program. Returns only when something failed: the step's name, errno set.
const char *become_task(const struct plan *plan);

// A mount namespace in which the directory at `path` is the only one in the one around it. False with errno set.
bool show_only(const char *path);

// Carries the pipes' content to the log files until both have ended; of a successor's, those that it goes on with.
void copy_streams(const struct plan *plan);

// Opens, writes all of `text`, closes. False with errno set.
bool write_file(const char *path, int flags, const char *text);

// "<host's pid> <start time in clock ticks>" of the calling process.
bool own_identity(char *text, size_t size);

#endif
