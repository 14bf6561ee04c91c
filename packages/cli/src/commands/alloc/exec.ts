// `alloc exec`: runs a command inside a task, with a terminal when there is one.

import { chooseTask, findAllocation } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';
import { attach } from '../../terminal.ts';

export default class AllocExec extends OrchCommand {
  static override summary = 'Run a command inside a task';
  static override description = "The exit code is the command's.";
  static override aliases = ['exec'];
  static override strict = false;
  static override examples = [
    '<%= config.bin %> alloc exec -task web 0a1b2c3d sh',
    '<%= config.bin %> alloc exec -t=false 0a1b2c3d cat /etc/hosts',
  ];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
    command: Args.string({ ignoreStdin: true, description: 'the command and its arguments' }),
  };
  static override flags = {
    ...apiFlags,
    task: Flags.string({ description: 'task, when there are several' }),
    tty: Flags.boolean({
      char: 't',
      allowNo: true,
      description: 'with a terminal; the default when standard input and output are one',
    }),
    stdin: Flags.boolean({ char: 'i', allowNo: true, default: true, description: 'pass standard input on' }),
  };

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(AllocExec);
    const command = (argv as string[]).slice(1);
    if (command.length === 0)
      throw new CommandFailure('Error: name the command to run, for example: orch alloc exec ALLOC sh');
    const api = this.api(flags);
    const id = await findAllocation(api, args.alloc);
    const { value } = await api.allocations.read(id);
    const task = chooseTask(Object.keys(value.TaskStates ?? {}), flags.task);
    const tty = flags.tty ?? (process.stdin.isTTY === true && process.stdout.isTTY === true);
    const session = await api.allocations.exec(id, { task, command, tty });
    const code = await attach(session, { tty, stdin: flags.stdin });
    this.exit(code);
  }
}
