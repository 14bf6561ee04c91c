/*
 * The root of an isolated task: a small file system in memory with the host's system directories, the task's own and
 * what a job mounts bound into it. It becomes the only root of the mount namespace; the host's is detached, so that no
 * privilege of a task finds a way back to it.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "orch-launch.h"

static const unsigned long long QUIET = SET_NOSUID | SET_NODEV;

// A handle of `name` in `dir`, made where it is missing. No link is followed.
static int step_into(int dir, const char *name, bool is_directory) {
  int found = open_beneath(dir, name, 0);
  if (found >= 0 || errno != ENOENT) return found;
  if (is_directory) {
    if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST) return -1;
  } else {
    int file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file >= 0) close(file);
    else if (errno != EEXIST) return -1;
  }
  return open_beneath(dir, name, 0);
}

// The place a mount goes to, made with all above it. Directories of tasks are walked by handle.
static int make_place(int root, const char *path, bool is_directory) {
  char names[4096], *rest, *name;
  if (strlen(path) >= sizeof names) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(names, path);
  int place = dup(root);
  name = strtok_r(names, "/", &rest);
  while (place >= 0 && name != NULL) {
    char *following = strtok_r(NULL, "/", &rest);
    int inner = step_into(place, name, following != NULL || is_directory);
    int reason = errno;
    close(place);
    errno = reason;
    place = inner;
    name = following;
  }
  return place;
}

static bool is_directory(int handle) {
  struct stat stat;
  return fstat(handle, &stat) == 0 && S_ISDIR(stat.st_mode);
}

// Sets the flags of a mount that is attached nowhere yet and attaches it: it is never there without them.
static bool place_mount(int mount, unsigned long long attributes, int root, const char *path) {
  // Devices may lie on a disk mounted without them.
  unsigned long long cleared = attributes & SET_NODEV ? 0 : SET_NODEV;
  if (mount < 0 || !set_mount(mount, attributes, cleared)) return false;
  int place = make_place(root, path, is_directory(mount));
  bool is_placed = place >= 0 && attach_mount(mount, place);
  int reason = errno;
  close(place);
  close(mount);
  errno = reason;
  return is_placed;
}

static int clone_source(const struct root_step *step) {
  if (step->base == NULL) return clone_mount(AT_FDCWD, step->source, 0);
  int base = open(step->base, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) return -1;
  int source = open_beneath(base, step->source, 0);
  int mount = source < 0 ? -1 : clone_mount(source, "", AT_EMPTY_PATH);
  int reason = errno;
  close(base);
  close(source);
  errno = reason;
  return mount;
}

// Puts `nothing`, an empty directory, or /dev/null upon what a handle stands for.
static bool cover(int part, int nothing, int null, unsigned long long attributes) {
  int mount = clone_mount(is_directory(part) ? nothing : null, "", AT_EMPTY_PATH);
  bool is_covered = mount >= 0 && set_mount(mount, attributes, 0) && attach_mount(mount, part);
  int reason = errno;
  close(mount);
  errno = reason;
  return is_covered;
}

static bool hide(int root, const char *path, int nothing) {
  int part = open_beneath(root, path + 1, 0), null = open("/dev/null", O_PATH | O_CLOEXEC);
  bool is_hidden = part >= 0 && null >= 0 && cover(part, nothing, null, QUIET | SET_RDONLY);
  // It was there when the plan was made.
  if (part < 0 && errno == ENOENT) is_hidden = true;
  int reason = errno;
  close(part);
  close(null);
  errno = reason;
  return is_hidden;
}

static bool take_step(const struct root_step *step, int root, int nothing) {
  if (step->hidden) return hide(root, step->target, nothing);
  if (step->link) return symlinkat(step->source, root, step->target + 1) == 0;
  unsigned long long attributes = step->devices ? SET_NOSUID | SET_NOEXEC : QUIET;
  if (step->read_only) attributes |= SET_RDONLY;
  return place_mount(clone_source(step), attributes, root, step->target);
}

// One more entry of the task's directory. Names that the root has already are left out; so is what is no place for a mount.
static bool show_entry(int task, const char *name, int root) {
  struct stat stat;
  if (fstatat(root, name, &stat, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (fstatat(task, name, &stat, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
  if (S_ISLNK(stat.st_mode)) {
    char target[4096];
    ssize_t length = readlinkat(task, name, target, sizeof target - 1);
    if (length < 0) return errno == ENOENT;
    target[length] = '\0';
    return symlinkat(target, root, name) == 0;
  }
  if (!S_ISDIR(stat.st_mode) && !S_ISREG(stat.st_mode)) return true;
  int source = open_beneath(task, name, 0);
  if (source < 0) return errno == ENOENT;
  bool is_shown = place_mount(clone_mount(source, "", AT_EMPTY_PATH), QUIET, root, name);
  int reason = errno;
  close(source);
  errno = reason;
  return is_shown;
}

// What an artifact or the agent has put beside local/: seen at the same name, as far as it is there at the start.
static bool show_task_directory(const struct plan *plan, int root) {
  int task = open(plan->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *list = task < 0 ? NULL : fdopendir(task);
  if (list == NULL) return false;
  bool is_shown = true;
  struct dirent *entry;
  while (is_shown && (entry = readdir(list)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      is_shown = show_entry(task, entry->d_name, root);
  int reason = errno;
  closedir(list);
  errno = reason;
  return is_shown;
}

static bool mount_at(const char *type, const char *path, unsigned long flags, const char *data) {
  return mount(type, path, type, MS_NOSUID | MS_NOEXEC | flags, data) == 0;
}

// Puts a mount of what a handle stands for upon it: the same, with other attributes.
static bool fix(int part, unsigned long long attributes) {
  int mount = clone_mount(part, "", AT_EMPTY_PATH);
  bool is_fixed = mount >= 0 && set_mount(mount, attributes, 0) && attach_mount(mount, part);
  int reason = errno;
  close(mount);
  errno = reason;
  return is_fixed;
}

// Parts of /proc that tell of the host or change it. `nothing` is an empty directory.
static bool guard_proc(int nothing) {
  static const char *const hidden[] = {"acpi",        "asound",     "dynamic_debug", "interrupts", "kcore",    "keys",
                                       "kpagecgroup", "kpagecount", "kpageflags",    "latency_stats", "sched_debug",
                                       "scsi",        "slabinfo",   "timer_list",    "timer_stats",   "vmallocinfo"};
  static const char *const fixed[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
  const unsigned long long attributes = QUIET | SET_NOEXEC | SET_RDONLY;
  enum { HIDDEN = sizeof hidden / sizeof *hidden, FIXED = sizeof fixed / sizeof *fixed };
  int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), null = open("/dev/null", O_PATH | O_CLOEXEC);
  bool is_guarded = proc >= 0 && null >= 0;
  for (int index = 0; index < HIDDEN + FIXED && is_guarded; index += 1) {
    int part = open_beneath(proc, index < HIDDEN ? hidden[index] : fixed[index - HIDDEN], 0);
    // Each kernel has some of them.
    if (part < 0 && errno == ENOENT) continue;
    is_guarded = part >= 0 && (index < HIDDEN ? cover(part, nothing, null, attributes) : fix(part, attributes));
    int reason = errno;
    close(part);
    errno = reason;
  }
  int reason = errno;
  close(proc);
  close(null);
  errno = reason;
  return is_guarded;
}

// What has no source: processes and terminals.
static const char *mount_own(const struct plan *plan, int nothing) {
  if (plan->own_pids && !mount_at("proc", "/proc", MS_NODEV, NULL)) return "/proc";
  // The kernel has some thousand terminals for all: no task takes them from the others.
  if (!mount_at("devpts", "/dev/pts", 0, "newinstance,ptmxmode=0666,mode=0620,gid=5,max=256")) return "/dev/pts";
  if (!guard_proc(nothing)) return "guarding /proc";
  return NULL;
}

/*
 * Directories in memory that anybody may write: of the root's own file system, made where /proc covers them, and bound to
 * where they are seen. One more file system for each would take as long to make as half a dozen binds.
 */
