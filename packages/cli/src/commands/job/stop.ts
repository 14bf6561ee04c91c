// `job stop`: stops a job and waits until nothing of it runs.

import type { ApiClient } from '@orch/api';
import { escaped } from '@orch/core/lib/display-width';
import { findJob } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class JobStop extends OrchCommand {
  static override summary = 'Stop a job';
  static override aliases = ['stop'];
  static override examples = ['<%= config.bin %> job stop docs', '<%= config.bin %> job stop -purge docs'];
  static override args = {
    job: Args.string({ ignoreStdin: true, required: true, description: 'id of the job, or its beginning' }),
  };
  static override flags = {
    ...apiFlags,
    purge: Flags.boolean({ description: 'forget the job and its versions too' }),
    detach: Flags.boolean({ char: 'd', description: 'return at once' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask when only the beginning of the id was given' }),
    timeout: Flags.integer({ description: 'seconds to wait until nothing runs', default: 300, min: 1 }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobStop);
    const api = await this.api(flags);
    const id = await findJob(api, args.job);
    if (id !== args.job && !flags.yes) await confirm(id);
    const answer = await api.jobs.stop(id, { purge: flags.purge });
    if (flags.detach) return this.say(answer.EvalID === '' ? `Job "${id}" stopped` : answer.EvalID);
    const left = await untilStopped(api, id, flags.timeout * 1000);
    if (left > 0)
      throw new CommandFailure(
        `Error: ${left} allocation${left === 1 ? '' : 's'} of "${id}" still run after ${flags.timeout} s; see: orch job status ${id}`,
      );
    this.say(`Job "${id}" is stopped`);
  }
}

async function confirm(id: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandFailure(`Error: only the beginning of "${id}" was given; name it whole, or add --yes`);
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(escaped(`Stop job "${id}"? [y/N] `));
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('Canceled');
}

/** Allocations that still run when the time is over. */
async function untilStopped(api: ApiClient, id: string, timeoutMs: number): Promise<number> {
  const until = Date.now() + timeoutMs;
  let index = 0;
  for (;;) {
    const read = await api.allocations.list({ index, waitMs: Math.max(1, until - Date.now()) });
    const live = read.value.filter(
      (allocation) =>
        allocation.JobID === id && (allocation.ClientStatus === 'running' || allocation.ClientStatus === 'pending'),
    );
    if (live.length === 0 || Date.now() >= until) return live.length;
    index = read.index;
  }
}
