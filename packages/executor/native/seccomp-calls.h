/*
 * What the default filter thinks of each system call, in the manner of Docker's: the list that containers have been run
 * under for ten years. A call that stands nowhere here is refused (EPERM), one newer than all of them is unknown
 * (ENOSYS), as an older kernel would say. docs/seccomp.md tells the same by kinds of call; a test compares both.
 */

#ifndef ORCH_SECCOMP_CALLS_H
#define ORCH_SECCOMP_CALLS_H

#include <asm/unistd.h>

// Newer than the headers this may be built with; from 424 on the numbers are the same everywhere.
enum {
  CALL_clone3 = 435,
  CALL_pidfd_getfd = 438,
  CALL_process_madvise = 440,
  CALL_mount_setattr = 442,
  CALL_quotactl_fd = 443,
  CALL_memfd_secret = 447,
  CALL_process_mrelease = 448,
  CALL_futex_waitv = 449,
  CALL_set_mempolicy_home_node = 450,
  CALL_cachestat = 451,
  CALL_fchmodat2 = 452,
  CALL_map_shadow_stack = 453,
  CALL_futex_wake = 454,
  CALL_futex_wait = 455,
  CALL_futex_requeue = 456,
  CALL_mseal = 462,
  CALL_setxattrat = 463,
  CALL_getxattrat = 464,
  CALL_listxattrat = 465,
  CALL_removexattrat = 466,
  // The newest call that was judged: file_setattr.
  LAST_CALL = 469
};

// clang-format off
#define N(name) __NR_##name,

static const short ALWAYS[] = {
  // files
  N(read) N(write) N(close) N(fstat) N(lseek) N(pread64) N(pwrite64) N(readv) N(writev) N(preadv) N(pwritev) N(preadv2)
  N(pwritev2) N(openat) N(openat2) N(close_range) N(statx) N(newfstatat) N(faccessat) N(faccessat2) N(fchmod)
  N(fchmodat) N(fchown) N(fchownat) N(mkdirat) N(mknodat) N(unlinkat) N(renameat2) N(linkat) N(symlinkat)
  N(readlinkat) N(utimensat) N(truncate) N(ftruncate) N(fallocate) N(fadvise64) N(readahead) N(sync) N(syncfs) N(fsync)
  N(fdatasync) N(sync_file_range) N(copy_file_range) N(sendfile) N(splice) N(tee) N(vmsplice) N(getdents64) N(getcwd)
  N(chdir) N(fchdir) N(umask) N(statfs) N(fstatfs) N(fcntl) N(flock) N(ioctl) N(dup) N(dup3) N(pipe2) N(ppoll)
  N(pselect6) N(setxattr) N(lsetxattr) N(fsetxattr) N(getxattr) N(lgetxattr) N(fgetxattr) N(listxattr) N(llistxattr)
  N(flistxattr) N(removexattr) N(lremovexattr) N(fremovexattr) N(name_to_handle_at) N(inotify_init1)
  N(inotify_add_watch) N(inotify_rm_watch) N(fanotify_mark) N(epoll_create1) N(epoll_ctl) N(epoll_pwait)
  N(epoll_pwait2) N(eventfd2) N(signalfd4) N(timerfd_create) N(timerfd_settime) N(timerfd_gettime) N(memfd_create)
  N(io_setup) N(io_destroy) N(io_submit) N(io_cancel) N(io_getevents) N(io_pgetevents)
  CALL_cachestat, CALL_fchmodat2, CALL_setxattrat, CALL_getxattrat, CALL_listxattrat, CALL_removexattrat, CALL_memfd_secret,
  N(landlock_create_ruleset) N(landlock_add_rule) N(landlock_restrict_self)
  // memory
  N(mmap) N(mprotect) N(munmap) N(brk) N(mremap) N(msync) N(mincore) N(madvise) N(mlock) N(mlock2) N(munlock) N(mlockall)
  N(munlockall) N(remap_file_pages) N(membarrier) N(pkey_alloc) N(pkey_free) N(pkey_mprotect)
  CALL_mseal, CALL_map_shadow_stack, CALL_process_mrelease,
  // processes, users and limits; the kernel asks for the capability itself where one is needed
  N(execve) N(execveat) N(exit) N(exit_group) N(wait4) N(waitid) N(getpid) N(getppid) N(gettid) N(getpgid) N(setpgid)
  N(getsid) N(setsid) N(getuid) N(geteuid) N(getgid) N(getegid) N(setuid) N(setgid) N(setreuid) N(setregid)
  N(getresuid) N(setresuid) N(getresgid) N(setresgid) N(setfsuid) N(setfsgid) N(getgroups) N(setgroups) N(capget)
  N(capset) N(prctl) N(seccomp) N(ptrace) N(process_vm_readv) N(process_vm_writev) N(getpriority) N(setpriority)
  N(ioprio_get) N(ioprio_set) N(getrlimit) N(setrlimit) N(prlimit64) N(getrusage) N(times) N(uname) N(sysinfo) N(getcpu)
  N(getrandom) N(set_tid_address) N(set_robust_list) N(get_robust_list) N(rseq) N(sched_yield) N(sched_getparam)
  N(sched_setparam) N(sched_getscheduler) N(sched_setscheduler) N(sched_get_priority_max) N(sched_get_priority_min)
  N(sched_rr_get_interval) N(sched_getaffinity) N(sched_setaffinity) N(sched_getattr) N(sched_setattr) N(futex)
  N(pidfd_open) N(pidfd_send_signal)
  CALL_futex_waitv, CALL_futex_wake, CALL_futex_wait, CALL_futex_requeue,
  // signals and time
  N(kill) N(tkill) N(tgkill) N(rt_sigaction) N(rt_sigprocmask) N(rt_sigpending) N(rt_sigtimedwait) N(rt_sigqueueinfo)
  N(rt_tgsigqueueinfo) N(rt_sigsuspend) N(rt_sigreturn) N(sigaltstack) N(restart_syscall) N(nanosleep)
  N(clock_nanosleep) N(clock_gettime) N(clock_getres) N(clock_adjtime) N(gettimeofday) N(adjtimex) N(getitimer)
  N(setitimer) N(timer_create) N(timer_settime) N(timer_gettime) N(timer_getoverrun) N(timer_delete)
  // sockets and IPC
  N(socketpair) N(bind) N(listen) N(accept) N(accept4) N(connect) N(getsockname) N(getpeername) N(sendto) N(recvfrom)
  N(sendmsg) N(recvmsg) N(sendmmsg) N(recvmmsg) N(shutdown) N(setsockopt) N(getsockopt) N(semget) N(semop)
  N(semtimedop) N(semctl) N(shmget) N(shmat) N(shmdt) N(shmctl) N(msgget) N(msgsnd) N(msgrcv) N(msgctl) N(mq_open)
  N(mq_unlink) N(mq_timedsend) N(mq_timedreceive) N(mq_notify) N(mq_getsetattr)
#ifdef __x86_64__
  // the older forms that only this architecture has
  N(open) N(creat) N(stat) N(lstat) N(access) N(chmod) N(chown) N(lchown) N(mkdir) N(mknod) N(rmdir) N(unlink)
  N(rename) N(renameat) N(link) N(symlink) N(readlink) N(utime) N(utimes) N(futimesat) N(getdents) N(dup2) N(pipe)
  N(poll) N(select) N(epoll_create) N(epoll_wait) N(epoll_ctl_old) N(epoll_wait_old) N(eventfd) N(signalfd)
  N(inotify_init) N(fork) N(vfork) N(getpgrp) N(alarm) N(pause) N(time) N(arch_prctl) N(modify_ldt) N(get_thread_area)
  N(set_thread_area)
#endif
#ifdef __aarch64__
  N(renameat)
#endif
};

