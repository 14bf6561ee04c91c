// `job plan`: what would change, without changing it.

import { jobFileFlags } from '../../job-file-flags.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, OrchCommand } from '../../orch-command.ts';
import { planExitCode, renderPlan } from '../../render/plan.ts';

export default class JobPlan extends OrchCommand {
  static override summary = 'Show what a job file would change and what the scheduler would do';
  static override description = 'Exit code 0: no allocations would be made or stopped. 1: some would. 255: an error.';
  static override aliases = ['plan'];
  static override examples = ['<%= config.bin %> job plan docs.nomad.hcl'];
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'job file, or - for standard input' }),
  };
  static override flags = {
    ...apiFlags,
    ...jobFileFlags,
    diff: Flags.boolean({ default: true, allowNo: true, description: 'show the difference to the running version' }),
    json: Flags.boolean({ description: "print the API's answer as JSON" }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobPlan);
    const { encodeJobJson, readJobFile, withPlaces } = await import('../../job-commands.ts');
    const file = await readJobFile(args.file, flags);
    for (const warning of file.warnings) this.logToStderr(`${warning}\n`);
    const { id, namespace } = file.job;
    const plan = await withPlaces(file, () =>
      this.api(flags).jobs.plan(id, encodeJobJson(file.job), { namespace, diff: flags.diff }),
    );
    if (flags.json) this.printJson(plan);
    else this.log(renderPlan(plan, { diff: flags.diff }));
    this.exit(planExitCode(plan));
  }

  protected override failureExitCode(): number {
    return 255;
  }
}
