// `job run`: submits a job file and follows it until it runs.

import { jobFileFlags } from '../../job-file-flags.ts';
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
    file: Args.string({ ignoreStdin: true, required: true, description: 'job file, or - for standard input' }),
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
    'eval-priority': Flags.integer({ description: 'priority of the evaluation', min: 1, max: 100 }),
    timeout: Flags.integer({ description: 'seconds to follow the job', default: 600, min: 1 }),
    json: Flags.boolean({ description: 'the file is JSON; it is recognised without this flag', hidden: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobRun);
    const { readJobFile, requestOf, withPlaces } = await import('../../job-commands.ts');
    const file = await readJobFile(args.file, flags);
    for (const warning of file.warnings) this.logToStderr(`${warning}\n`);
    const request = requestOf(file);
    if (flags.output) return this.printJson({ Job: request.Job });
    const api = this.api(flags);
    const { namespace } = file.job;
    const index = flags['check-index'];
    const response = await withPlaces(file, () =>
      api.jobs.register(
        {
          ...request,
          ...(index === undefined ? {} : { EnforceIndex: true, JobModifyIndex: index }),
          ...(flags['preserve-counts'] ? { PreserveCounts: true } : {}),
          ...(flags['eval-priority'] === undefined ? {} : { EvalPriority: flags['eval-priority'] }),
        },
        { namespace },
      ),
    );
    if (response.Warnings !== '') this.logToStderr(`Job Warnings:\n${response.Warnings}`);
    if (response.EvalID === '') return this.log(`Job "${file.job.id}" registered`);
    if (flags.detach) return this.log(`Job registration successful\nEvaluation ID: ${response.EvalID}`);
    const out = liveOutput(process.stdout);
    const code = await monitorEvaluation(response.EvalID, {
      api,
      jobId: file.job.id,
      namespace,
      out,
      timeoutMs: flags.timeout * 1000,
    }).finally(() => out.end());
    if (code !== 0)
      throw new CommandFailure(
        code === 2
          ? `==> Not everything could be placed; see: orch job explain ${file.job.id}`
          : `==> Job "${file.job.id}" did not come up; see: orch job status ${file.job.id}`,
        code,
      );
    this.log(`==> Job "${file.job.id}" runs`);
  }
}
