// The command line that enters a running task: its namespaces, root, user and environment.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';
import { privilegeWords } from '../launch/launch-script.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import { SYSTEM_PATH } from '../launch/launcher.ts';
import { isAlive } from '../launch/process-identity.ts';
import { quoteShell, quoteShellWords } from '../launch/shell-quote.ts';
import type { ExecRequestLike } from '../types.ts';

/** A part of every Debian. Roots hold the host's /usr. Where it is missing, a terminal works but has no name. */
const TERMINAL_MAKER = '/usr/bin/script';

/**
 * A command may close its terminal a moment before it ends. The library takes that for the end and hangs up, which kills
 * the command. So the shell stays, and with it the terminal; what is typed to end the command does not end the shell.
 */
const STAY = 'trap : INT QUIT\n';

export interface ExecSource {
  /** For /bin/sh. */
  readonly text: string;
  /** Printed when the command's own terminal is ready; input sent before would get lost. Absent = ready at once. */
  readonly ready?: string;
}

/** Shell source that joins the task's cgroups and becomes the command. @throws ExecutorError `not-running` | `invalid` */
export function execSource(entry: LaunchEntry, request: ExecRequestLike): ExecSource {
  const { plan, handle } = entry.record;
  if (entry.exit !== undefined || !isAlive(handle)) throw new ExecutorError('not-running', `${handle.id} has ended`);
  const [program = ''] = request.command;
  if (program === '' || program.includes('='))
    throw new ExecutorError('invalid', 'the command to run is empty or holds "="');
  const token = randomBytes(12).toString('hex');
  // Without PATH a program is looked for in fewer places than the task's own program was.
  const env = { PATH: SYSTEM_PATH, ...taskEnvironment(handle.pid), ...request.env };
  const ready = request.tty && plan.chroot && existsSync(TERMINAL_MAKER) ? `\u001b]orch;${token}\u0007` : undefined;
  const become = ready === undefined ? plainWords(plan, env, request) : terminalWords(plan, env, request, ready);
  const attach = handle.cgroups.map((dir) => `echo 0 > ${quoteShell(`${dir}/cgroup.procs`)} || exit 125`);
  // What enters the pid namespace stays as the command's parent, its words there for everybody on the host to read, so the
  // environment goes in by a descriptor.
  const read = ['env', '-C', '/', '/bin/sh', '-c', 'eval "$(cat <&3)"'];
  const enter = [...enterWords(plan, handle.pid), ...privilegeWords(plan), ...read];
  const text = `${attach.join('\n')}
echo ${plan.oomScoreAdj} > /proc/self/oom_score_adj
${request.tty ? STAY : 'exec'} ${quoteShellWords(enter)} 3<<'${token}'
exec 3<&-; exec ${quoteShellWords(become)}
${token}
exit $?
`;
  return ready === undefined ? { text } : { text, ready };
}

type Plan = LaunchEntry['record']['plan'];
type Environment = Readonly<Record<string, string>>;

function plainWords(plan: Plan, env: Environment, request: ExecRequestLike): string[] {
  return ['env', '-i', '--default-signal=INT,QUIT', '-C', plan.cwd, ...pairs(env), ...request.command];
}

/**
 * The host's terminal has no name inside the root, and its session none in the task's pid namespace: `tty` would find
 * nothing and a shell could not manage its jobs. So the command gets a terminal of the task's own /dev/pts, joined to
 * the host's by `script`, which is without privileges by then and passes sizes, signals and the exit code on.
 */
function terminalWords(plan: Plan, env: Environment, request: ExecRequestLike, ready: string): string[] {
  const shell = env['SHELL'] === undefined ? ['-u', 'SHELL'] : [`SHELL=${env['SHELL']}`];
  const command = ['env', '--default-signal=INT,QUIT', '-C', plan.cwd, ...shell, ...request.command];
  const source = `printf %s ${quoteShell(ready)}; exec ${quoteShellWords(command)}`;
  const own = { ...env, SHELL: '/bin/sh' };
  const maker = [TERMINAL_MAKER, '--quiet', '--return', '--flush', '--command', source, '/dev/null'];
  return ['env', '-i', ...pairs(own), ...maker];
}

function pairs(env: Environment): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function enterWords(plan: Plan, pid: number): string[] {
  const flags: string[] = [];
  if (plan.networkNamespace !== undefined) flags.push('--net');
  if (plan.reach !== undefined) flags.push('--mount');
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
