/*
 * The root of an isolated task: a small file system in memory with the host's system directories, the task's own and
 * what a job mounts bound into it. They are taken by handle in the host's mount namespace and put into one that held
 * nothing before, so that no privilege of a task finds a way to the host's root: it was never in there.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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

static bool make_name(int dir, const char *name, bool is_directory) {
  if (is_directory) return mkdirat(dir, name, 0755) == 0 || errno == EEXIST;
  int file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file >= 0) close(file);
  return file >= 0 || errno == EEXIST;
}

// A handle of `name` in `dir`, made where it is missing. No link is followed.
static int step_into(int dir, const char *name, bool is_directory) {
  int found = open_beneath(dir, name, 0);
  if (found >= 0 || errno != ENOENT) return found;
  return make_name(dir, name, is_directory) ? open_beneath(dir, name, 0) : -1;
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

/*
 * A name right below the root lies in what this program has made itself; others may lead through directories of tasks. What
 * is there already is found by one call, and most of it is.
 */
static bool attach_in_root(int mount, int root, const char *path) {
  const char *name = path + (*path == '/');
  bool is_dir = is_directory(mount);
  if (strchr(name, '/') == NULL) return make_name(root, name, is_dir) && attach_at(mount, root, name);
  int place = open_beneath(root, name, 0);
  if (place < 0 && errno == ENOENT) place = make_place(root, name, is_dir);
  bool is_placed = place >= 0 && attach_mount(mount, place);
  int reason = errno;
  close(place);
  errno = reason;
  return is_placed;
}

// Sets the flags of a mount that is attached nowhere yet and attaches it: it is never there without them.
static bool place_mount(int mount, unsigned long long attributes, int root, const char *path) {
  // Devices may lie on a disk mounted without them.
  unsigned long long cleared = attributes & SET_NODEV ? 0 : SET_NODEV;
  return mount >= 0 && set_mount(mount, attributes, cleared) && attach_in_root(mount, root, path);
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
  int part = open_beneath(root, path + 1, 0), null = open_beneath(root, "dev/null", 0);
  bool is_hidden = part >= 0 && null >= 0 && cover(part, nothing, null, QUIET | SET_RDONLY);
  // It was there when the plan was made.
  if (part < 0 && errno == ENOENT) is_hidden = true;
  int reason = errno;
  close(part);
  close(null);
  errno = reason;
  return is_hidden;
}

// What was cloned for one step is given away.
static bool take_step(const struct root_step *step, int source, int root, int nothing) {
  if (step->hidden) return hide(root, step->target, nothing);
  if (step->link) return symlinkat(step->source, root, step->target + 1) == 0;
  unsigned long long attributes = step->devices ? SET_NOSUID | SET_NOEXEC : QUIET;
  if (step->read_only) attributes |= SET_RDONLY;
  return place_mount(source, attributes, root, step->target);
}

// One more name of the task's directory: a link's target, or a mount.
struct entry {
  char *name, *target;
  int mount;
};

// What the root is made of, as the host's mount namespace has it.
struct sources {
  int proc, *steps;
  struct entry *entries;
  size_t entry_count;
};

// Names that the root has anyway.
static bool is_taken(const struct plan *plan, const char *name) {
  size_t length = strlen(name);
  if (strcmp(name, "proc") == 0) return true;
  for (size_t index = 0; index < plan->step_count; index += 1) {
    const char *target = plan->steps[index].target + 1;
    if (!plan->steps[index].hidden && strncmp(target, name, length) == 0 && strchr("/", target[length]) != NULL) return true;
  }
  return false;
}

static bool add_entry(struct sources *sources, const char *name, const char *target, int mount) {
  struct entry *entries = realloc(sources->entries, (sources->entry_count + 1) * sizeof *entries);
  if (entries == NULL) return false;
  sources->entries = entries;
  struct entry *entry = &entries[sources->entry_count++];
  *entry = (struct entry){.name = strdup(name), .target = target == NULL ? NULL : strdup(target), .mount = mount};
  return entry->name != NULL;
}

