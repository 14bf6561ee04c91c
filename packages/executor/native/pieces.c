// Which pieces of the isolation this kernel has: told once, when the launcher starts.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "orch-launch.h"

static bool has_filter(void) {
  unsigned action = SECCOMP_RET_KILL_PROCESS;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool has_device_programs(const struct device_rule *usual, size_t count) {
  int program = load_device_program(usual, count);
  if (program < 0) return false;
  bool is_kept = dup3(program, USUAL_DEVICES, O_CLOEXEC) >= 0;
  close(program);
  return is_kept;
}

static bool has_mount_handles(void) {
  int mount = clone_mount(AT_FDCWD, "/", 0);
  bool works = mount >= 0 && set_mount(mount, SET_NOSUID | SET_NODEV, 0);
  if (mount >= 0) close(mount);
  return works && keep_empty_root();
}

// Asks for the thread's keyring, without making one: it has none, which is another error.
static bool has_keyrings(void) {
  return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0) >= 0 || (errno != ENOSYS && errno != EPERM);
}

const char *isolation_pieces(const struct device_rule *usual, size_t count) {
  static char list[128];
  snprintf(list, sizeof list, "%s%s%s%s%s", has_mount_handles() ? "root " : "", has_filter() ? "seccomp " : "",
           has_device_programs(usual, count) ? "device-program " : "", has_keyrings() ? "keyring " : "",
           access("/proc/self/ns/cgroup", F_OK) == 0 ? "cgroup-namespace" : "");
  return list;
}
