// `job validate`: all that is wrong with job files, by their texts alone and, when an agent answers, by its rules too.

import { ApiError } from '@orch/api';
import type { Diagnostic } from '@orch/core/jobspec';
import type { ReportFormat } from '../../diagnostic-report.ts';
import type { JobFileReading } from '../../job-file.ts';
import { jobFileFlags, refusedJobFileFlags } from '../../job-file-flags.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, OrchCommand } from '../../orch-command.ts';
import { wantsColors } from '../../output/colors.ts';
import { Painted } from '../../output/terminal-text.ts';

export default class JobValidate extends OrchCommand {
  static override summary = 'Check job files';
  static override description =
    'Checks each file by itself; when an agent answers, also against its drivers and rules. Exit code 1 when something is wrong.';
  static override aliases = ['validate'];
  static override examples = [
    '<%= config.bin %> job validate docs.nomad.hcl',
    '<%= config.bin %> job validate --format gcc *.nomad.hcl',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'job files, URLs, or - for standard input' }),
  };
  static override flags = {
    ...apiFlags,
    ...jobFileFlags,
    format: Flags.option({
      options: ['text', 'json', 'gcc'] as const,
      default: 'text' as const,
      description: 'text for people, json: a list of what was found, gcc: one line each',
    })(),
  };
  static override refused = { ...OrchCommand.refused, ...refusedJobFileFlags };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(JobValidate);
    const { checkJobFile, lookAtJobFile } = await import('../../job-commands.ts');
    const found: Diagnostic[] = [];
    let away: ApiError | undefined;
    for (const path of argv as string[]) {
      const reading = await lookAtJobFile(path, flags);
      const { file } = reading;
      const said =
        file === undefined || away !== undefined
          ? []
          : await checkJobFile(await this.api(flags), file).catch((error: unknown) => {
              if (!(error instanceof ApiError) || error.status !== 0) throw error;
              away = error;
              return [];
            });
      const all = [...reading.diagnostics, ...said];
      const ordered = [...all.filter(isError), ...all.filter((diagnostic) => !isError(diagnostic))];
      found.push(...ordered);
      await this.#tell({ ...reading, diagnostics: ordered }, flags);
    }
    if (flags.format === 'json') {
      const { report } = await import('../../job-commands.ts');
      this.log(report('json', found, { sources: new Map(), colors: false }));
    }
    if (away !== undefined)
      this.logToStderr(`Checked without an agent, so not against its drivers and rules: ${away.message}`);
    if (found.some(isError)) this.exit(1);
    if (flags.format === 'text') this.log('Job validation successful');
  }

  async #tell(
    reading: JobFileReading,
    flags: { readonly format: ReportFormat; readonly 'no-color': boolean },
  ): Promise<void> {
    const { diagnostics, sources, fileName } = reading;
    if (diagnostics.length === 0 || flags.format === 'json') return;
    const { report, reportCount } = await import('../../job-commands.ts');
    const colors = wantsColors(process.stderr, flags, process.env);
    const text = report(flags.format, diagnostics, { sources, colors });
    if (flags.format === 'gcc') this.log(text);
    else this.logToStderr(new Painted(`${text}\n\n${reportCount(fileName, diagnostics)}\n`));
  }
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error';
}
