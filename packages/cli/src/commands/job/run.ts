// `job run`: submits a job file and follows it until it runs.

import { jobFileFlags, refusedJobFileFlags } from '../../job-file-flags.ts';
import { monitorEvaluation } from '../../monitor.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';
import { liveOutput } from '../../output/live.ts';

export default class JobRun extends OrchCommand {
  static override summary = 'Submit a job file and follow it until it runs';
  static override description =
    'Exit code 0: placed and running. 2: something could not be placed. 1: any other failure.';
  static override aliases = ['run'];
  static override examples = [
    '<%= config.bin %> job run docs.nomad.hcl',
    '<%= config.bin %> job run -var image=web:2 -detach web.nomad.hcl',
    'cat job.hcl | <%= config.bin %> job run -',
  ];
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'job file, URL, or - for standard input' }),
  };
  static override flags = {
    ...apiFlags,
    ...jobFileFlags,
    detach: Flags.boolean({ char: 'd', description: 'submit and return at once' }),
    'check-index': Flags.integer({
      description: 'submit only if the job is still at this modify index; 0 = only if it is new',
      min: 0,
    }),
    output: Flags.boolean({ description: "print the job in the API's JSON form and submit nothing" }),
    'preserve-counts': Flags.boolean({ description: 'keep the counts of the running job' }),
    'preserve-resources': Flags.boolean({ description: 'keep the resources of the running job’s tasks' }),
    'eval-priority': Flags.integer({ description: 'priority of the evaluation', min: 1, max: 100 }),
    timeout: Flags.integer({ description: 'seconds to follow the job', default: 600, min: 1 }),
    verbose: Flags.boolean({ description: 'show whole ids' }),
  };
  static override refused = {
    ...OrchCommand.refused,
    ...refusedJobFileFlags,
    ui: 'there are no web pages here yet; follow the job with: orch job status',
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobRun);
    const { placedFailure, placedText, placeProblems, readJobFile, requestOf } = await import('../../job-commands.ts');
    const file = await readJobFile(args.file, flags);
    if (file.warnings.length > 0) this.logToStderr(placedText(file, file.warnings, flags));
    const request = requestOf(file);
    if (flags.output) return this.printJson({ Job: request.Job });
    const api = await this.api(flags);
    const { id, namespace } = file.job;
    const index = flags['check-index'];
    const response = await api.jobs
      .register(
        {
          ...request,
          ...(index === undefined ? {} : { EnforceIndex: true, JobModifyIndex: index }),
          ...(flags['preserve-counts'] ? { PreserveCounts: true } : {}),
          ...(flags['preserve-resources'] ? { PreserveResources: true } : {}),
          ...(flags['eval-priority'] === undefined ? {} : { EvalPriority: flags['eval-priority'] }),
        },
        { namespace },
      )
      .catch((error: unknown) => {
        throw placedFailure(file, error, flags);
      });
    const news = response.Problems === undefined ? undefined : placeProblems(file, response.Problems);
    if (news === undefined && response.Warnings !== '') this.logToStderr(`Job Warnings:\n${response.Warnings}`);
    if (news !== undefined && news.length > 0) this.logToStderr(placedText(file, news, flags));
    if (response.EvalID === '') return this.say(`Job "${id}" registered`);
    if (flags.detach) {
      this.say('Job registration successful');
      return this.say(`Evaluation ID: ${response.EvalID}`);
    }
    const out = liveOutput(process.stdout);
    const code = await monitorEvaluation(response.EvalID, {
      api,
      jobId: id,
      namespace,
      out,
      timeoutMs: flags.timeout * 1000,
      verbose: flags.verbose,
    }).finally(() => out.end());
    if (code !== 0)
      throw new CommandFailure(
        code === 2
          ? `==> Not everything could be placed; see: orch job explain ${id}`
          : `==> Job "${id}" did not come up; see: orch job status ${id}`,
        code,
      );
    this.say(`==> Job "${id}" runs`);
  }
}
