// What the parts of the native launcher share: one launch's plan, and the steps of its life.

#ifndef ORCH_LAUNCH_H
#define ORCH_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Descriptors of a launch, the same numbers as in the shell's form of it; the last is the fork server's own.
enum { OUT_PIPE = 3, ERR_PIPE = 4, OUT_READER = 5, ERR_READER = 6, ANSWERS = 9, USUAL_DEVICES = 10, EMPTY_ROOT = 11 };

struct log_file {
  const char *base;
  long number;
  long long bytes;
};

// One thing of a task's root: a link, something hidden, or a mount of `source`; with a `base` below it, and then no link
// is followed.
struct root_step {
  const char *source, *target, *base;
  bool link, hidden, read_only, devices;
};

struct group_write {
  const char *path, *value;
  bool optional;
};

// -1 = all of them. Access as the kernel's BPF_DEVCG_ACC_*.
struct device_rule {
  char type;
  int major, minor;
  unsigned access;
};

// Both ends belong to a range.
struct id_range {
  unsigned first, last;
};

struct id_ranges {
  struct id_range *list;
  size_t count;
};

// All strings lie in the plan's file, read into memory once.
struct plan {
  const char *token, *dir, *exit_file, *cwd, *network, *root, *hostname, *oom_score, *device_group, *ready, *reach;
  // Where the kernel counts the task's processes that it killed for memory. NULL = nowhere.
  const char *oom_file, *oom_key;
  bool own_pids, own_ipc, writable_root, filters, has_pipes, usual_devices;
  uid_t uid;
  gid_t gid;
  bool changes_user;
  unsigned long long capabilities;
  struct id_ranges denied_uids, denied_gids;
  bool has_logs;
  struct log_file out, err;
  long max_files;
  long long max_bytes;
  // Where log files are shown to tasks: a directory that only root can alter, and a path below it. NULL = nowhere.
  const char *view_root, *view_path;
  // A killed copier's successor: the streams it goes on with, and the processes that still read their pipes.
  bool carries_out, carries_err;
  pid_t *readers;
  // Of a session: the task's process and when it began.
  pid_t target;
  long long target_ticks;
  char **args, **environment, **made_groups, **groups;
  gid_t *group_ids;
  struct root_step *steps;
  struct group_write *writes;
  struct device_rule *devices;
  size_t arg_count, environment_count, made_group_count, group_count, group_id_count, step_count, write_count,
      device_count, reader_count;
};

// Handles on what a task's namespaces hide from those who set it up, opened before they are entered.
enum { MOST_GROUPS = 16 };
struct outside {
  // The host's /proc, and the files by which the groups of cgroup v1 are entered.
  int proc, groups[MOST_GROUPS];
  size_t group_count;
  // The group of cgroup v2 and the file by which it is entered; -1 = there is none.
  int unified, entrance;
  // The process that will join them begins in the group of cgroup v2.
  bool is_inside;
};

/*
 * Reads a plan, from a file, which it removes, or from text that lives as long as the plan and ends with a NUL behind its
 * `length`. NULL with errno set when it cannot be read or is not understood.
 */
struct plan *read_plan(const char *path);
struct plan *parse_plan(char *text, size_t length);

// The modes of this program. The second runs a command in a task on the terminal it was started on.
int serve_launches(char **arguments);
_Noreturn void enter_task(const char *path);

// The life of one launch, in a process of its own. Never returns.
_Noreturn void run_launch(struct plan *plan);

// The life of a killed copier's successor, in a process of its own. Never returns.
_Noreturn void run_successor(struct plan *plan);

// Copies the private exit status, of the launch's directory, which is the current one, into the watched one, with more words.
void publish_exit(const struct plan *plan, const char *more);

// The life of one command inside a running task, its streams pipes of the plan's directory. Never returns.
_Noreturn void run_session(struct plan *plan);

// Gives the terminal on descriptor 0 to a command whose own is `inner`, until `inner` ends. Prints `ready` when it does.
void relay_terminal(int inner, const char *ready);

