/*
 * Says what the kernel answers to system calls, some of each kind, each in a process of its own: `<name> <errno>`, 0 for
 * none. Arguments are such that nothing happens where a call is let through.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(name, ...) {#name, SYS_##name, {__VA_ARGS__}}
static const struct {
  const char *name;
  long number;
  long arguments[6];
} calls[] = {
    CALL(getpid), CALL(clone, CLONE_NEWUSER | SIGCHLD), CALL(clone3), CALL(unshare, CLONE_NEWNS), CALL(setns, -1, 0),
    CALL(mount), CALL(umount2), CALL(move_mount, -1, 0, -1, 0, 0), CALL(fsopen), CALL(pivot_root), CALL(chroot),
    CALL(open_by_handle_at, -1, 0, 0), CALL(keyctl, 0, -1, 0), CALL(add_key), CALL(request_key), CALL(bpf, 5),
    CALL(userfaultfd, -1), CALL(io_uring_setup), CALL(io_uring_enter, -1), CALL(perf_event_open), CALL(init_module),
    CALL(finit_module, -1), CALL(delete_module), CALL(kexec_load, 1), CALL(reboot, 0), CALL(swapon), CALL(acct, 1),
    CALL(settimeofday, 1), CALL(clock_settime, 1), CALL(syslog, 3), CALL(ptrace, 16, 0), CALL(process_vm_readv, 0),
    CALL(kcmp, 0, 0, 9), CALL(pidfd_getfd, -1), CALL(personality, 0xffffffff), CALL(mbind, 0, 0, 99), CALL(quotactl),
    CALL(vhangup), CALL(fanotify_init, -1), CALL(sethostname, 0, -1), CALL(memfd_create), CALL(landlock_restrict_self, -1),
    CALL(name_to_handle_at, -1), CALL(mknodat, -1, 0, S_IFREG), CALL(setuid, -1), CALL(seccomp, -1),
#ifdef __x86_64__
    CALL(iopl, 4), CALL(ioperm, -1), CALL(uselib), CALL(_sysctl), CALL(modify_ldt, 99),
    {"personality-other", SYS_personality, {0x0400000}}, {"x32", 0x40000000 + 39, {0}},
#endif
    {"socket-inet", SYS_socket, {AF_INET, SOCK_STREAM, 99}}, {"socket-vsock", SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}},
    {"socket-alg", SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}}, {"fcntl", SYS_fcntl, {0, 1 /* F_GETFD */}},
    {"fcntl-lease", SYS_fcntl, {-1, 1024, 0}}, {"fcntl-lease-wide", SYS_fcntl, {-1, 1024 | 1L << 32, 0}},
    {"fcntl-delegation", SYS_fcntl, {-1, 1040, 0}},
    {"newer-than-all", 470, {0}}, {"newer-by-far", 1000, {0}},
};

int main(void) {
  for (size_t index = 0; index < sizeof calls / sizeof *calls; index += 1) {
    pid_t child = fork();
    if (child == 0) {
      const long *argument = calls[index].arguments;
      errno = 0;
      long got = syscall(calls[index].number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
      // The other side of a clone that was let through.
      if (calls[index].number == SYS_clone && got == 0) _exit(0);
      printf("%s %d\n", calls[index].name, got < 0 ? errno : 0);
      fflush(stdout);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) printf("%s signal-%d\n", calls[index].name, WTERMSIG(status));
  }
  return 0;
}