static bool show_scratch(int hidden, const char *name, unsigned long long attributes, int root, const char *path) {
  if (mkdirat(hidden, name, 0) != 0 || fchmodat(hidden, name, 01777, 0) != 0) return false;
  return place_mount(clone_mount(hidden, name, 0), attributes, root, path);
}

static const char *make_scratch(int hidden, int root) {
  struct stat stat;
  if (!show_scratch(hidden, "shm", QUIET | SET_NOEXEC, root, "/dev/shm")) return "/dev/shm";
  bool brings_tmp = fstatat(root, "tmp", &stat, AT_SYMLINK_NOFOLLOW) == 0;
  return brings_tmp || show_scratch(hidden, "tmp", QUIET, root, "/tmp") ? NULL : "/tmp";
}

const char *build_root(const struct plan *plan) {
  const char *failed;
  if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return "mounts";
  // Any directory will do for a place: it is seen in this namespace alone, and not for long.
  if (mount("tmpfs", plan->dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m") != 0) return "root";
  int root = open(plan->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return "root";
  int hidden = mkdirat(root, "proc", 0555) == 0 ? open_beneath(root, "proc", O_DIRECTORY) : -1;
  int nothing = hidden < 0 || mkdirat(hidden, "nothing", 0555) != 0 ? -1 : open_beneath(hidden, "nothing", O_DIRECTORY);
  if (nothing < 0) return "/proc";
  for (size_t index = 0; index < plan->step_count; index += 1)
    if (!take_step(&plan->steps[index], root, nothing)) return plan->steps[index].target;
  if (!show_task_directory(plan, root)) return "the task's directory";
  if ((failed = make_scratch(hidden, root)) != NULL) return failed;
  if (!plan->own_pids && !place_mount(clone_mount(AT_FDCWD, "/proc", 0), QUIET | SET_NOEXEC, root, "proc"))
    return "/proc";
  if (fchdir(root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
    return "root directory";
  if ((failed = mount_own(plan, nothing)) != NULL) return failed;
  // A task that is root may make directories there, in memory; nobody else could anyway.
  if (!plan->writable_root && !set_mount(root, SET_RDONLY, 0)) return "root";
  close(nothing);
  close(hidden);
  close(root);
  return NULL;
}
