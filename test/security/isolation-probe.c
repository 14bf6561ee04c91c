/*
 * Tries every way out of an isolated task, each in a process of its own, and prints one line of JSON for each:
 * {"probe":"…","open":true|false,"errno":"EPERM","detail":"…"}. `open` means that it got through.
 *
 * No try does harm where it succeeds: what is opened is not written to, what is called is called with arguments that the
 * kernel looks at after it has looked at the caller's rights. So the same program also runs on the host, as root, and there
 * must get through: a try that cannot succeed anywhere would show nothing.
 *
 * Arguments: marker=PATH of the host, rooted=PID and plain=PID of processes outside (of root, of nobody), disk=MAJOR:MINOR,
 * caps=MASK that the task is meant to have, become=root (by the capabilities setuid and setgid, before all else), only=PROBE.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <grp.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *marker = "/nonexistent";
static pid_t rooted, plain, parent;
static dev_t disk;
static unsigned long long caps;
static char detail[512];

// The kernel looked at the caller's rights and went on: whatever it found to complain of later is no refusal.
static bool beyond(long result) {
  return result >= 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS && errno != EROFS);
}

static bool opens(const char *path, int flags) {
  int file = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file >= 0) close(file);
  return file >= 0;
}

// Something comes out of it: a masked file can be opened, and is empty.
static bool tells(const char *path) {
  char byte;
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return false;
  errno = ENODATA;
  return read(file, &byte, 1) == 1;
}

static const char *of(pid_t pid, const char *name) {
  static char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return path;
}

static bool lists(const char *path) {
  DIR *list = opendir(path);
  struct dirent *entry;
  while (list != NULL && (entry = readdir(list)) != NULL)
    if (entry->d_name[0] != '.') return true;
  if (list != NULL) errno = ENODATA;
  return false;
}

// ---- the root

static bool climb(void) {
  for (int level = 0; level < 64; level += 1)
    if (chdir("..") != 0) return false;
  return chroot(".") == 0 && access(marker, F_OK) == 0;
}
static bool chroot_by_handle(void) {
  int root = open("/", O_RDONLY | O_DIRECTORY);
  mkdir("/tmp/inner", 0755);
  return root >= 0 && chroot("/tmp/inner") == 0 && fchdir(root) == 0 && climb();
}
static bool chroot_by_dots(void) {
  mkdir("/tmp/inner", 0755);
  return chroot("/tmp/inner") == 0 && climb();
}
static bool dots(void) {
  char path[4096] = "";
  for (int level = 0; level < 64; level += 1) strcat(path, "/..");
  return access(strcat(path, marker), F_OK) == 0;
}
static bool marker_seen(void) { return access(marker, F_OK) == 0; }
static bool root_of(pid_t pid) {
  char path[4096];
  snprintf(path, sizeof path, "/proc/%d/root%s", pid, marker);
  return access(path, F_OK) == 0;
}
static bool root_of_init(void) { return root_of(1); }
static bool root_of_rooted(void) { return root_of(rooted); }
static bool root_of_plain(void) { return root_of(plain); }
static bool cwd_of_init(void) { return lists("/proc/1/cwd"); }
// Their numbers are shown to who may read any directory; what they are is not.
static bool files_of_init(void) {
  char path[64];
  for (int file = 0; file < 32; file += 1) {
    snprintf(path, sizeof path, "/proc/1/fd/%d", file);
    if (opens(path, O_PATH)) return true;
  }
  return false;
}
static bool exe_of_init(void) { return opens("/proc/1/exe", O_RDONLY); }
static bool environ_of_init(void) { return tells("/proc/1/environ"); }
static bool memory_of_init(void) { return opens("/proc/1/mem", O_RDWR); }
static bool environ_of_rooted(void) { return tells(of(rooted, "environ")); }
static bool environ_of_plain(void) { return tells(of(plain, "environ")); }
static bool cwd_of_plain(void) { return lists(of(plain, "cwd")); }
static bool adjusts_outside(void) { return opens(of(rooted, "oom_score_adj"), O_WRONLY); }
static bool sees_outside(void) { return tells(of(rooted, "stat")); }

// Inode 2 is the root of ext4, whatever part of it the task's directory is.
static bool handle_open(void) {
  struct {
    struct file_handle head;
    uint32_t numbers[2];
  } handle = {.head = {.handle_bytes = 8, .handle_type = 1}, .numbers = {2, 0}};
  int base = open("/usr", O_RDONLY | O_DIRECTORY);
  return syscall(SYS_open_by_handle_at, base, &handle, O_RDONLY | O_DIRECTORY) >= 0;
}
static bool host_file(const char *path) { return opens(path, O_RDONLY); }
static bool shadow(void) { return host_file("/etc/shadow"); }
static bool home_of_root(void) { return lists("/root") || access("/root", F_OK) == 0; }
static bool run_directory(void) { return access("/run", F_OK) == 0; }
static bool var_directory(void) { return access("/var", F_OK) == 0; }
static bool sys_directory(void) { return access("/sys", F_OK) == 0; }
static bool foreign_names(void) {
  static const char *const own[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "tmp", "opt", "alloc", "local", "secrets", "probe"};
  DIR *list = opendir("/");
  struct dirent *entry;
  while (list != NULL && (entry = readdir(list)) != NULL) {
    bool is_own = entry->d_name[0] == '.';
    for (size_t index = 0; index < sizeof own / sizeof *own; index += 1) is_own |= strcmp(entry->d_name, own[index]) == 0;
    snprintf(detail, sizeof detail, "%s", entry->d_name);
    if (!is_own) return true;
  }
  errno = ENODATA;
  return false;
}

// Files that the host keeps from its users: the whole of /etc that a task has, to the bottom.
static bool private_below(const char *path) {
  DIR *list = opendir(path);
  struct dirent *entry;
  while (list != NULL && (entry = readdir(list)) != NULL) {
    char name[4096];
    struct stat stat;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (entry->d_name[0] == '.' || lstat(name, &stat) != 0) continue;
    if (S_ISDIR(stat.st_mode) && private_below(name)) return true;
    snprintf(detail, sizeof detail, "%s", name);
    if (S_ISREG(stat.st_mode) && (stat.st_mode & 0004) == 0 && opens(name, O_RDONLY)) return true;
  }
  if (list != NULL) closedir(list), errno = ENODATA;
  return false;
}
static bool private_files(void) { return private_below("/etc"); }

// ---- system directories, mount points, flags of mounts

static bool changes(const char *path) {
  struct stat stat;
  return lstat(path, &stat) == 0 && chmod(path, stat.st_mode & 07777) == 0;
}
static bool change_usr(void) { return changes("/usr"); }
static bool change_etc(void) { return changes("/etc"); }
static bool change_dev(void) { return changes("/dev"); }
static bool change_null(void) { return changes("/dev/null"); }
static bool change_root(void) { return changes("/"); }
static bool file_in(const char *path) { return opens(path, O_TMPFILE | O_WRONLY) || errno == EOPNOTSUPP; }
static bool file_in_usr(void) { return file_in("/usr"); }
static bool file_in_etc(void) { return file_in("/etc"); }
// Only of what is a mount point: on the host it must not succeed.
static bool rename_mount_points(void) {
  static const char *const points[] = {"/usr", "/etc", "/dev", "/proc", "/alloc", "/dev/pts", "/dev/shm"};
  struct stat root, stat;
  lstat("/", &root);
  for (size_t index = 0; index < sizeof points / sizeof *points; index += 1) {
    if (lstat(points[index], &stat) != 0 || stat.st_dev == root.st_dev) continue;
    snprintf(detail, sizeof detail, "%s", points[index]);
    if (rename(points[index], index > 4 ? "/dev/moved" : "/moved") == 0 || rmdir(points[index]) == 0) return true;
  }
  return false;
}
// The standard input is the host's /dev/null where nobody took care.
static bool change_input(void) {
  struct stat stat;
  if (fstat(0, &stat) != 0 || !S_ISCHR(stat.st_mode) || isatty(0)) return errno = ENODATA, false;
  return fchmod(0, stat.st_mode & 07777) == 0 || fchown(0, stat.st_uid, stat.st_gid) == 0;
}
static bool mount_without(unsigned long flag, const char *except) {
  char line[4096], path[1024];
  FILE *list = fopen("/proc/self/mountinfo", "r");
  while (list != NULL && fgets(line, sizeof line, list) != NULL) {
    struct statvfs stat;
    if (sscanf(line, "%*s %*s %*s %*s %1023s", path) != 1 || (except != NULL && strncmp(path, except, strlen(except)) == 0)) continue;
    snprintf(detail, sizeof detail, "%s", path);
    if (statvfs(path, &stat) == 0 && (stat.f_flag & flag) == 0) return true;
  }
  errno = ENODATA;
  return false;
}
static bool mount_with_setuid(void) { return mount_without(ST_NOSUID, NULL); }
static bool mount_with_devices(void) { return mount_without(ST_NODEV, "/dev"); }
static bool unbounded(const char *path) {
  struct statvfs stat;
  errno = EFBIG;
  return statvfs(path, &stat) == 0 && (unsigned long long)stat.f_blocks * stat.f_frsize > 64ULL << 20;
}
static bool unbounded_tmp(void) { return unbounded("/tmp"); }
static bool unbounded_shm(void) { return unbounded("/dev/shm"); }

// ---- device nodes: made, and opened

static bool makes(mode_t kind, dev_t number) {
  unlink("/tmp/node");
  return mknod("/tmp/node", kind | 0666, number) == 0;
}
static bool make_disk(void) { return makes(S_IFBLK, disk); }
static bool make_loop(void) { return makes(S_IFBLK, makedev(7, 0)); }
static bool make_memory(void) { return makes(S_IFCHR, makedev(1, 1)); }
static bool make_kmsg(void) { return makes(S_IFCHR, makedev(1, 11)); }
static bool make_fuse(void) { return makes(S_IFCHR, makedev(10, 229)); }
static bool make_tun(void) { return makes(S_IFCHR, makedev(10, 200)); }
static bool open_disk(void) { return make_disk() && opens("/tmp/node", O_RDONLY); }
static bool open_loop(void) { return make_loop() && opens("/tmp/node", O_RDONLY); }
static bool open_memory(void) { return make_memory() && opens("/tmp/node", O_RDONLY); }
static bool open_kmsg(void) { return make_kmsg() && opens("/tmp/node", O_RDONLY); }
static bool make_zero(void) { return makes(S_IFCHR, makedev(1, 5)); }
static bool open_made_zero(void) { return make_zero() && opens("/tmp/node", O_RDONLY); }
static bool open_zero(void) { return tells("/dev/zero"); }

// ---- /proc

static bool writable_below(const char *path, int depth) {
  // Anybody's by the kernel's own judgement: pressure is measured there; mtrr asks for CAP_SYS_ADMIN at each word.
  static const char *const harmless[] = {"pressure", "mtrr"};
  DIR *list = depth > 12 ? NULL : opendir(path);
  struct dirent *entry;
  while (list != NULL && (entry = readdir(list)) != NULL) {
    char name[4096];
    bool is_skipped = entry->d_name[0] == '.' || entry->d_type == DT_LNK || (depth == 0 && entry->d_name[0] <= '9');
    for (size_t index = 0; depth == 0 && index < sizeof harmless / sizeof *harmless; index += 1) is_skipped |= strcmp(entry->d_name, harmless[index]) == 0;
    if (is_skipped) continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (entry->d_type == DT_DIR && writable_below(name, depth + 1)) return true;
    snprintf(detail, sizeof detail, "%s", name);
    struct stat stat;
    // One that has no writing is opened by who may write anything, and takes nothing.
    if (entry->d_type == DT_REG && lstat(name, &stat) == 0 && (stat.st_mode & 0222) != 0 && opens(name, O_WRONLY)) return true;
  }
  if (list != NULL) closedir(list), errno = ENODATA;
  return false;
}
static bool proc_writable(void) { return writable_below("/proc", 0); }
static bool proc_net_writable(void) { return writable_below("/proc/self/net", 1); }
static bool core_pattern(void) { return opens("/proc/sys/kernel/core_pattern", O_WRONLY); }
static bool vm_settings(void) { return opens("/proc/sys/vm/overcommit_memory", O_WRONLY); }
static bool irq_affinity(void) { return opens("/proc/irq/default_smp_affinity", O_WRONLY); }
static bool sysrq(void) { return opens("/proc/sysrq-trigger", O_WRONLY); }
static bool binfmt(void) { return opens("/proc/sys/fs/binfmt_misc/register", O_WRONLY); }
static bool kcore(void) { return tells("/proc/kcore"); }
static bool keys(void) { return tells("/proc/keys"); }
static bool timers(void) { return tells("/proc/timer_list"); }
static bool slabs(void) { return tells("/proc/slabinfo"); }
static bool allocations(void) { return tells("/proc/vmallocinfo"); }
// Read by whole words only.
static bool pages(void) {
  long long flags;
  int file = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  errno = ENODATA;
  return read(file, &flags, sizeof flags) == sizeof flags;
}
static bool scheduler(void) { return tells("/proc/sched_debug"); }
static bool interrupts(void) { return tells("/proc/interrupts"); }
static bool acpi(void) { return lists("/proc/acpi"); }
static bool proc_kmsg(void) { return opens("/proc/kmsg", O_RDONLY); }

// ---- mounts

static bool mounts(const char *source, const char *type, unsigned long flags, const char *data) {
  bool is_mounted = mount(source, "/tmp", type, flags, data) == 0;
  // Where it is there, the next tries shall find their /tmp again.
  if (is_mounted) umount2("/tmp", MNT_DETACH);
  return is_mounted;
}
static bool mount_tmpfs(void) { return mounts("tmpfs", "tmpfs", 0, NULL); }
static bool mount_proc(void) { return mounts("proc", "proc", 0, NULL); }
static bool mount_sysfs(void) { return mounts("sysfs", "sysfs", 0, NULL); }
static bool mount_devices(void) { return mounts("devtmpfs", "devtmpfs", 0, NULL); }
static bool mount_bind(void) { return mounts("/usr", NULL, MS_BIND, NULL); }
static bool mount_cgroup(void) { return beyond(mounts("cgroup", "cgroup", 0, "memory") ? 0 : -1); }
static bool mount_cgroup2(void) { return mounts("cgroup2", "cgroup2", 0, NULL); }
static bool remount(void) { return beyond(mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL)); }
static bool unmask_kcore(void) { return beyond(umount2("/proc/kcore", MNT_DETACH)); }
static bool unmask_sys(void) { return beyond(umount2("/proc/sys", MNT_DETACH)); }
static bool tree_open(void) { return syscall(SYS_open_tree, AT_FDCWD, "/usr", 1) >= 0; }
static bool tree_move(void) { return beyond(syscall(SYS_move_mount, -1, "", -1, "", 0)); }
static bool fs_open(void) { return syscall(SYS_fsopen, "tmpfs", 0) >= 0; }
static bool fs_pick(void) { return beyond(syscall(SYS_fspick, AT_FDCWD, "/", 0)); }
static bool mount_attributes(void) {
  uint64_t wanted[4] = {0, 1, 0, 0};
  return beyond(syscall(442, AT_FDCWD, "/usr", 0, wanted, sizeof wanted));
}
static bool pivot(void) { return beyond(syscall(SYS_pivot_root, ".", ".")); }

// ---- namespaces

static bool joins(const char *name) {
  int file = open(of(1, name), O_RDONLY | O_CLOEXEC);
  return file >= 0 && setns(file, 0) == 0;
}
static bool join_mounts(void) { return joins("ns/mnt"); }
static bool join_pids(void) { return joins("ns/pid"); }
static bool join_network(void) { return joins("ns/net"); }
static bool join_cgroups(void) { return joins("ns/cgroup"); }
static bool join_ipc(void) { return joins("ns/ipc"); }
static bool join_names(void) { return joins("ns/uts"); }
static bool join_by_handle(void) { return setns((int)syscall(SYS_pidfd_open, 1, 0), CLONE_NEWNS | CLONE_NEWUTS) == 0; }
static bool own_mounts(void) { return unshare(CLONE_NEWNS) == 0; }
static bool own_pids(void) { return unshare(CLONE_NEWPID) == 0; }
static bool own_network(void) { return unshare(CLONE_NEWNET) == 0; }
static bool own_ipc(void) { return unshare(CLONE_NEWIPC) == 0; }
static bool own_names(void) { return unshare(CLONE_NEWUTS) == 0; }
static bool own_cgroups(void) { return unshare(CLONE_NEWCGROUP) == 0; }
static bool own_users(void) { return unshare(CLONE_NEWUSER) == 0; }
static bool clones(unsigned long kinds) {
  long child = syscall(SYS_clone, kinds | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return child > 0;
}
static bool clone_users(void) { return clones(CLONE_NEWUSER); }
static bool clone_mounts(void) { return clones(CLONE_NEWNS); }
static bool clone_third(void) {
  uint64_t wanted[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  long child = syscall(435, wanted, sizeof wanted);
  if (child == 0) _exit(0);
  return child > 0 || errno != ENOSYS;
}

// ---- processes outside

static bool signals(pid_t pid) { return pid > 0 ? kill(pid, 0) == 0 : (errno = ESRCH, false); }
static bool signal_init(void) { return signals(1); }
static bool signal_parent(void) { return signals(parent); }
static bool signal_rooted(void) { return signals(rooted); }
static bool signal_plain(void) { return signals(plain); }
static bool traces(pid_t pid) { return ptrace(PTRACE_SEIZE, pid, 0, 0) == 0; }
static bool trace_init(void) { return traces(1); }
static bool trace_parent(void) { return parent > 0 ? traces(parent) : (errno = ESRCH, false); }
static bool trace_rooted(void) { return traces(rooted); }
static bool trace_plain(void) { return traces(plain); }
static bool read_init(void) {
  char byte;
  struct iovec here = {&byte, 1}, there = {(void *)0x10000, 1};
  return beyond(process_vm_readv(1, &here, 1, &there, 1, 0));
}
static bool take_handle(void) { return beyond(syscall(438, syscall(SYS_pidfd_open, 1, 0), 0, 0)); }

// ---- system calls

static bool key_add(void) { return beyond(syscall(SYS_add_key, "user", "orch-probe", "x", 1, KEY_SPEC_PROCESS_KEYRING)); }
static bool key_request(void) { return beyond(syscall(SYS_request_key, "user", "orch-probe", NULL, 0)); }
static bool key_control(void) { return beyond(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0)); }
static bool bpf_map(void) {
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0;
}
static bool fault_handler(void) { return beyond(syscall(SYS_userfaultfd, 0)); }
static bool ring(void) {
  char parameters[120] = {0};
  return beyond(syscall(SYS_io_uring_setup, 1, parameters));
}
static bool perf(void) {
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .exclude_kernel = 1};
  return beyond(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}
static bool kexec(void) { return beyond(syscall(SYS_kexec_load, 0, 0, NULL, ~0UL)); }
static bool module(void) { return beyond(syscall(SYS_init_module, NULL, 0, "")); }
static bool boot(void) { return beyond(syscall(SYS_reboot, 0, 0, 0, NULL)); }
static bool swap(void) { return beyond(syscall(SYS_swapon, NULL, 0)); }
static bool clock_set(void) { return beyond(syscall(SYS_settimeofday, NULL, NULL)); }
static bool clock_tune(void) {
  struct timex now = {.modes = 0};
  if (adjtimex(&now) < 0) return false;
  now.modes = ADJ_STATUS;
  return adjtimex(&now) >= 0;
}
static bool log_size(void) { return beyond(syscall(SYS_syslog, 10, NULL, 0)); }
static bool ports_all(void) { return beyond(iopl(3)); }
static bool ports_one(void) { return beyond(ioperm(0x80, 1, 1)); }
static bool quota(void) { return beyond(syscall(SYS_quotactl, 0x80000100U, NULL, 0, NULL)); }
static bool accounting(void) { return beyond(syscall(SYS_acct, "/nonexistent/file")); }
static bool name_set(void) {
  char name[65];
  return gethostname(name, sizeof name) == 0 && sethostname(name, strlen(name)) == 0;
}
// The number of getpid among those that begin at 2^30.
static bool x32(void) { return syscall(0x40000000 | SYS_getpid) > 0; }
static bool i386(void) {
  long result = 20;
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result > 0;
}
static bool vsock(void) { return beyond(socket(AF_VSOCK, SOCK_STREAM, 0)); }
static bool raw_socket(void) { return socket(AF_INET, SOCK_RAW, 1) >= 0; }
static bool packet_socket(void) { return socket(AF_PACKET, SOCK_RAW, 0) >= 0; }

// ---- cgroups

static bool cgroup_mounted(void) {
  char line[4096];
  FILE *list = fopen("/proc/self/mountinfo", "r");
  while (list != NULL && fgets(line, sizeof line, list) != NULL)
    if (strstr(line, " - cgroup") != NULL) return true;
  errno = ENODATA;
  return false;
}
static bool cgroup_named(void) {
  char line[4096];
  FILE *list = fopen("/proc/self/cgroup", "r");
  while (list != NULL && fgets(line, sizeof line, list) != NULL) {
    snprintf(detail, sizeof detail, "%.*s", (int)strcspn(line, "\n"), line);
    if (strstr(line, ":/\n") == NULL) return true;
  }
  errno = ENODATA;
  return false;
}
static bool cgroup_written(void) { return opens("/sys/fs/cgroup/memory/cgroup.procs", O_WRONLY) || opens("/sys/fs/cgroup/unified/cgroup.procs", O_WRONLY) || opens("/sys/fs/cgroup/devices/devices.allow", O_WRONLY); }

// ---- what a task has inherited

static const char *status(const char *field) {
  static char line[256];
  FILE *file = fopen("/proc/self/status", "r");
  size_t length = strlen(field);
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, field, length) == 0) {
      line[strcspn(line, "\n")] = '\0';
      snprintf(detail, sizeof detail, "%s", line + length + 2);
      errno = ENODATA;
      return line + length + 2;
    }
  return "";
}
static bool new_privileges(void) { return *status("NoNewPrivs") != '1'; }
static bool unfiltered(void) { return *status("Seccomp") != '2'; }
static bool more_bounding(void) { return strtoull(status("CapBnd"), NULL, 16) != caps; }
static bool more_permitted(void) { return (strtoull(status("CapPrm"), NULL, 16) & ~caps) != 0; }
static bool more_inherited(void) { return (strtoull(status("CapInh"), NULL, 16) & ~caps) != 0 || (strtoull(status("CapAmb"), NULL, 16) & ~caps) != 0; }
static bool more_groups(void) { return *status("Groups") != '\0' && strcmp(status("Groups"), " ") != 0; }
static bool wide_umask(void) { return strcmp(status("Umask"), "0022") != 0; }
static bool more_files(void) {
  DIR *list = opendir("/proc/self/fd");
  struct dirent *entry;
  while (list != NULL && (entry = readdir(list)) != NULL) {
    int file = atoi(entry->d_name);
    snprintf(detail, sizeof detail, "%d", file);
    if (file > 2 && file != dirfd(list)) return true;
  }
  errno = ENODATA;
  return false;
}
static bool directory_handle(void) {
  struct stat stat;
  for (int file = 0; file < 3; file += 1)
    if (fstat(file, &stat) == 0 && S_ISDIR(stat.st_mode)) return true;
  errno = ENODATA;
  return false;
}
static bool foreign_terminal(void) {
  struct stat own, stat;
  errno = ENODATA;
  return isatty(0) && (fstat(0, &stat) != 0 || lstat("/dev/pts", &own) != 0 || own.st_dev != stat.st_dev);
}
static bool outer_session(void) { return getsid(0) == 0; }

// ---- programs with the setuid bit

static bool becomes(const char *path) {
  int told[2], file = -1;
  char name[64];
  if (pipe(told) != 0) return false;
  if (fork() == 0) {
    dup2(told[1], 1);
    execl(path, path, "only=ids", (char *)NULL);
    _exit(1);
  }
  close(told[1]);
  file = told[0];
  ssize_t got = read(file, name, sizeof name - 1);
  if (got <= 0) return errno = ENODATA, false;
  name[got] = '\0';
  snprintf(detail, sizeof detail, "%.*s", (int)strcspn(name, "\n"), name);
  errno = ENODATA;
  return strncmp(name, "12345 ", 6) == 0 || strstr(name, " 12345\n") != NULL;
}
static bool setuid_alloc(void) { return becomes("/alloc/setuid"); }
static bool setuid_local(void) { return becomes("/local/setuid"); }
// Its own, as far as it may make one.
static bool setuid_tmp(void) {
  char piece[65536];
  ssize_t got;
  int from = open("/proc/self/exe", O_RDONLY), to = open("/tmp/setuid", O_WRONLY | O_CREAT | O_TRUNC, 0755);
  while ((got = read(from, piece, sizeof piece)) > 0)
    if (write(to, piece, (size_t)got) != got) return false;
  if (fchown(to, 12345, 12345) != 0 || fchmod(to, 06755) != 0) return false;
  close(to);
  return becomes("/tmp/setuid");
}

// ---- only when asked for by name

static bool changes_through(const char *path) {
  struct stat target;
  return stat(path, &target) == 0 && chmod(path, target.st_mode & 07777) == 0;
}
// Takes hold of the program of a launcher that comes into the task.
static bool launcher_program(void) {
  char path[300], name[256];
  for (;;) {
    DIR *list = opendir("/proc");
    struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
      if (entry->d_name[0] < '2' || entry->d_name[0] > '9' || atoi(entry->d_name) == getpid()) continue;
      snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
      ssize_t length = readlink(path, name, sizeof name - 1);
      name[length > 0 ? length : 0] = '\0';
      // A mount of one file has no other name for it; without that mount it is the host's path.
      if (strcmp(name, "/") != 0 && strstr(name, "orch-launch") == NULL) continue;
      int file = open(path, O_PATH | O_CLOEXEC);
      if (file < 0) continue;
      snprintf(detail, sizeof detail, "seen");
      snprintf(path, sizeof path, "/proc/self/fd/%d", file);
      // While the agent runs the file is busy for writing; its mode is not, and with the setuid bit it would be a way up.
      return opens(path, O_WRONLY) || changes_through(path);
    }
    closedir(list);
  }
}
static bool fork_bomb(void) {
  for (int count = 0; count < 2000; count += 1) {
    snprintf(detail, sizeof detail, "%d", count);
    pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) pause();
  }
  return true;
}
// Which one it is, not whether: only without the filter is there an answer.
static bool session_keyring(void) {
  snprintf(detail, sizeof detail, "%ld", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  return *detail != '-';
}
// As many bytes as it can get.
static bool fill_tmp(void) {
  int file = open("/tmp/filled", O_WRONLY | O_CREAT, 0600), other = open("/dev/shm/filled", O_WRONLY | O_CREAT, 0600);
  return fallocate(file, 0, 0, 33 << 20) == 0 && fallocate(other, 0, 0, 33 << 20) == 0;
}

// Tells the kernel that its arguments and its environment are 3 GiB long, and stays.
static bool endless_words(void) {
  char text[4096], *rest = NULL;
  unsigned long long fields[64] = {0};
  struct prctl_mm_map map = {0};
  size_t length = 3UL << 30;
  FILE *file = fopen("/proc/self/stat", "r");
  char *where = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (file == NULL || where == MAP_FAILED || fgets(text, sizeof text, file) == NULL) return false;
  int index = 3;
  for (char *word = strtok_r(strrchr(text, ')') + 1, " ", &rest); word != NULL && index < 64; word = strtok_r(NULL, " ", &rest)) fields[index++] = strtoull(word, NULL, 10);
  map.start_code = fields[26], map.end_code = fields[27], map.start_stack = fields[28];
  map.start_data = fields[45], map.end_data = fields[46], map.start_brk = fields[47], map.brk = (unsigned long)sbrk(0);
  map.arg_start = map.env_start = (unsigned long)where, map.arg_end = map.env_end = (unsigned long)where + length;
  map.exe_fd = (unsigned)-1;
  if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) != 0) return false;
  printf("set\n");
  for (;;) pause();
}

#define P(name) {#name, name},
static const struct {
  const char *name;
  bool (*gets_through)(void);
} probes[] = {
    P(chroot_by_handle) P(chroot_by_dots) P(dots) P(marker_seen) P(root_of_init) P(root_of_rooted) P(root_of_plain)
    P(cwd_of_init) P(files_of_init) P(exe_of_init) P(environ_of_init) P(memory_of_init) P(environ_of_rooted)
    P(environ_of_plain) P(cwd_of_plain) P(adjusts_outside) P(sees_outside) P(handle_open) P(shadow) P(home_of_root)
    P(run_directory) P(var_directory) P(sys_directory) P(foreign_names) P(private_files)
    P(change_usr) P(change_etc) P(change_dev) P(change_null) P(change_root) P(file_in_usr) P(file_in_etc)
    P(rename_mount_points) P(change_input) P(mount_with_setuid) P(mount_with_devices) P(unbounded_tmp) P(unbounded_shm)
    P(make_disk) P(make_loop) P(make_memory) P(make_kmsg) P(make_fuse) P(make_tun) P(open_disk) P(open_loop) P(open_memory)
    P(open_kmsg) P(make_zero) P(open_made_zero) P(open_zero)
    P(proc_writable) P(proc_net_writable) P(core_pattern) P(vm_settings) P(irq_affinity) P(sysrq) P(binfmt) P(kcore)
    P(keys) P(timers) P(slabs) P(allocations) P(pages) P(scheduler) P(interrupts) P(acpi) P(proc_kmsg)
    P(mount_tmpfs) P(mount_proc) P(mount_sysfs) P(mount_devices) P(mount_bind) P(mount_cgroup) P(mount_cgroup2)
    P(remount) P(unmask_kcore) P(unmask_sys) P(tree_open) P(tree_move) P(fs_open) P(fs_pick) P(mount_attributes) P(pivot)
    P(join_mounts) P(join_pids) P(join_network) P(join_cgroups) P(join_ipc) P(join_names) P(join_by_handle)
    P(own_mounts) P(own_pids) P(own_network) P(own_ipc) P(own_names) P(own_cgroups) P(own_users) P(clone_users)
    P(clone_mounts) P(clone_third)
    P(signal_init) P(signal_parent) P(signal_rooted) P(signal_plain) P(trace_init) P(trace_parent) P(trace_rooted)
    P(trace_plain) P(read_init) P(take_handle)
    P(key_add) P(key_request) P(key_control) P(bpf_map) P(fault_handler) P(ring) P(perf) P(kexec) P(module) P(boot)
    P(swap) P(clock_set) P(clock_tune) P(log_size) P(ports_all) P(ports_one) P(quota) P(accounting) P(name_set) P(x32)
    P(i386) P(vsock) P(raw_socket) P(packet_socket)
    P(cgroup_mounted) P(cgroup_named) P(cgroup_written)
    P(new_privileges) P(unfiltered) P(more_bounding) P(more_permitted) P(more_inherited) P(more_groups) P(wide_umask)
    P(more_files) P(directory_handle) P(foreign_terminal) P(outer_session)
    P(setuid_alloc) P(setuid_local) P(setuid_tmp)
    P(launcher_program) P(fork_bomb) P(session_keyring) P(fill_tmp)
};
enum { ON_REQUEST = 4, COUNT = sizeof probes / sizeof *probes };

static void try(size_t index) {
  int told[2];
  char line[1024];
  if (pipe2(told, O_CLOEXEC) != 0) _exit(3);
  pid_t child = fork();
  if (child == 0) {
    alarm(5);
    dup2(told[1], 1);
    close(told[0]);
    close(told[1]);
    bool is_open = probes[index].gets_through();
    const char *name = is_open ? "" : strerrorname_np(errno);
    dprintf(1, "\"open\":%s,\"errno\":\"%s\",\"detail\":\"%s\"", is_open ? "true" : "false", name ? name : "", detail);
    _exit(0);
  }
  close(told[1]);
  ssize_t got = read(told[0], line, sizeof line - 1);
  close(told[0]);
  int state = 0;
  waitpid(child, &state, 0);
  if (got > 0) line[got] = '\0';
  else snprintf(line, sizeof line, "\"open\":false,\"errno\":\"\",\"detail\":\"signal %d\"", WTERMSIG(state));
  printf("{\"probe\":\"%s\",%s}\n", probes[index].name, line);
}

int main(int count, char **words) {
  const char *only = NULL;
  unsigned major, minor;
  for (int index = 1; index < count; index += 1) {
    char *value = strchr(words[index], '=');
    if (value == NULL) return 2;
    *value++ = '\0';
    if (strcmp(words[index], "marker") == 0) marker = value;
    else if (strcmp(words[index], "rooted") == 0) rooted = atoi(value);
    else if (strcmp(words[index], "plain") == 0) plain = atoi(value);
    else if (strcmp(words[index], "caps") == 0) caps = strtoull(value, NULL, 16);
    else if (strcmp(words[index], "disk") == 0 && sscanf(value, "%u:%u", &major, &minor) == 2) disk = makedev(major, minor);
    else if (strcmp(words[index], "become") == 0) {
      if (setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) return perror("become"), 4;
    } else if (strcmp(words[index], "only") == 0) only = value;
    else return 2;
  }
  // Of the task's own first process.
  if (only != NULL && strcmp(only, "endless_words") == 0) return setvbuf(stdout, NULL, _IONBF, 0), endless_words();
  if (only != NULL && strcmp(only, "ids") == 0) return printf("%d %d\n", geteuid(), getegid()), 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  parent = getppid();
  for (size_t index = 0; index < COUNT; index += 1)
    if (only == NULL ? index < COUNT - ON_REQUEST : strcmp(only, probes[index].name) == 0) try(index);
  return 0;
}
