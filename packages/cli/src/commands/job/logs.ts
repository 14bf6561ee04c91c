// `job logs`: the logs of all allocations of a job as one stream, each line with the instance and task it comes from.

import { escaped } from '@orch/core/lib/display-width';
import { findJob } from '../../find.ts';
import { prefixedLines } from '../../log-lines.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class JobLogs extends OrchCommand {
  static override summary = 'Show the logs of all running allocations of a job, line by line with their origin';
  static override examples = ['<%= config.bin %> job logs docs', '<%= config.bin %> job logs -f -task web docs'];
  static override args = {
    job: Args.string({ ignoreStdin: true, required: true, description: 'id of the job, or its beginning' }),
  };
  static override flags = {
    ...apiFlags,
    follow: Flags.boolean({ char: 'f', description: 'go on with new lines' }),
    stderr: Flags.boolean({ description: 'standard error instead of standard output' }),
    task: Flags.string({ description: 'only this task' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobLogs);
    const api = await this.api(flags);
    const id = await findJob(api, args.job);
    const { value } = await api.jobs.allocations(id);
    const live = value.filter((allocation) => allocation.ClientStatus === 'running' || !flags.follow);
    const sources = live.flatMap((allocation) =>
      Object.keys(allocation.TaskStates ?? {})
        .filter((task) => flags.task === undefined || task === flags.task)
        .map((task) => ({ allocation, task })),
    );
    if (sources.length === 0)
      throw new CommandFailure(
        `Error: job "${id}" has no allocation with logs${flags.task === undefined ? '' : ` of task "${flags.task}"`}`,
      );
    await Promise.all(
      sources.map(async ({ allocation, task }) => {
        const prefix = escaped(`${allocation.Name} ${allocation.ID.slice(0, 8)} ${task} | `);
        const bytes = api.allocations.logs(allocation.ID, {
          task,
          type: flags.stderr ? 'stderr' : 'stdout',
          follow: flags.follow,
        });
        for await (const line of prefixedLines(bytes, prefix)) process.stdout.write(line);
      }),
    );
  }
}
