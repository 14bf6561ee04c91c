// The shell source of a command inside a running task on the host, for machines without the native launcher.
import { randomBytes } from 'node:crypto';
import { joinedGroups } from '../launch/launch-plan.ts';
import { privilegeWords } from '../launch/launch-script.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import { quoteShell, quoteShellWords } from '../launch/shell-quote.ts';
import type { ExecRequestLike } from '../types.ts';
import { commandEnvironment, requireRunning } from './exec-command.ts';

/**
 * A command may close its terminal a moment before it ends. The library takes that for the end and hangs up, which kills
 * the command. So the shell stays, and with it the terminal; what is typed to end the command does not end the shell.
 */
const STAY = 'trap : INT QUIT\n';

/** For /bin/sh: joins the task's cgroups and namespaces and becomes the command. @throws ExecutorError `not-running` | `invalid` */
export function execSource(entry: LaunchEntry, request: ExecRequestLike): string {
  requireRunning(entry, request);
  const { plan, handle } = entry.record;
  const token = randomBytes(12).toString('hex');
  const pairs = Object.entries(commandEnvironment(entry, request)).map(([name, value]) => `${name}=${value}`);
  const become = ['env', '-i', '--default-signal=INT,QUIT', '-C', plan.cwd, ...pairs, ...request.command];
  const attach = joinedGroups(plan).map((dir) => `echo 0 > ${quoteShell(`${dir}/cgroup.procs`)} || exit 125`);
  const flags = [
    ...(plan.networkNamespace === undefined ? [] : ['--net']),
    ...(plan.reach === undefined ? [] : ['--mount']),
  ];
  const namespaces = flags.length === 0 ? [] : ['nsenter', '--target', String(handle.pid), ...flags, '--'];
  // Words of a process are there for everybody on the host to read, so the environment goes in by a descriptor.
  const read = ['env', '-C', '/', '/bin/sh', '-c', 'eval "$(cat <&3)"'];
  const enter = [...namespaces, ...privilegeWords(plan), ...read];
  return `${attach.join('\n')}
echo ${plan.oomScoreAdj} > /proc/self/oom_score_adj
${request.tty ? STAY : 'exec'} ${quoteShellWords(enter)} 3<<'${token}'
exec 3<&-; exec ${quoteShellWords(become)}
${token}
exit $?
`;
}
