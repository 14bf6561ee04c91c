// `alloc restart`: restarts tasks in place, on the same node, with the same network.

import { chooseTask, findAllocation } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class AllocRestart extends OrchCommand {
  static override summary = 'Restart the tasks of an allocation in place';
  static override examples = [
    '<%= config.bin %> alloc restart 0a1b2c3d',
    '<%= config.bin %> alloc restart -task web 0a1b2c3d',
    '<%= config.bin %> alloc restart -all-tasks 0a1b2c3d',
  ];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
    task: Args.string({ ignoreStdin: true, description: 'only this task' }),
  };
  static override flags = {
    ...apiFlags,
    task: Flags.string({ description: 'only this task' }),
    'all-tasks': Flags.boolean({ description: 'every task in the order of the group, also those that have ended' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AllocRestart);
    const named = flags.task ?? args.task;
    if (named !== undefined && flags['all-tasks'])
      throw new CommandFailure('Error: -all-tasks restarts every task, so name none');
    const api = await this.api(flags);
    const id = await findAllocation(api, args.alloc);
    if (named !== undefined) chooseTask(Object.keys((await api.allocations.read(id)).value.TaskStates ?? {}), named);
    await api.allocations.restart(id, {
      ...(named === undefined ? {} : { task: named }),
      allTasks: flags['all-tasks'],
    });
    this.say(`Restarted ${named === undefined ? 'the tasks' : `task "${named}"`} of allocation "${id.slice(0, 8)}"`);
  }
}
