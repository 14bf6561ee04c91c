/*
 * `orch-launch remove <directory> <name>` removes <name> in <directory>, with all below it. Somebody may exchange names
 * there meanwhile: nothing is gone to by a path, no link is followed, no mount is entered. Subvolumes, which tasks may
 * make on btrfs, are no mounts, and go. What is too deep to be held open all the way down is moved up first.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "orch-launch.h"

// A directory that somebody fills all the time is left for the next try.
enum { MOST_DEPTH = 256, MOST_PASSES = 1000 };

static struct {
  int top, reason;
  char name[256];
  unsigned long moved;
} state;

static int open_own(int directory, const char *name) {
  struct open_how how = {
      .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
  };
  return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
}

// The first reason is the one at the bottom: above it directories are not empty. Whether it is gone.
static bool note(const char *name, int reason) {
  if (reason == ENOENT) return true;
  if (state.reason != 0) return false;
  state.reason = reason;
  // Names are the tasks' own text, and this one is for a person to read.
  for (size_t index = 0; name[index] != '\0' && index < sizeof state.name - 1; index += 1)
    state.name[index] = name[index] < ' ' || name[index] > '~' ? '?' : name[index];
  return false;
}

static bool move_up(int directory, const char *name) {
  char place[64];
  snprintf(place, sizeof place, ".removed-%lu", state.moved++);
  return renameat(directory, name, state.top, place) == 0 || note(name, errno);
}

static void empty(int directory, int depth);

// Whether it is gone from here.
static bool remove_entry(int directory, const char *name, int depth) {
  if (unlinkat(directory, name, 0) == 0) return true;
  int reason = errno;
  if (reason != EISDIR && reason != EPERM) return note(name, reason);
  int inner = open_own(directory, name);
  // Else it is a file, and the first reason holds.
  if (inner < 0) return note(name, errno == ENOTDIR || errno == ELOOP ? reason : errno);
  if (depth == MOST_DEPTH) {
    close(inner);
    return move_up(directory, name);
  }
  empty(inner, depth + 1);
  return unlinkat(directory, name, AT_REMOVEDIR) == 0 || note(name, errno);
}

// Closes the directory.
static void empty(int directory, int depth) {
  DIR *list = fdopendir(directory);
  if (list == NULL) {
    note("a directory", errno);
    close(directory);
    return;
  }
  bool goes_on = true;
  for (int pass = 0; goes_on && pass < MOST_PASSES; pass += 1) {
    struct dirent *entry;
    goes_on = false;
    rewinddir(list);
    while ((entry = readdir(list)) != NULL)
      if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
        goes_on = remove_entry(directory, entry->d_name, depth) || goes_on;
  }
  closedir(list);
}

_Noreturn void run_remove(int count, char **words) {
  if (count != 2) _exit(126);
  int directory = open(words[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) give_up("remove");
  if (unlinkat(directory, words[1], 0) == 0 || errno == ENOENT) _exit(0);
  int reason = errno;
  state.top = open_own(directory, words[1]);
  if (state.top < 0) {
    if (errno == ENOTDIR || errno == ELOOP) errno = reason;
    give_up("remove");
  }
  empty(dup(state.top), 0);
  if (unlinkat(directory, words[1], AT_REMOVEDIR) == 0 || errno == ENOENT) _exit(0);
  if (state.reason != 0) errno = state.reason;
  give_up(state.reason != 0 ? state.name : "remove");
}
