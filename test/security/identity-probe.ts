// A program that tries every way to another identity and says which ones the kernel let it go.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `probe UID GID`: one line for each call, `<call> <ok or errno>`. Each is made in a process of its own, so that one that
 * succeeds does not change what the next one may do.
 */
const source = String.raw`
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned uid, gid;

static long compat(long number, long first, long second, long third) {
#if defined(__x86_64__)
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory", "r8", "r9", "r10", "r11");
  if (result < 0 && result > -4096) { errno = (int)-result; return -1; }
  return result;
#else
  (void)number, (void)first, (void)second, (void)third;
  errno = ENOSYS;
  return -1;
#endif
}

static long x32(long number, long first) { return syscall(0x40000000 | number, first); }

// What setfsuid answers is the old id, so it is asked again.
static long filesystem(long number, unsigned id) {
  syscall(number, id);
  if ((unsigned)syscall(number, -1) == id) return 0;
  errno = EPERM;
  return -1;
}

// In a user namespace of one's own a parent that has setuid maps any id of the host, and 0 need not be called 0 there.
static long mapped(long made_by) {
  int go[2], made[2];
  char one = 0, path[64], line[64];
  if (pipe(go) != 0 || pipe(made) != 0) return -1;
  pid_t child = made_by == SYS_clone ? (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) : fork();
  if (child < 0) return -1;
  if (child == 0) {
    if (made_by == SYS_unshare && unshare(CLONE_NEWUSER) != 0) _exit(errno);
    if (write(made[1], &one, 1) != 1 || read(go[0], &one, 1) != 1) _exit(EIO);
    _exit(setresuid(1000, 1000, 1000) == 0 ? 0 : errno);
  }
  close(made[1]);
  if (read(made[0], &one, 1) == 1) {
    snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    snprintf(line, sizeof line, "1000 %u 1\n", uid);
    int map = open(path, O_WRONLY);
    if (map < 0 || write(map, line, strlen(line)) < 0) { errno = EPERM; kill(child, SIGKILL); waitpid(child, NULL, 0); return -1; }
    if (write(go[1], &one, 1) != 1) return -1;
  }
  int status;
  waitpid(child, &status, 0);
  errno = WEXITSTATUS(status);
  return errno == 0 ? 0 : -1;
}

static void say(const char *name, long result) { printf("%s %s\n", name, result == 0 ? "ok" : strerrorname_np(errno)); fflush(stdout); }
#define TRY(name, call) do { fflush(stdout); if (fork() == 0) { errno = 0; say(name, call); _exit(0); } wait(NULL); } while (0)

int main(int count, char **words) {
  if (count < 3) return 2;
  uid = (unsigned)strtoul(words[1], NULL, 10);
  gid = (unsigned)strtoul(words[2], NULL, 10);
  gid_t groups[] = {gid};
  // The raw calls: a C library would call the kernel once for each thread.
  TRY("setuid", syscall(SYS_setuid, uid));
  TRY("setuid-high-bits", syscall(SYS_setuid, 0x100000000L | uid));
  TRY("setreuid-real", syscall(SYS_setreuid, uid, -1));
  TRY("setreuid-effective", syscall(SYS_setreuid, -1, uid));
  TRY("setresuid-real", syscall(SYS_setresuid, uid, -1, -1));
  TRY("setresuid-effective", syscall(SYS_setresuid, -1, uid, -1));
  TRY("setresuid-saved", syscall(SYS_setresuid, -1, -1, uid));
  TRY("setfsuid", filesystem(SYS_setfsuid, uid));
  TRY("setgid", syscall(SYS_setgid, gid));
  TRY("setregid-real", syscall(SYS_setregid, gid, -1));
  TRY("setregid-effective", syscall(SYS_setregid, -1, gid));
  TRY("setresgid-real", syscall(SYS_setresgid, gid, -1, -1));
  TRY("setresgid-effective", syscall(SYS_setresgid, -1, gid, -1));
  TRY("setresgid-saved", syscall(SYS_setresgid, -1, -1, gid));
  TRY("setfsgid", filesystem(SYS_setfsgid, gid));
  TRY("setgroups", setgroups(1, groups));
  TRY("setgroups-none", setgroups(0, NULL));
  TRY("map-unshare", mapped(SYS_unshare));
  TRY("map-clone", mapped(SYS_clone));
  TRY("i386-setuid", compat(213, uid, 0, 0));
  TRY("i386-setuid16", compat(23, uid & 0xffff, 0, 0));
  TRY("i386-setresuid", compat(208, uid, uid, uid));
  TRY("i386-setgid", compat(214, gid, 0, 0));
  TRY("i386-setgid16", compat(46, gid & 0xffff, 0, 0));
  TRY("i386-setresgid", compat(210, gid, gid, gid));
  TRY("i386-unshare", compat(310, CLONE_NEWUSER, 0, 0));
  TRY("x32-setuid", x32(SYS_setuid, uid));
  TRY("x32-setgid", x32(SYS_setgid, gid));
  return 0;
}
`;

export interface IdentityProbe {
  /** A static program. */
  readonly path: string;
  remove(): void;
}

export function buildIdentityProbe(): IdentityProbe {
  const work = mkdtempSync(join(tmpdir(), 'orch-identity-'));
  writeFileSync(join(work, 'probe.c'), source);
  execFileSync('cc', ['-O1', '-static', '-o', join(work, 'probe'), join(work, 'probe.c')]);
  return { path: join(work, 'probe'), remove: () => rmSync(work, { recursive: true, force: true }) };
}

/** The calls of a probe's output that the kernel let through, and those it refused with what. */
export function readProbe(output: string): {
  readonly ok: readonly string[];
  readonly refused: Readonly<Record<string, string>>;
} {
  const rows = output
    .split('\n')
    .map((line) => /^([a-z0-9-]+) (ok|E[A-Z0-9]+|0)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, call = '', result = '']) => [call, result] as const);
  return {
    ok: rows.filter(([, result]) => result === 'ok').map(([call]) => call),
    refused: Object.fromEntries(rows.filter(([, result]) => result !== 'ok')),
  };
}
