// `job validate`: all that is wrong with a job file, by its text alone and, when an agent answers, by its drivers too.

import { ApiError } from '@orch/api';
import { jobFileFlags } from '../../job-file-flags.ts';
import { Args } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class JobValidate extends OrchCommand {
  static override summary = 'Check a job file';
  static override description =
    'Checks the file by itself; when an agent answers, also against its drivers. Exit code 1 when something is wrong.';
  static override aliases = ['validate'];
  static override examples = ['<%= config.bin %> job validate docs.nomad.hcl'];
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'job file, or - for standard input' }),
  };
  static override flags = { ...apiFlags, ...jobFileFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobValidate);
    const { encodeJobJson, placeProblems, readJobFile } = await import('../../job-commands.ts');
    const file = await readJobFile(args.file, flags);
    for (const warning of file.warnings) this.log(`${warning}\n`);
    try {
      const answer = await this.api(flags).jobs.validate(encodeJobJson(file.job));
      if (answer.Error !== '') throw new CommandFailure(placeProblems(file, answer.Error));
      if (answer.Warnings !== '') this.log(`Job Warnings:\n${answer.Warnings}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 0) throw error;
      this.log(`Checked without an agent, so not against its drivers: ${error.message}`);
    }
    this.log('Job validation successful');
  }
}
