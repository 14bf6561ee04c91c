// A launch as the native launcher reads it: NUL-terminated words, a key and then as many values as the key has.

import { ExecutorError } from '../errors.ts';
import type { MountStep } from '../isolation/chroot-root.ts';
import type { LaunchPlan, LogPlan } from './launch-plan.ts';
import { changesUser } from './launch-script.ts';

/** Flags of mount(2), from linux/mount.h. */
const FLAGS: Readonly<Record<string, number>> = { ro: 1, nosuid: 2, nodev: 4, noexec: 8 };
const REMOUNT = 32;
const BIND = 4_096;
const RECURSIVE = 16_384;

/** Bit numbers of linux/capability.h, in order. */
const CAPABILITIES = `chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
  net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct
  sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap
  mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore`.split(/\s+/);

/** Pure. @throws ExecutorError `invalid` for a NUL byte or a capability the kernel does not have */
export function launchRequest(plan: LaunchPlan, mounts: readonly MountStep[]): string {
  const { chroot, logs, user } = plan;
  const words: (string | number)[] = [
    'token',
    plan.token,
    'dir',
    plan.dir,
    'exit-file',
    plan.exitFile,
    'cwd',
    plan.cwd,
  ];
  words.push('oom-score', plan.oomScoreAdj);
  if (plan.networkNamespace !== undefined) words.push('network', plan.networkNamespace);
  if (chroot) {
    words.push('root', chroot.root);
    if (chroot.hostname !== undefined) words.push('hostname', chroot.hostname);
    if (chroot.pidMode === 'private') words.push('own-pids');
    if (chroot.ipcMode === 'private') words.push('own-ipc');
    for (const name of chroot.capabilities) words.push('capability', capabilityNumber(name));
  }
  if (plan.reach !== undefined) words.push('reach', plan.reach);
  if (changesUser(plan)) words.push('user', user.uid, user.gid);
  for (const group of user.groups) words.push('group', group);
  if (logs) words.push(...logWords(logs));
  for (const step of mounts) words.push('mount', step.source, step.target, step.type, ...mountWords(step));
  for (const dir of plan.cgroups) words.push('cgroup', dir);
  for (const arg of plan.argv) words.push('arg', arg);
  for (const [name, value] of Object.entries(plan.env)) words.push('env', `${name}=${value}`);
  return nulTerminated(words);
}

/** What the native launcher needs to go on with the streams of a launch whose copier was killed. */
export interface SuccessorRequest {
  readonly token: string;
  readonly dir: string;
  readonly exitFile: string;
  readonly logs: LogPlan | undefined;
  readonly streams: readonly ('stdout' | 'stderr')[];
  /** Processes that still read a pipe of them: a dead copier's own. */
  readonly readers: readonly number[];
}

/** Pure. @throws ExecutorError `invalid` for a NUL byte */
export function successorRequest(request: SuccessorRequest): string {
  const words: (string | number)[] = ['token', request.token, 'dir', request.dir, 'exit-file', request.exitFile];
  for (const stream of request.streams) words.push(`carry-${stream}`);
  for (const pid of request.readers) words.push('reader', pid);
  if (request.logs) words.push(...logWords(request.logs));
  return nulTerminated(words);
}

function logWords({ maxFiles, maxFileBytes, stdout, stderr, view }: LogPlan): readonly (string | number)[] {
  const files = ['stdout', stdout.base, stdout.number, 'stderr', stderr.base, stderr.number];
  const shown = view === undefined ? [] : ['view', view.root, view.path];
  return ['logs', maxFiles, maxFileBytes, ...files, ...shown];
}

function nulTerminated(words: readonly (string | number)[]): string {
  return words.map((word) => `${withoutNul(String(word))}\0`).join('');
}

/** Flags of the mount, flags of a second mount that a bind needs for its own, and what the file system is told. */
function mountWords({ options }: MountStep): readonly [flags: number, again: number, data: string] {
  const flags = options.reduce((sum, word) => sum | (FLAGS[word] ?? 0), 0);
  if (options.includes('rbind')) return [BIND | RECURSIVE, 0, ''];
  if (options.includes('bind')) return [BIND, BIND | REMOUNT | flags, ''];
  return [flags, 0, options.filter((word) => FLAGS[word] === undefined).join(',')];
}

function capabilityNumber(name: string): number {
  const number = CAPABILITIES.indexOf(name.toLowerCase().replace(/^cap_/, ''));
  if (number < 0) throw new ExecutorError('invalid', `"${name}" is not a capability`);
  return number;
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new ExecutorError('invalid', 'a command, variable or path contains a NUL byte');
  return text;
}
