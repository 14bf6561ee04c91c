// The command line that enters a running task: its namespaces, root, user and environment.
import { readFileSync } from 'node:fs';
import { ExecutorError } from './errors.ts';
import { privilegeWords } from './launch-script.ts';
import type { LaunchEntry } from './launch-table.ts';
import { isAlive } from './process-identity.ts';
import { quoteShell, quoteShellWords } from './shell-quote.ts';
import type { ExecRequestLike } from './types.ts';

/** Shell source that joins the task's cgroups and becomes the command. @throws ExecutorError `not-running` | `invalid` */
export function execSource(entry: LaunchEntry, request: ExecRequestLike): string {
  const { plan, handle } = entry.record;
  if (entry.exit !== undefined || !isAlive(handle)) throw new ExecutorError('not-running', `${handle.id} has ended`);
  const [program = ''] = request.command;
  if (program === '' || program.includes('='))
    throw new ExecutorError('invalid', 'the command to run is empty or holds "="');
  const env = { ...taskEnvironment(handle.pid), ...request.env };
  const words = [
    ...enterWords(plan, handle.pid),
    ...privilegeWords(plan),
    'env',
    '-i',
    '--default-signal=INT,QUIT',
    '-C',
    plan.cwd,
  ];
  for (const [name, value] of Object.entries(env)) words.push(`${name}=${value}`);
  const attach = handle.cgroups.map((dir) => `echo 0 > ${quoteShell(`${dir}/cgroup.procs`)} || exit 125`);
  const score = `echo ${plan.oomScoreAdj} > /proc/self/oom_score_adj`;
  return `${attach.join('\n')}\n${score}\nexec ${quoteShellWords([...words, ...request.command])}`;
}

function enterWords(plan: LaunchEntry['record']['plan'], pid: number): string[] {
  const flags: string[] = [];
  if (plan.networkNamespace !== undefined) flags.push('--net');
  if (plan.chroot) {
    flags.push('--mount', '--uts', '--root');
    if (plan.chroot.pidMode === 'private') flags.push('--pid');
    if (plan.chroot.ipcMode === 'private') flags.push('--ipc');
  }
  return flags.length === 0 ? [] : ['nsenter', '--target', String(pid), ...flags, '--'];
}

/** The environment the task was started with, from the kernel: it is kept nowhere on disk for this. */
function taskEnvironment(pid: number): Record<string, string> {
  const env: Record<string, string> = {};
  for (const pair of readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')) {
    const split = pair.indexOf('=');
    if (split > 0) env[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return env;
}