/*
 * Keeps a mount namespace that holds nothing, as the descriptor EMPTY_ROOT. Those of tasks begin as a copy of it: the host's
 * mounts are never in them. False where this kernel, or what orch itself runs in, does not let it.
 */
bool keep_empty_root(void);

// Makes a mount namespace's root of the plan's. Returns the name of what failed, errno set, or NULL.
const char *build_root(const struct plan *plan);

// Makes and limits the plan's own cgroups and sets its devices. Returns the name of what failed, errno set, or NULL.
const char *make_groups(const struct plan *plan);

// How many of the task's processes the kernel killed for memory; -1 = not known.
long long count_oom_kills(const struct plan *plan);

// Takes away the plan's own cgroups. Whether all have gone: one in which something is left stays.
bool remove_groups(const struct plan *plan);

bool open_outside(const struct plan *plan, struct outside *outside);
void close_outside(const struct outside *outside);

/*
 * Puts the calling process into the task's cgroups and OOM score, and tells its identity as the host sees it. Returns
 * the name of what failed, errno set, or NULL.
 */
const char *join_groups(const struct plan *plan, const struct outside *outside, char *identity, size_t size);

/*
 * Starts `life`, which never returns, in a process that begins in the cgroup v2 directory `group`. It shares this process's
 * memory, which stands still until it has executed a program or ended. -1 with errno set: an old kernel cannot.
 */
pid_t spawn_shared(int group, void (*life)(const void *), const void *argument);

// From root in the task's namespaces to its program. Returns only when something failed: the step's name, errno set.
const char *become_task(const struct plan *plan);

// Undoes what whoever started this program ignored or blocked: it would pass through all to the tasks.
void default_signals(void);

/*
 * The steps of it, for who does more between them: the user, the powers and the directory, what of calls is taken away,
 * and the program.
 */
const char *drop_to_task(const struct plan *plan);
const char *filter_task(const struct plan *plan);
const char *run_program(const struct plan *plan);

// What stays beside an isolated task keeps no more of root's power than it needs to pass signals on.
const char *lower_keeper(const struct plan *plan);

// Installs the default seccomp filter for a task with these capabilities. False with errno set.
bool filter_calls(unsigned long long capabilities);

// A program that allows these device nodes alone, or -1; attaching it to a cgroup v2 directory. errno is set.
int load_device_program(const struct device_rule *rules, size_t count);
bool attach_device_program(int program, const char *group);

/*
 * Which pieces of the isolation the kernel has, with a blank between their names. Loads the program for the device nodes
 * that most launches have, once for all of them, as the descriptor USUAL_DEVICES.
 */
const char *isolation_pieces(const struct device_rule *usual, size_t count);

// Keeps the calling process and all it becomes from the plan's denied ids. NULL, or the failed step with errno set.
const char *deny_ids(const struct plan *plan);

// Reads `c 1:3 rwm`, `c 136:* rw`. False when it is not understood.
bool parse_device_rule(const char *text, struct device_rule *rule);

// A mount namespace in which the directory at `path` is the only one in the one around it. False with errno set.
bool show_only(const char *path);

// Carries the pipes' content to the log files until both have ended; of a successor's, those that it goes on with.
void copy_streams(const struct plan *plan);

// Where the first argument is the word of another mode (door.c), does that and never returns.
void run_mode(int count, char **words);
_Noreturn void run_bind(int count, char **words);
_Noreturn void run_unbind(int count, char **directories);
_Noreturn void run_copy(int count, char **words);
_Noreturn void run_remove(int count, char **words);

// Says on standard error which step failed, and ends.
_Noreturn void give_up(const char *step);

// Opens, writes all of `text`, closes. False with errno set.
bool write_file(const char *path, int flags, const char *text);

// "<pid> <start time in clock ticks>" of a process, as the given /proc knows it. `name` is a pid or "self".
bool process_identity(int proc, const char *name, char *text, size_t size);
bool own_identity(char *text, size_t size);

#endif
