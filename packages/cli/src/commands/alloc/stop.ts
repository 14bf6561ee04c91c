// `alloc stop`: stops one allocation; the scheduler places another one.

import { findAllocation } from '../../find.ts';
import { monitorEvaluation } from '../../monitor.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';
import { liveOutput } from '../../output/live.ts';

export default class AllocStop extends OrchCommand {
  static override summary = 'Stop an allocation; another one is placed for it';
  static override examples = ['<%= config.bin %> alloc stop 0a1b2c3d'];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
  };
  static override flags = {
    ...apiFlags,
    detach: Flags.boolean({ char: 'd', description: 'return at once' }),
    'no-shutdown-delay': Flags.boolean({ description: 'ignore shutdown_delay' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AllocStop);
    const api = await this.api(flags);
    const id = await findAllocation(api, args.alloc);
    const { value } = await api.allocations.read(id);
    const answer = await api.allocations.stop(id, { noShutdownDelay: flags['no-shutdown-delay'] });
    if (flags.detach) return this.say(answer.EvalID);
    const out = liveOutput(process.stdout);
    const code = await monitorEvaluation(answer.EvalID, {
      api,
      jobId: value.JobID,
      namespace: value.Namespace,
      out,
      timeoutMs: 600_000,
    }).finally(() => out.end());
    if (code !== 0)
      throw new CommandFailure(`==> "${value.JobID}" is not whole again; see: orch job status ${value.JobID}`, code);
  }
}
