// `job plan`: what would change, without changing it.

import { jobFileFlags, refusedJobFileFlags } from '../../job-file-flags.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, OrchCommand } from '../../orch-command.ts';
import { planExitCode, renderPlan } from '../../render/plan.ts';

export default class JobPlan extends OrchCommand {
  static override summary = 'Show what a job file would change and what the scheduler would do';
  static override description = 'Exit code 0: no allocations would be made or stopped. 1: some would. 255: an error.';
  static override aliases = ['plan'];
  static override examples = ['<%= config.bin %> job plan docs.nomad.hcl'];
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'job file, URL, or - for standard input' }),
  };
  static override flags = {
    ...apiFlags,
    ...jobFileFlags,
    diff: Flags.boolean({ default: true, allowNo: true, description: 'show the difference to the running version' }),
    verbose: Flags.boolean({ description: 'also show all fields of what is added or removed as a whole' }),
    'json-output': Flags.boolean({ description: "print the API's answer as JSON" }),
  };
  static override refused = {
    ...OrchCommand.refused,
    ...refusedJobFileFlags,
    t: 'there are no Go templates here; take what you need from -json-output',
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobPlan);
    const { encodeJobJson, placedFailure, placedText, placeProblems, readJobFile } = await import(
      '../../job-commands.ts'
    );
    const file = await readJobFile(args.file, flags);
    if (file.warnings.length > 0) this.logToStderr(placedText(file, file.warnings, flags));
    const { id, namespace } = file.job;
    const plan = await (await this.api(flags)).jobs
      .plan(id, encodeJobJson(file.job), { namespace, diff: flags.diff })
      .catch((error: unknown) => {
        throw placedFailure(file, error, flags);
      });
    if (flags['json-output']) this.printJson(plan);
    else {
      const news = plan.Problems === undefined ? undefined : placeProblems(file, plan.Problems);
      if (news !== undefined && news.length > 0) this.logToStderr(placedText(file, news, flags));
      const { diff, verbose } = flags;
      const shown = news === undefined ? plan : { ...plan, Warnings: '' };
      this.log(renderPlan(shown, { diff, verbose, file: args.file }));
    }
    this.exit(planExitCode(plan));
  }

  protected override failureExitCode(): number {
    return 255;
  }
}