// What is no place for a mount is left out, and what has gone meanwhile.
static bool clone_entry(struct sources *sources, int task, const char *name) {
  struct stat stat;
  if (fstatat(task, name, &stat, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
  if (S_ISLNK(stat.st_mode)) {
    char target[4096];
    ssize_t length = readlinkat(task, name, target, sizeof target - 1);
    if (length < 0) return errno == ENOENT;
    target[length] = '\0';
    return add_entry(sources, name, target, -1);
  }
  if (!S_ISDIR(stat.st_mode) && !S_ISREG(stat.st_mode)) return true;
  int source = open_beneath(task, name, 0);
  if (source < 0) return errno == ENOENT;
  int mount = clone_mount(source, "", AT_EMPTY_PATH);
  close(source);
  return mount >= 0 && add_entry(sources, name, NULL, mount);
}

// What an artifact or the agent has put beside local/: seen at the same name, as far as it is there at the start.
static bool clone_task_directory(const struct plan *plan, struct sources *sources) {
  int task = open(plan->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *list = task < 0 ? NULL : fdopendir(task);
  if (list == NULL) return false;
  bool is_whole = true;
  struct dirent *entry;
  while (is_whole && (entry = readdir(list)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && !is_taken(plan, entry->d_name))
      is_whole = clone_entry(sources, task, entry->d_name);
  int reason = errno;
  closedir(list);
  errno = reason;
  return is_whole;
}

// In the host's mount namespace. NULL, or the name of what failed.
static const char *clone_sources(const struct plan *plan, struct sources *sources) {
  *sources = (struct sources){.proc = -1, .steps = calloc(plan->step_count + 1, sizeof *sources->steps)};
  if (sources->steps == NULL) return "root";
  for (size_t index = 0; index < plan->step_count; index += 1) {
    const struct root_step *step = &plan->steps[index];
    if (step->hidden || step->link) continue;
    if ((sources->steps[index] = clone_source(step)) < 0) return step->target;
  }
  if (!clone_task_directory(plan, sources)) return "the task's directory";
  if (!plan->own_pids && (sources->proc = clone_mount(AT_FDCWD, "/proc", 0)) < 0) return "/proc";
  return NULL;
}

static bool show_entry(const struct entry *entry, int root) {
  if (entry->target != NULL) return symlinkat(entry->target, root, entry->name) == 0;
  return place_mount(entry->mount, QUIET, root, entry->name);
}

static bool mount_at(const char *type, const char *path, unsigned long flags, const char *data) {
  return mount(type, path, type, MS_NOSUID | MS_NOEXEC | flags, data) == 0;
}

static const unsigned long long GUARD = SET_NOSUID | SET_NODEV | SET_NOEXEC | SET_RDONLY;

static int clone_guard(int dir, const char *name, unsigned flags) {
  int mount = clone_mount(dir, name, flags);
  return mount >= 0 && set_mount(mount, GUARD, 0) ? mount : -1;
}

// What covers parts of /proc: an empty directory, or /dev/null. After the first one it is cloned from there, flags and all.
struct cover {
  int source, ready;
  const char *placed;
};

// What was placed may have gone with its part of the kernel: that is not the absence of the name that is covered next.
static bool make_ready(struct cover *cover, int proc) {
  if (cover->ready >= 0) return true;
  cover->ready = cover->placed == NULL ? clone_guard(cover->source, "", AT_EMPTY_PATH) : clone_mount(proc, cover->placed, 0);
  return cover->ready >= 0;
}

static bool hide_name(struct cover *cover, int proc, const char *name) {
  if (!make_ready(cover, proc)) return false;
  if (!attach_at(cover->ready, proc, name)) return errno == ENOENT;
  cover->ready = -1;
  cover->placed = name;
  return true;
}

static bool hide_all(struct cover *cover, int proc, const char *const *names) {
  for (; *names != NULL; names += 1)
    if (!hide_name(cover, proc, *names)) return false;
  return true;
}

/*
 * Parts of /proc that tell of the host. Each kernel has some of them. Also those that root alone may read: a chmod in any
 * /proc counts in all, and the root of a container may do it at any time.
 */
static bool hide_parts(int proc, struct cover *directory, struct cover *file) {
  static const char *const directories[] = {"acpi", "asound", "dynamic_debug", "scsi", NULL};
  static const char *const files[] = {"interrupts",    "kcore",       "keys",     "kpagecgroup", "kpagecount", "kpageflags",
                                      "latency_stats", "sched_debug", "slabinfo", "timer_list",  "timer_stats", "vmallocinfo",
                                      NULL};
  return hide_all(directory, proc, directories) && hide_all(file, proc, files);
}

// Parts of /proc that change the host: seen as they are, and not written.
static bool fix_parts(int proc) {
  static const char *const fixed[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
  for (size_t index = 0; index < sizeof fixed / sizeof *fixed; index += 1) {
    int mount = clone_guard(proc, fixed[index], 0);
    if (mount < 0 && errno == ENOENT) continue;
    if (mount < 0 || !attach_at(mount, proc, fixed[index])) return false;
  }
  return true;
}

// No process of a task has begun: what is named in its /proc is the kernel's. `nothing` is an empty directory.
static bool guard_proc(int nothing) {
  int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), null = open("/dev/null", O_PATH | O_CLOEXEC);
  struct cover directory = {.source = nothing, .ready = -1}, file = {.source = null, .ready = -1};
  return proc >= 0 && null >= 0 && hide_parts(proc, &directory, &file) && fix_parts(proc);
}

// Processes and terminals.
static const char *mount_own(const struct plan *plan, int proc, int root, int nothing) {
  bool has_proc = plan->own_pids ? mount_at("proc", "/proc", MS_NODEV, NULL)
                                 : place_mount(proc, QUIET | SET_NOEXEC, root, "proc");
  if (!has_proc) return "/proc";
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

// The place for a task's root, in the empty one.
static const char PLACE[] = "/root";

// In a child: a namespace with a read-only file system in memory that holds the place for a task's root and nothing else.
static bool empty_namespace(void) {
  if (unshare(CLONE_NEWNS) != 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
  // Any directory will do: it is seen in this namespace alone, and not for long.
  if (mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=555,size=4k,nr_inodes=3") != 0) return false;
  if (chdir("/proc") != 0 || mkdir(PLACE + 1, 0555) != 0) return false;
  int root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return root >= 0 && syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 &&
         set_mount(root, QUIET | SET_NOEXEC | SET_RDONLY, 0);
}

bool keep_empty_root(void) {
  int ready[2], gate[2];
  char path[64], answer = 0;
  if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(gate, O_CLOEXEC) != 0) return false;
  pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    if (empty_namespace() && write(ready[1], "1", 1) == 1 && read(gate[0], &answer, 1) < 0) _exit(1);
    _exit(0);
  }
  close(ready[1]);
  close(gate[0]);
  snprintf(path, sizeof path, "/proc/%ld/ns/mnt", (long)child);
  int namespace = child > 0 && read(ready[0], &answer, 1) == 1 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  bool is_kept = namespace >= 0 && dup3(namespace, EMPTY_ROOT, O_CLOEXEC) == EMPTY_ROOT;
  close(namespace);
  close(ready[0]);
  close(gate[1]);
  return is_kept;
}

static const char *fill_root(const struct plan *plan, const struct sources *sources, int root, int nothing) {
  for (size_t index = 0; index < plan->step_count; index += 1)
    if (!take_step(&plan->steps[index], sources->steps[index], root, nothing)) return plan->steps[index].target;
  for (size_t index = 0; index < sources->entry_count; index += 1)
    if (!show_entry(&sources->entries[index], root)) return "the task's directory";
  return NULL;
}

const char *build_root(const struct plan *plan) {
  struct sources sources;
  const char *failed = clone_sources(plan, &sources);
  if (failed != NULL) return failed;
  if (setns(EMPTY_ROOT, CLONE_NEWNS) != 0 || unshare(CLONE_NEWNS) != 0) return "mounts";
  if (mount("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m") != 0) return "root";
  int root = open(PLACE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return "root";
  int hidden = mkdirat(root, "proc", 0555) == 0 ? open_beneath(root, "proc", O_DIRECTORY) : -1;
  int nothing = hidden < 0 || mkdirat(hidden, "nothing", 0555) != 0 ? -1 : open_beneath(hidden, "nothing", O_DIRECTORY);
  if (nothing < 0 || mkdirat(hidden, "empty", 0555) != 0) return "/proc";
  if ((failed = fill_root(plan, &sources, root, nothing)) != NULL) return failed;
  if ((failed = make_scratch(hidden, root)) != NULL) return failed;
  // The empty root comes to lie where /proc covers it: to take it away would have the kernel wait for all processors.
  if (fchdir(root) != 0 || syscall(SYS_pivot_root, ".", "proc/empty") != 0 || chdir("/") != 0) return "root directory";
  if ((failed = mount_own(plan, sources.proc, root, nothing)) != NULL) return failed;
  // A task that is root may make directories there, in memory; nobody else could anyway.
  if (!plan->writable_root && !set_mount(root, SET_RDONLY, 0)) return "root";
  return NULL;
}