// Only with the capability: the kernel would refuse most of them without it, and what it would not is not for tasks.
static const struct gated { short call; unsigned char capability; } GATED[] = {
#define G(name, capability) {__NR_##name, capability},
  G(chroot, CAP_SYS_CHROOT) G(reboot, CAP_SYS_BOOT) G(acct, CAP_SYS_PACCT) G(vhangup, CAP_SYS_TTY_CONFIG)
  G(init_module, CAP_SYS_MODULE) G(finit_module, CAP_SYS_MODULE) G(delete_module, CAP_SYS_MODULE)
  G(kcmp, CAP_SYS_PTRACE) {CALL_pidfd_getfd, CAP_SYS_PTRACE}, {CALL_process_madvise, CAP_SYS_PTRACE},
  G(settimeofday, CAP_SYS_TIME) G(clock_settime, CAP_SYS_TIME)
  G(get_mempolicy, CAP_SYS_NICE) G(set_mempolicy, CAP_SYS_NICE) G(mbind, CAP_SYS_NICE)
  {CALL_set_mempolicy_home_node, CAP_SYS_NICE},
  G(syslog, CAP_SYSLOG) G(bpf, CAP_BPF) G(perf_event_open, CAP_PERFMON)
  G(mount, CAP_SYS_ADMIN) G(umount2, CAP_SYS_ADMIN) G(pivot_root, CAP_SYS_ADMIN) {CALL_mount_setattr, CAP_SYS_ADMIN},
  G(move_mount, CAP_SYS_ADMIN) G(open_tree, CAP_SYS_ADMIN) G(fsopen, CAP_SYS_ADMIN) G(fsconfig, CAP_SYS_ADMIN)
  G(fsmount, CAP_SYS_ADMIN) G(fspick, CAP_SYS_ADMIN) G(unshare, CAP_SYS_ADMIN) G(setns, CAP_SYS_ADMIN)
  G(sethostname, CAP_SYS_ADMIN) G(setdomainname, CAP_SYS_ADMIN) G(quotactl, CAP_SYS_ADMIN)
  {CALL_quotactl_fd, CAP_SYS_ADMIN}, G(fanotify_init, CAP_SYS_ADMIN) G(lookup_dcookie, CAP_SYS_ADMIN)
  G(bpf, CAP_SYS_ADMIN) G(perf_event_open, CAP_SYS_ADMIN) G(syslog, CAP_SYS_ADMIN)
#ifdef __x86_64__
  G(iopl, CAP_SYS_RAWIO) G(ioperm, CAP_SYS_RAWIO)
#endif
#undef G
};
// clang-format on
#undef N

#endif
