// A launch as the native launcher reads it: NUL-terminated words, a key and then as many values as the key has.

import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import { ExecutorError } from '../errors.ts';
import { CAPABILITIES } from '../isolation/capability-names.ts';
import type { IdRange } from '../isolation/denied-ids.ts';
import { DEFAULT_DEVICES, renderDeviceRule } from '../isolation/device-rules.ts';
import type { RootStep } from '../isolation/root-plan.ts';
import { changesUser, joinedGroups, type LaunchPlan, type LogPlan } from './launch-plan.ts';

type Words = readonly (string | number)[];

/** What only a launch's own groups need; the shell's form of a launch has them made before. */
export type LaunchGroups = CgroupPlan;

/** Pure. @throws ExecutorError `invalid` for a NUL byte or a capability the kernel does not have */
export function launchRequest(plan: LaunchPlan, groups: LaunchGroups, root: readonly RootStep[]): string {
  const { logs } = plan;
  const words: (string | number)[] = ['token', plan.token, 'dir', plan.dir, 'exit-file', plan.exitFile];
  words.push(...boundaryWords(plan));
  if (plan.chroot?.hostname !== undefined) words.push('hostname', plan.chroot.hostname);
  if (plan.chroot && plan.user.uid === 0) words.push('writable-root');
  if (logs) words.push(...logWords(logs));
  for (const { dir, writes } of groups.directories) {
    words.push('make-cgroup', dir);
    for (const { file, value, optional } of writes) words.push('limit', `${dir}/${file}`, value, optional ? 1 : 0);
  }
  if (groups.oomCounter) words.push('oom-counter', groups.oomCounter.file, groups.oomCounter.key);
  if (plan.devices?.kind === 'bpf') {
    words.push('device-group', plan.cgroups[0] ?? '');
    // The launcher has the program for these already.
    if (plan.devices.rules === DEFAULT_DEVICES) words.push('usual-devices');
    else for (const rule of plan.devices.rules) words.push('device', renderDeviceRule(rule));
  }
  for (const step of root) words.push(...rootWords(step));
  return requestText([...words, ...commandWords(plan.argv, plan.env)]);
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
  return requestText(words);
}

function logWords({ maxFiles, maxFileBytes, stdout, stderr, view }: LogPlan): Words {
  const files = ['stdout', stdout.base, stdout.number, 'stderr', stderr.base, stderr.number];
  const shown = view === undefined ? [] : ['view', view.root, view.path];
  return ['logs', maxFiles, maxFileBytes, ...files, ...shown];
}

/** Who a process is and what surrounds it: the same for a task's program and for commands run inside the task. */
export function boundaryWords(plan: Omit<LaunchPlan, 'env' | 'argv' | 'token'>): Words {
  const { chroot, user } = plan;
  const words: (string | number)[] = ['cwd', plan.cwd, 'oom-score', plan.oomScoreAdj];
  if (plan.networkNamespace !== undefined) words.push('network', plan.networkNamespace);
  if (chroot) {
    words.push('root', chroot.root);
    if (chroot.pidMode === 'private') words.push('own-pids');
    if (chroot.ipcMode === 'private') words.push('own-ipc');
    if (chroot.filtersCalls) words.push('seccomp');
    for (const name of chroot.capabilities) words.push('capability', capabilityNumber(name));
    words.push(...deniedWords(chroot));
  }
  if (plan.reach !== undefined) words.push('reach', plan.reach);
  if (changesUser(plan)) words.push('user', user.uid, user.gid);
  for (const group of user.groups) words.push('group', group);
  for (const dir of joinedGroups(plan)) words.push('cgroup', dir);
  return words;
}

/** Without a capability a task cannot change who it is: nothing in its root gives any, and it gains no privileges. */
function deniedWords({ capabilities, deniedIds }: NonNullable<LaunchPlan['chroot']>): Words {
  if (capabilities.length === 0 || deniedIds === undefined) return [];
  const words = (key: string, ranges: readonly IdRange[]) => ranges.flatMap(({ first, last }) => [key, first, last]);
  return [...words('denied-uid', deniedIds.uids), ...words('denied-gid', deniedIds.gids)];
}

export function commandWords(argv: readonly string[], env: Readonly<Record<string, string>>): Words {
  return [
    ...argv.flatMap((arg) => ['arg', arg]),
    ...Object.entries(env).flatMap(([name, value]) => ['env', `${name}=${value}`]),
  ];
}

/** @throws ExecutorError `invalid` for a NUL byte: it would begin another word */
export function requestText(words: Words): string {
  return words.map((word) => `${withoutNul(String(word))}\0`).join('');
}

function rootWords(step: RootStep): Words {
  if (step.kind === 'link') return ['link', step.target, step.path];
  if (step.kind === 'hide') return ['hide', step.path];
  const flags = `${step.readOnly ? 'r' : ''}${step.devices ? 'd' : ''}`;
  const { hostPath, beneath } = step;
  if (beneath === undefined) return ['bind', hostPath, step.path, flags];
  if (!hostPath.startsWith(`${beneath}/`))
    throw new ExecutorError('invalid', `the mount source ${hostPath} is not below ${beneath}`);
  return ['bind-beneath', beneath, hostPath.slice(beneath.length + 1), step.path, flags];
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
