/*
 * `orch-launch copy <from> <to>` makes <to> a copy of the directory that <from> leads to: owners, modes, times, links and
 * holes as they are. Only root can change the parents of <to>; below <from> somebody may still exchange names, with a
 * handle that outlived its task. So nothing there is gone to by a path: each name is opened once, its kind is asked of
 * what was opened, and no link is followed. Other file systems come along empty; devices, pipes and sockets do not, nor
 * do setuid, setgid and sticky bits of files, nor attributes, which can hold capabilities.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orch-launch.h"

// As deep as a path can name. Each level costs three descriptors.
enum { MOST_DEPTH = PATH_MAX / 2 };

// Files of several names that were copied already, by what they are: places in a table that is never full.
struct copied {
  dev_t device;
  ino_t inode;
  char *path;
};

static struct {
  dev_t device;
  int top;
  // Where the copy is at, below the top. Longer than a path can be, it is of no use to link(2), which says so.
  char path[2 * PATH_MAX];
  size_t length;
  struct copied *files;
  size_t room, count;
} state;

static struct copied *place_of(const struct stat *stat) {
  size_t at = (stat->st_ino * 0x9e3779b97f4a7c15ULL ^ stat->st_dev) & (state.room - 1);
  while (state.files[at].path != NULL && (state.files[at].inode != stat->st_ino || state.files[at].device != stat->st_dev))
    at = (at + 1) & (state.room - 1);
  return &state.files[at];
}

static bool grow(void) {
  struct copied *before = state.files;
  size_t room = state.room;
  state.room = room == 0 ? 256 : 2 * room;
  state.files = calloc(state.room, sizeof *state.files);
  if (state.files == NULL) return false;
  for (size_t index = 0; index < room; index += 1) {
    struct stat stat = {.st_dev = before[index].device, .st_ino = before[index].inode};
    if (before[index].path != NULL) *place_of(&stat) = before[index];
  }
  free(before);
  return true;
}

// A copy that cannot be linked to is no harm: the next name gets one of its own.
static bool remember(const struct stat *stat) {
  if (2 * state.count >= state.room && !grow()) return false;
  struct copied *place = place_of(stat);
  if (place->path != NULL) return true;
  *place = (struct copied){stat->st_dev, stat->st_ino, strdup(state.path)};
  state.count += 1;
  return place->path != NULL;
}

static bool is_linked(const struct stat *stat, int to, const char *name) {
  if (stat->st_nlink < 2 || state.room == 0) return false;
  const char *path = place_of(stat)->path;
  return path != NULL && linkat(state.top, path, to, name, 0) == 0;
}

static bool copy_piece(int from, int to, off_t at, off_t length) {
  char piece[65536];
  while (length > 0) {
    off_t in = at, out = at;
    ssize_t moved = copy_file_range(from, &in, to, &out, (size_t)length, 0);
    if (moved < 0) {
      // Not between these file systems.
      moved = pread(from, piece, length < (off_t)sizeof piece ? (size_t)length : sizeof piece, at);
      if (moved < 0 || pwrite(to, piece, (size_t)moved, at) != moved) return false;
    }
    // Somebody has cut it meanwhile.
    if (moved == 0) return true;
    at += moved;
    length -= moved;
  }
  return true;
}

// What was there when it was opened: a file that grows all the time comes to an end.
static bool copy_data(int from, int to, off_t size) {
  for (off_t at = 0; at < size;) {
    off_t data = lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;
    if (data < 0) data = at;
    off_t hole = lseek(from, data, SEEK_HOLE);
    if (hole <= data || hole > size) hole = size;
    if (data < size && !copy_piece(from, to, data, hole - data)) return false;
    at = hole;
  }
  return ftruncate(to, size) == 0;
}

// The owner first: afterwards the special bits would be taken away.
static bool set_all(int file, const struct stat *stat, mode_t bits) {
  const struct timespec times[2] = {stat->st_atim, stat->st_mtim};
  return fchown(file, stat->st_uid, stat->st_gid) == 0 && fchmod(file, stat->st_mode & bits) == 0 &&
         futimens(file, times) == 0;
}

static bool copy_file(int named, const struct stat *stat, int to, const char *name) {
  char path[64];
  if (is_linked(stat, to, name)) return true;
  snprintf(path, sizeof path, "/proc/self/fd/%d", named);
  int from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  int file = from < 0 ? -1 : openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool is_copied = file >= 0 && copy_data(from, file, stat->st_size) && set_all(file, stat, 0777) &&
                   (stat->st_nlink < 2 || remember(stat));
  int reason = errno;
  close(from);
  close(file);
  errno = reason;
  return is_copied;
}

static bool copy_link(int named, const struct stat *stat, int to, const char *name) {
  char target[PATH_MAX];
  const struct timespec times[2] = {stat->st_atim, stat->st_mtim};
  ssize_t length = readlinkat(named, "", target, sizeof target - 1);
  if (length < 0) return false;
  target[length] = '\0';
  return symlinkat(target, to, name) == 0 && fchownat(to, name, stat->st_uid, stat->st_gid, AT_SYMLINK_NOFOLLOW) == 0 &&
         utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool copy_inside(int from, int to, int depth);

static bool copy_directory(int named, const struct stat *stat, int to, const char *name, int depth) {
  if (mkdirat(to, name, 0700) != 0) return false;
  int inner = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  bool is_foreign = stat->st_dev != state.device;
  bool is_copied = inner >= 0 && (is_foreign || copy_inside(named, inner, depth)) && set_all(inner, stat, 07777);
  int reason = errno;
  close(inner);
  errno = reason;
  return is_copied;
}

static bool copy_entry(int from, const char *name, int to, int depth) {
  struct stat stat;
  int named = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (named < 0) return errno == ENOENT;
  size_t length = state.length;
  state.length += (size_t)snprintf(state.path + length, sizeof state.path - length, length == 0 ? "%s" : "/%s", name);
  if (state.length >= sizeof state.path) state.length = sizeof state.path - 1;
  bool is_copied = fstat(named, &stat) == 0;
  if (is_copied && S_ISREG(stat.st_mode)) is_copied = copy_file(named, &stat, to, name);
  else if (is_copied && S_ISLNK(stat.st_mode)) is_copied = copy_link(named, &stat, to, name);
  else if (is_copied && S_ISDIR(stat.st_mode)) is_copied = copy_directory(named, &stat, to, name, depth + 1);
  int reason = errno;
  state.length = length;
  state.path[length] = '\0';
  close(named);
  errno = reason;
  return is_copied;
}

// `from` may be a handle that cannot read.
static bool copy_inside(int from, int to, int depth) {
  if (depth > MOST_DEPTH) {
    errno = ENAMETOOLONG;
    return false;
  }
  int readable = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *list = readable < 0 ? NULL : fdopendir(readable);
  if (list == NULL) return false;
  bool is_copied = true;
  struct dirent *entry;
  while (is_copied && (entry = readdir(list)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      is_copied = copy_entry(readable, entry->d_name, to, depth);
  int reason = errno;
  closedir(list);
  errno = reason;
  return is_copied;
}

// Names are the tasks' own text: what is said of a failure holds none.
_Noreturn void run_copy(int count, char **words) {
  struct rlimit files;
  struct stat stat;
  if (count != 2) _exit(126);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  int from = open(words[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (from < 0 || fstat(from, &stat) != 0 || mkdir(words[1], 0700) != 0) give_up("copy");
  state.device = stat.st_dev;
  state.top = open(words[1], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (state.top < 0 || !copy_inside(from, state.top, 0) || !set_all(state.top, &stat, 07777)) give_up("copy");
  _exit(0);
}
