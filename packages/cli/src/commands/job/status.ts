// `job status`: the list of jobs, or one job with its groups, deployment and allocations.

import { findJob } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, jsonFlag, OrchCommand } from '../../orch-command.ts';
import { renderJob, renderJobList } from '../../render/job-status.ts';

export default class JobStatus extends OrchCommand {
  static override summary = 'List jobs, or show one';
  static override aliases = ['status'];
  static override examples = ['<%= config.bin %> job status', '<%= config.bin %> job status docs'];
  static override args = { job: Args.string({ ignoreStdin: true, description: 'id of the job, or its beginning' }) };
  static override flags = {
    ...apiFlags,
    ...jsonFlag,
    'all-allocs': Flags.boolean({ description: 'also allocations of an earlier job of the same id' }),
    verbose: Flags.boolean({ description: 'whole ids' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobStatus);
    const api = await this.api(flags);
    if (args.job === undefined) {
      const { value } = await api.jobs.list();
      return flags.json ? this.printJson(value) : this.log(renderJobList(value));
    }
    const id = await findJob(api, args.job);
    const [job, summary, allocations, evaluations, deployment] = await Promise.all([
      api.jobs.read(id),
      api.jobs.summary(id),
      api.jobs.allocations(id, { all: flags['all-allocs'] }),
      api.jobs.evaluations(id),
      api.jobs.deployment(id),
    ]);
    const view = {
      job: job.value,
      summary: summary.value,
      allocations: allocations.value,
      evaluations: evaluations.value,
      ...(deployment.value === null ? {} : { deployment: deployment.value }),
    };
    if (flags.json) this.printJson(view);
    else this.log(renderJob(view, { verbose: flags.verbose, nowMs: Date.now() }));
  }
}
