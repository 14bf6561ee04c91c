// `job explain`: for each group and node, what keeps the node from running it, and what would change that.

import { findJob } from '../../find.ts';
import { Args } from '../../oclif.ts';
import { apiFlags, jsonFlag, OrchCommand } from '../../orch-command.ts';
import { renderExplanation } from '../../render/explain.ts';

export default class JobExplain extends OrchCommand {
  static override summary = 'Say why each node can or cannot run each group of a job';
  static override examples = ['<%= config.bin %> job explain docs'];
  static override args = {
    job: Args.string({ ignoreStdin: true, required: true, description: 'id of the job, or its beginning' }),
  };
  static override flags = { ...apiFlags, ...jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobExplain);
    const api = await this.api(flags);
    const { value } = await api.jobs.explain(await findJob(api, args.job));
    if (flags.json) this.printJson(value);
    else this.log(renderExplanation(value));
  }
}
