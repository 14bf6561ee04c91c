/*
 * Modes beside the fork server, for the docker driver: `orch-launch door`, `orch-launch bind …`, `orch-launch unbind …`.
 *
 * A door is PID 1 of a container of its own. It enters the network namespace that is bound at /run/n, gives up every
 * capability, and waits, so that the engine can join other containers to its network. Whoever gets hold of it finds a
 * process that can do nothing: no capability, no new privileges, a handful of system calls, an empty read-only root.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "orch-launch.h"

enum { DOOR_LIFE_S = 600, LAST_CAPABILITY = 63, FIRST_SOURCE = 3, MOST_BINDS = 256 };

static _Noreturn void refuse(const char *step) {
  dprintf(2, "%s: %s\n", step, strerror(errno));
  _exit(125);
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  // The bounding set first: shrinking it takes a capability itself.
  for (int capability = 0; capability <= LAST_CAPABILITY; capability += 1)
    if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      refuse("bounding capabilities");
  // Kernels before 4.3 have no ambient set.
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) refuse("ambient capabilities");
  if (syscall(SYS_capset, &header, none) != 0) refuse("capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs");
}

// Only waiting and ending, also where the engine runs without a filter of its own.
static void allow_waiting_only(void) {
  static const int allowed[] = {SYS_rt_sigtimedwait, SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group};
  enum { COUNT = sizeof allowed / sizeof *allowed };
  struct sock_filter filter[COUNT + 3];
  filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int index = 0; index < COUNT; index += 1)
    filter[1 + index] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[index], (unsigned char)(COUNT - index), 0);
  filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = COUNT + 3, .filter = filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) refuse("seccomp");
}

static _Noreturn void run_door(void) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGHUP);
  // PID 1 gets no signal that it neither handles nor waits for.
  if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0) refuse("signals");
  int namespace = open("/run/n", O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) refuse("network namespace");
  close(namespace);
  drop_capabilities();
  allow_waiting_only();
  struct timespec life = {.tv_sec = DOOR_LIFE_S};
  // A forgotten door closes by itself. Stopped and continued, the wait begins anew.
  while (sigtimedwait(&ends, NULL, &life) < 0 && errno == EINTR) continue;
  _exit(0);
}

static void place(char *path, const char *directory, int number) {
  if (snprintf(path, PATH_MAX, "%s/%d", directory, number) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    refuse("bind");
  }
}

// The mount API of Linux 5.12, which sets flags before anybody sees the mount. <linux/mount.h> does not go with <sys/mount.h>.
struct mount_attributes {
  unsigned long long set, clear, propagation, user_namespace;
};
enum {
  TREE_CLONE = 1,
  FROM_EMPTY_PATH = 4,
  EMPTY_PATH = 0x1000,
  RECURSIVE = 0x8000,
  ATTRIBUTE_READ_ONLY = 1,
  ATTRIBUTE_NOSUID = 2,
  ATTRIBUTE_NODEV = 4,
};

// False with ENOSYS where the kernel does not know it.
static bool attach_tree(int source, const char *to, bool is_read_only) {
  struct mount_attributes wanted = {
      .set = ATTRIBUTE_NOSUID | ATTRIBUTE_NODEV | (is_read_only ? ATTRIBUTE_READ_ONLY : 0)};
  int tree = (int)syscall(SYS_open_tree, source, "", TREE_CLONE | EMPTY_PATH | RECURSIVE | O_CLOEXEC);
  if (tree < 0) return false;
  bool is_done = syscall(SYS_mount_setattr, tree, "", EMPTY_PATH | RECURSIVE, &wanted, sizeof wanted) == 0 &&
                 syscall(SYS_move_mount, tree, "", AT_FDCWD, to, FROM_EMPTY_PATH) == 0;
  int reason = errno;
  close(tree);
  errno = reason;
  return is_done;
}

// For older kernels: the descriptor's name in /proc leads to what it holds, and to nothing else.
static bool mount_path(int source, const char *to, bool is_read_only) {
  char from[64];
  snprintf(from, sizeof from, "/proc/self/fd/%d", source);
  return mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0 &&
         mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | (is_read_only ? MS_RDONLY : 0), NULL) == 0;
}

// What is bound is what the descriptor holds, wherever its name leads by now. `mode`: `w` or `r` (read-only), then `p` when
// mounts made later must not travel, or `s` when they may.
static void bind_source(int source, const char *directory, int number, const char *mode) {
  char to[PATH_MAX];
  struct stat stat;
  place(to, directory, number);
  if (fstat(source, &stat) != 0) refuse("source");
  if (S_ISDIR(stat.st_mode)) {
    if (mkdir(to, 0700) != 0) refuse("place");
  } else {
    int file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) refuse("place");
    close(file);
  }
  bool is_read_only = mode[0] == 'r';
  bool is_done = attach_tree(source, to, is_read_only) || (errno == ENOSYS && mount_path(source, to, is_read_only));
  if (!is_done) refuse("bind");
  if (mode[1] == 'p' && mount(NULL, to, NULL, MS_REC | MS_PRIVATE, NULL) != 0) refuse("propagation");
}

// Makes `<directory>/0`, `/1`, … of the descriptors 3, 4, …, one word of mode for each. What is there after a failure
// `unbind` takes away.
static _Noreturn void run_bind(int count, char **words) {
  const char *directory = words[0];
  if (count < 2 || directory[0] != '/' || count - 1 > MOST_BINDS) _exit(126);
  for (int number = 0; number < count - 1; number += 1)
    bind_source(FIRST_SOURCE + number, directory, number, words[1 + number]);
  _exit(0);
}

static void unbind(const char *directory) {
  char path[PATH_MAX];
  for (int number = 0; number < MOST_BINDS; number += 1) {
    place(path, directory, number);
    // Else the end of what is mounted below would travel to where it was bound from.
    if (mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) == 0) umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    else if (errno == ENOENT) break;
    // A place that is still bound is busy, so nothing of what was bound is ever removed.
    if (rmdir(path) != 0 && (errno != ENOTDIR || unlink(path) != 0)) refuse("unbind");
  }
  if (rmdir(directory) != 0 && errno != ENOENT) refuse("unbind");
}

void run_mode(int count, char **words) {
  if (strcmp(words[0], "door") == 0) run_door();
  if (count > 1 && strcmp(words[0], "bind") == 0) run_bind(count - 1, words + 1);
  if (strcmp(words[0], "unbind") != 0) return;
  for (int index = 1; index < count; index += 1) unbind(words[index]);
  _exit(0);
}
