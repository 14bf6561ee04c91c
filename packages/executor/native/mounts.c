// Mounts by handle: system calls that older C libraries have no functions for.

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"

// Of linux/mount.h.
struct attributes {
  uint64_t set, cleared, propagation, user_namespace;
};
enum { TREE_CLONE = 1, FROM_EMPTY_PATH = 0x4, TO_EMPTY_PATH = 0x40 };

int clone_mount(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, TREE_CLONE | O_CLOEXEC | flags);
}

bool set_mount(int mount, unsigned long long set, unsigned long long cleared) {
  struct attributes wanted = {.set = set, .cleared = cleared, .propagation = MS_PRIVATE};
  return syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &wanted, sizeof wanted) == 0;
}

bool set_mounts(int mount, unsigned long long set) {
  struct attributes wanted = {.set = set};
  return syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) == 0;
}

bool attach_mount(int mount, int target) {
  return syscall(SYS_move_mount, mount, "", target, "", FROM_EMPTY_PATH | TO_EMPTY_PATH) == 0;
}

bool attach_at(int mount, int dir, const char *name) {
  return syscall(SYS_move_mount, mount, "", dir, name, FROM_EMPTY_PATH) == 0;
}

int open_beneath(int base, const char *path, int flags) {
  struct open_how how = {.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, base, path, &how, sizeof how);
}

int open_directory(const char *path) {
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}
