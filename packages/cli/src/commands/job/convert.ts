// `job convert`: somebody else's file, or a job in JSON, as a job file.

import { writeFileSync } from 'node:fs';
import { jobFileFlags } from '../../job-file-flags.ts';
import { Args, Flags } from '../../oclif.ts';
import { CommandFailure, OrchCommand } from '../../orch-command.ts';
import { wantsColors } from '../../output/colors.ts';
import { fileText, Painted } from '../../output/terminal-text.ts';

export default class JobConvert extends OrchCommand {
  static override summary = 'Print the job file that a Compose file, Kubernetes manifests or a job in JSON become';
  static override description =
    'The language is recognised by the content. What cannot be converted is an error or a warning with its line, on standard error. Exit code 1 when there are errors. `job run`, `job plan` and `job validate` take the same files.';
  static override examples = [
    '<%= config.bin %> job convert compose.yaml',
    '<%= config.bin %> job convert -o web.nomad.hcl deployment.yaml',
  ];
  static override args = {
    file: Args.string({ ignoreStdin: true, required: true, description: 'file, or - for standard input' }),
  };
  static override flags = {
    ...jobFileFlags,
    out: Flags.string({ char: 'o', description: 'write the job file there instead of to standard output' }),
    'no-color': Flags.boolean({ description: 'no colours' }),
    'force-color': Flags.boolean({ description: 'colours also where there is no terminal' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobConvert);
    const { lookAtJobFile, report, reportCount } = await import('../../job-commands.ts');
    const reading = await lookAtJobFile(args.file, { ...flags, allowNotYetRunnable: true });
    const { diagnostics, sources, fileName, file } = reading;
    const colors = wantsColors(process.stderr, flags, process.env);
    if (diagnostics.length > 0) this.logToStderr(new Painted(`${report('text', diagnostics, { sources, colors })}\n`));
    if (file === undefined) throw new CommandFailure(reportCount(fileName, diagnostics));
    const { printJob } = await import('@orch/core/jobspec/print/print-job');
    // Of other languages the text that is submitted is the job file already, with what was lost as comments.
    const isForeign = file.submission.format === 'hcl2' && file.isConverted === true;
    const text = isForeign ? file.submission.source : printJob(file.job);
    if (flags.out === undefined) process.stdout.write(fileText(text, process.stdout));
    else writeFileSync(flags.out, text);
  }
}
