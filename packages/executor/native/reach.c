/*
 * The way of a host task that is not root to its own directory. That lies in one which only root enters, so that no other
 * user of the host gets to what is a task's. In a mount namespace of the task alone the outer directory is covered by an
 * empty one, and in it, at its own path, is the task's directory and nothing beside it.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

// From linux/mount.h, which does not go together with sys/mount.h.
enum { TREE_CLONE = 1, TREE_CLOEXEC = O_CLOEXEC, TREE_RECURSIVE = 0x8000, FROM_EMPTY_PATH = 0x4 };

bool show_only(const char *path) {
  char outer[PATH_MAX];
  const char *end = strrchr(path, '/');
  if (*path != '/' || end == path || (size_t)(end - path) >= sizeof outer) {
    errno = EINVAL;
    return false;
  }
  memcpy(outer, path, (size_t)(end - path));
  outer[end - path] = '\0';
  // What the host mounts later arrives here; what is mounted here does not get out.
  if (unshare(CLONE_NEWNS) != 0 || mount("", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return false;
  int own = (int)syscall(SYS_open_tree, AT_FDCWD, path, TREE_CLONE | TREE_CLOEXEC | TREE_RECURSIVE);
  if (own < 0) return false;
  bool is_shown = mount("orch-reach", outer, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711,size=4k") == 0 &&
                  mkdir(path, 0700) == 0 && syscall(SYS_move_mount, own, "", AT_FDCWD, path, FROM_EMPTY_PATH) == 0 &&
                  mount(NULL, outer, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_RDONLY, NULL) == 0;
  int reason = errno;
  close(own);
  errno = reason;
  return is_shown;
}
