// The shell source of one launch on the host, for machines without the native launcher. Pure: the same plan gives the same
// script. It isolates nothing: a shell cannot give a task a boundary that holds.
import { dirname } from 'node:path';
import { copierFunction, copyCall } from './copier-script.ts';
import { changesUser, joinedGroups, type LaunchPlan } from './launch-plan.ts';
import { quoteShell, quoteShellWords } from './shell-quote.ts';

/** Ten-odd fields of /proc/self/stat; in every namespace /proc is still the host's, so the pid is the host's. */
const READ_STAT =
  'read -r pid f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 ticks f23 < /proc/self/stat';

/**
 * One file for both halves of a launch: without an argument the half outside of the task's namespaces, with one (the
 * identities of the copiers) the half inside.
 *
 * The outer half is sourced by a process the launcher forked. It becomes the copier of stdout, which also writes the exit record: it
 * sees the end of the pipe exactly when the last process of the task is gone and everything was written.
 *
 *     launcher ─ copier(stdout) ┬ head
 *                               ├ copier(stderr) ─ head
 *                               └ (unshare, gone at once) ─ init ─ the task
 */
export function launchScript(plan: LaunchPlan, head: string): string {
  const out = quoteShell(`${plan.dir}/out`);
  const err = quoteShell(`${plan.dir}/err`);
  const fifos = plan.logs ? `exec 3<>${out} 4<>${err} 5<${out}` : `exec 3<>${out} 5<${out}`;
  const second = plan.logs
    ? `( exec 5<${err} 3>&- 4>&- 9>&-; ${copyCall(`${plan.dir}/err`, plan.logs.stderr)} ) & c2=$!`
    : 'c2=0';
  return `if [ -z "$1" ]; then
${plan.logs ? copierFunction(plan.logs, head) : ''}
${READ_STAT}
${fifos} || exit 1
${second}
( ${enterNamespaces(plan)} ) 5<&- || echo ${quoteShell(`F ${plan.token} namespaces`)} >&9
exec 3>&- 4>&- 9>&-
${plan.logs ? copyCall(`${plan.dir}/out`, plan.logs.stdout) : 'cat <&5 >/dev/null'}
${plan.logs ? 'wait' : ''}
${publishExit(plan)}
exit 0
fi
${innerScript(plan)}`;
}

/** Copies the private exit status into the watched directory, over bytes that are there already: a full disk cannot lose it. */
export function publishExit(plan: Pick<LaunchPlan, 'dir' | 'exitFile'>): string {
  return `read -r exit < ${quoteShell(`${plan.dir}/exit`)}
case $exit in exit*) ;; *) exit='exit unknown' ;; esac
echo "$exit" 1<>${quoteShell(plan.exitFile)}`;
}

function enterNamespaces(plan: LaunchPlan): string {
  const inner = quoteShell(`${plan.dir}/start.sh`);
  const supervisors = '"$pid $ticks $c2"';
  const words: string[] = [];
  if (plan.networkNamespace === 'none') words.push('unshare', '--net', '--');
  else if (plan.networkNamespace !== undefined) words.push('nsenter', `--net=${plan.networkNamespace}`, '--');
  if (plan.reach !== undefined) words.push('unshare', '--mount', '--propagation', 'slave', '--');
  if (words.length === 0) return `set -- ${supervisors}; . ${inner}`;
  return `exec ${quoteShellWords(words)} /bin/sh ${inner} ${supervisors} 2>${quoteShell(`${plan.dir}/trace`)}`;
}

/**
 * Run inside the namespaces. Its first fork is the task's init: it starts the task, forwards signals, reaps orphans and
 * keeps the exit status. It stays outside the task's cgroup, so that neither a memory limit nor a kill of the group takes
 * it before it has told how the task ended. Until then it holds the pipes open: their end tells the copier that the
 * status is written.
 */
function innerScript(plan: LaunchPlan): string {
  const steps = [
    ...(plan.networkNamespace === 'none' ? ['ip link set lo up || fail loopback'] : []),
    ...(plan.reach === undefined ? [] : [reachSource(plan.reach, plan.dir)]),
  ].join('\n');
  const attach = joinedGroups(plan).map((dir) => `echo 0 > ${quoteShell(`${dir}/cgroup.procs`)} || fail cgroup`);
  const kill = plan.cgroups[0] === undefined ? [] : [killGroup(plan.cgroups[0])];
  return `supervisors=$1
fail() { echo "F ${plan.token} $1" >&9; exit 125; }
( exec 2>${quoteShell(`${plan.dir}/trace`)}
${steps}
(
${attach.join('\n')}
echo ${plan.oomScoreAdj} > /proc/self/oom_score_adj || fail oom_score_adj
${READ_STAT}
echo "S ${plan.token} $pid $ticks $supervisors" >&9
exec ${plan.logs ? '2>&4' : '2>&3'} 1>&3 3>&- 4>&- 9>&-
exec ${quoteShellWords(taskWords(plan))}
) & task=$!
exec 9>&-
for s in TERM HUP USR1 USR2; do trap "kill -$s $task" $s; done
while wait $task; code=$?; kill -0 $task 2>/dev/null; do :; done
echo "exit $code" 1<>${quoteShell(`${plan.dir}/exit`)}
${kill.join('\n')}
) & exit 0
`;
}

/** What `show_only` of the native launcher does: the task's directory alone, in the one that only root enters. */
function reachSource(path: string, dir: string): string {
  const [own, outer, held] = [path, dirname(path), `${dir}/reach`].map(quoteShell);
  return `mkdir ${held} && mount --rbind ${own} ${held} &&
mount -t tmpfs -o nosuid,nodev,mode=0711,size=4k orch-reach ${outer} && mkdir -m 700 ${own} &&
mount --move ${held} ${own} && mount -o remount,bind,nosuid,nodev,ro ${outer} || fail 'the way to its directory'`;
}

function killGroup(dir: string): string {
  const quoted = quoteShell(dir);
  return `if [ -e ${quoted}/cgroup.kill ]; then echo 1 > ${quoted}/cgroup.kill
else while read -r one; do kill -9 "$one"; done < ${quoted}/cgroup.procs; fi`;
}

/**
 * From root in the namespaces to the task's program. `setsid`: a `kill 0` must not reach supervisors. `setpriv` runs with
 * the launcher's clean environment; only `env`, already without privileges, sets the task's, since a variable such as
 * LD_PRELOAD would otherwise run the job's code as root. It also undoes that a shell's background processes ignore SIGINT
 * and SIGQUIT.
 */
function taskWords(plan: Pick<LaunchPlan, 'user' | 'cwd' | 'env' | 'argv'>): string[] {
  const words = ['setsid', ...privilegeWords(plan), 'env', '-i', '--default-signal=INT,QUIT', '-C', plan.cwd];
  for (const [name, value] of Object.entries(plan.env)) words.push(`${name}=${value}`);
  return [...words, ...plan.argv];
}

export function privilegeWords({ user }: Pick<LaunchPlan, 'user'>): string[] {
  if (!changesUser({ user })) return [];
  const groups = user.groups.length > 0 ? `--groups=${user.groups.join(',')}` : '--clear-groups';
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, groups];
}
