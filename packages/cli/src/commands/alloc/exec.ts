// `alloc exec`: runs a command inside a task, with a terminal when there is one.

import type { ApiClient } from '@orch/api';
import { chooseTask, findAllocation, findJob } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';
import { attach, terminalSize } from '../../terminal.ts';
import { isEscapeCharacter } from '../../terminal-escape.ts';

export default class AllocExec extends OrchCommand {
  static override summary = 'Run a command inside a task';
  static override description =
    "The exit code is the command's. Flags come before the allocation. With a terminal, ~. at the beginning of a line ends the session.";
  static override aliases = ['exec'];
  static override strict = false;
  static override examples = [
    '<%= config.bin %> alloc exec -task web 0a1b2c3d sh',
    '<%= config.bin %> alloc exec -t=false 0a1b2c3d cat /etc/hosts',
    '<%= config.bin %> alloc exec -job -task web shop sh',
  ];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
    command: Args.string({ ignoreStdin: true, description: 'the command and its arguments' }),
  };
  static override flags = {
    ...apiFlags,
    task: Flags.string({ description: 'task, when there are several' }),
    group: Flags.string({ description: 'task group of the allocation, with -job' }),
    job: Flags.boolean({ description: 'the first argument is a job: one of its running allocations is taken' }),
    tty: Flags.boolean({
      char: 't',
      allowNo: true,
      description: 'with a terminal; the default when standard input and output are one',
    }),
    stdin: Flags.boolean({ char: 'i', allowNo: true, default: true, description: 'pass standard input on' }),
    escape: Flags.string({
      char: 'e',
      default: '~',
      description: 'escape character of a session with a terminal, or "none"',
    }),
  };

  async run(): Promise<void> {
    const { args, raw, flags } = await this.parse(AllocExec);
    // Not `argv`: the parser sorts it by where a word stands first, and a word may come twice.
    const command = raw.flatMap((token) => (token.type === 'arg' ? [token.input] : [])).slice(1);
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    const tty = flags.tty ?? (flags.stdin && isTerminal);
    checkCall(command, flags, tty);
    const api = await this.api(flags);
    const id = flags.job
      ? await runningAllocation(api, args.alloc, flags.group)
      : await findAllocation(api, args.alloc);
    const { value } = await api.allocations.read(id);
    const task = chooseTask(Object.keys(value.TaskStates ?? {}), flags.task);
    const size = tty ? terminalSize() : undefined;
    const session = await api.allocations.exec(id, { task, command, tty, ...(size === undefined ? {} : { size }) });
    const end = await attach(session, { tty, stdin: flags.stdin, escape: flags.escape });
    if (end.kind === 'escaped') throw new CommandFailure('\nConnection closed');
    this.exit(end.kind === 'exited' ? end.exitCode : readerGone);
  }
}

/** As of a process that SIGPIPE ended. */
const readerGone = 141;

function checkCall(
  command: readonly string[],
  flags: { readonly escape: string; readonly stdin: boolean },
  tty: boolean,
) {
  if (command.length === 0)
    throw new CommandFailure('Error: name the command to run, for example: orch alloc exec ALLOC sh');
  if (command[0]?.startsWith('-') === true)
    throw new CommandFailure(
      `Error: "${command[0]}" stands where the command is expected; flags come before the allocation: orch alloc exec -task web ALLOC sh`,
    );
  if (!isEscapeCharacter(flags.escape))
    throw new CommandFailure(`Error: the escape (-e) is one character or "none", not "${flags.escape}"`);
  if (tty && !flags.stdin) throw new CommandFailure('Error: a terminal (-t) needs standard input (-i)');
}

async function runningAllocation(api: ApiClient, prefix: string, group: string | undefined): Promise<string> {
  const job = await findJob(api, prefix);
  const { value } = await api.jobs.allocations(job);
  const running = value.filter(
    (allocation) => allocation.ClientStatus === 'running' && (group === undefined || allocation.TaskGroup === group),
  );
  const [first] = running;
  if (first !== undefined) return first.ID;
  const where = group === undefined ? '' : ` in group "${group}"`;
  throw new CommandFailure(`Error: job "${job}" has no running allocation${where}`);
}
