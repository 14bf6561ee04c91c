// `alloc status`: one allocation with its ports, tasks and recent events.

import { ApiError } from '@orch/api';
import { escaped } from '@orch/core/lib/display-width';
import { findAllocation } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, jsonFlag, OrchCommand } from '../../orch-command.ts';
import { renderAllocation } from '../../render/alloc-status.ts';
import { renderAllocations } from '../../render/job-status.ts';

export default class AllocStatus extends OrchCommand {
  static override summary = 'Show an allocation; without an id, list all';
  static override examples = ['<%= config.bin %> alloc status 0a1b2c3d'];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, description: 'id of the allocation, or its beginning' }),
  };
  static override flags = {
    ...apiFlags,
    ...jsonFlag,
    verbose: Flags.boolean({ description: 'whole ids' }),
    short: Flags.boolean({ description: 'without usage figures' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AllocStatus);
    const api = await this.api(flags);
    if (args.alloc === undefined) {
      const { value } = await api.allocations.list();
      return flags.json
        ? this.printJson(value)
        : this.log(renderAllocations(value, { verbose: flags.verbose, nowMs: Date.now() }));
    }
    const id = await findAllocation(api, args.alloc);
    const { value } = await api.allocations.read(id);
    if (flags.json) return this.printJson(value);
    const wantsStats = value.ClientStatus === 'running' && !flags.short;
    // A node that does not answer takes nothing from what the servers know.
    const stats = wantsStats
      ? await api.allocations
          .stats(id)
          .catch((error: unknown) => (error instanceof ApiError ? this.withoutStats(error) : Promise.reject(error)))
      : undefined;
    this.log(
      renderAllocation(value, {
        nowMs: Date.now(),
        verbose: flags.verbose,
        ...(stats === undefined ? {} : { stats: stats.value }),
      }),
    );
  }

  private withoutStats(error: ApiError): undefined {
    this.logToStderr(escaped(`no usage figures: ${error.message.trim()}`));
  }
}
