// The native launcher's ways to be run. Each is a mode of its own, named by the first argument.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"
#include "orch-launch.h"

extern char **environ;

static const char GUARDED[] = "orch-launch (read-only)";

/*
 * Runs this program again from a read-only mount of itself. A task that runs as root could else write to the program on
 * the host: by a script whose interpreter is /proc/self/exe it runs the launcher as its own, and /proc/<pid>/exe is then
 * the host's file. Returns where the kernel or the system around it does not let it.
 */
static void guard_program(char **arguments) {
  if (strcmp(arguments[0], GUARDED) == 0) return;
  int copy = clone_mount(AT_FDCWD, "/proc/self/exe", 0);
  if (copy < 0) return;
  if (set_mount(copy, SET_RDONLY, 0)) {
    arguments[0] = (char *)GUARDED;
    syscall(SYS_execveat, copy, "", arguments, environ, AT_EMPTY_PATH);
  }
  close(copy);
}

int main(int count, char **arguments) {
  if (count < 2) {
    dprintf(2, "orch-launch is run by orch; it has no use of its own\n");
    return 64;
  }
  run_mode(count - 1, arguments + 1);
  guard_program(arguments);
  default_signals();
  const char *mode = arguments[1];
  if (strcmp(mode, "serve") == 0) return serve_launches(arguments + 2);
  if (strcmp(mode, "enter") == 0 && count == 3) enter_task(arguments[2]);
  dprintf(2, "orch-launch: unknown mode \"%s\"\n", mode);
  return 64;
}
