/*
 * `orch-launch bind <directory> <mode> …` mounts what its descriptors 3, 4, … hold at <directory>/0, /1, …, so that the
 * container engine, which knows paths only, is handed one that nobody but root can change. `orch-launch unbind
 * <directory> …` takes it away.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mounts.h"
#include "orch-launch.h"

enum { FIRST_SOURCE = 3, MOST_BINDS = 256 };

static void place(char *path, const char *directory, int number) {
  if (snprintf(path, PATH_MAX, "%s/%d", directory, number) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    give_up("bind");
  }
}

// Flags are set before anybody sees the mount. False with ENOSYS where the kernel does not know these calls.
static bool attach_source(int source, const char *to, bool is_read_only) {
  unsigned long long set = SET_NOSUID | SET_NODEV | (is_read_only ? SET_RDONLY : 0);
  int tree = clone_mount(source, "", AT_EMPTY_PATH | AT_RECURSIVE);
  if (tree < 0) return false;
  int target = open(to, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  bool is_done = target >= 0 && set_mounts(tree, set) && attach_mount(tree, target);
  int reason = errno;
  if (target >= 0) close(target);
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
  if (fstat(source, &stat) != 0) give_up("source");
  // Without permissions: whoever sees the place instead of what is bound upon it shall notice (files/binds-seen.ts).
  if (S_ISDIR(stat.st_mode)) {
    if (mkdir(to, 0) != 0) give_up("place");
  } else {
    int file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0);
    if (file < 0) give_up("place");
    close(file);
  }
  bool is_read_only = mode[0] == 'r';
  bool is_done = attach_source(source, to, is_read_only) || (errno == ENOSYS && mount_path(source, to, is_read_only));
  if (!is_done) give_up("bind");
  if (mode[1] == 'p' && mount(NULL, to, NULL, MS_REC | MS_PRIVATE, NULL) != 0) give_up("propagation");
}

// Makes `<directory>/0`, `/1`, … of the descriptors 3, 4, …, one word of mode for each. What is there after a failure
// `unbind` takes away.
_Noreturn void run_bind(int count, char **words) {
  const char *directory = words[0];
  if (count < 2 || directory[0] != '/' || count - 1 > MOST_BINDS) _exit(126);
  for (int number = 0; number < count - 1; number += 1)
    bind_source(FIRST_SOURCE + number, directory, number, words[1 + number]);
  _exit(0);
}

// Takes away what `bind` made, also what is there in part only. Nothing there is success.
static void unbind(const char *directory) {
  char path[PATH_MAX];
  for (int number = 0; number < MOST_BINDS; number += 1) {
    place(path, directory, number);
    // Else the end of what is mounted below would travel to where it was bound from.
    if (mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) == 0) umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    else if (errno == ENOENT) break;
    // A place that is still bound is busy, so nothing of what was bound is ever removed.
    if (rmdir(path) != 0 && (errno != ENOTDIR || unlink(path) != 0)) give_up("unbind");
  }
  if (rmdir(directory) != 0 && errno != ENOENT) give_up("unbind");
}

_Noreturn void run_unbind(int count, char **directories) {
  for (int index = 0; index < count; index += 1) unbind(directories[index]);
  _exit(0);
}
