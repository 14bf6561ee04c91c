// `job inspect`: a registered job as JSON, or the source it was submitted with.

import { ApiError, type SubmissionWire } from '@orch/api';
import { findJob } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';
import { fileText } from '../../output/terminal-text.ts';

export default class JobInspect extends OrchCommand {
  static override summary = 'Show the specification of a registered job';
  static override aliases = ['inspect'];
  static override examples = ['<%= config.bin %> job inspect docs', '<%= config.bin %> job inspect -hcl docs'];
  static override args = {
    job: Args.string({ ignoreStdin: true, required: true, description: 'job id, or the beginning of one' }),
  };
  static override flags = {
    ...apiFlags,
    version: Flags.integer({ description: 'this version instead of the newest', min: 0 }),
    json: Flags.boolean({
      description: "the job in the API's JSON form; so it is without this flag",
      exclusive: ['hcl'],
    }),
    hcl: Flags.boolean({ description: 'the job file as it was submitted' }),
    'with-vars': Flags.boolean({
      description: 'with -hcl: also the variables it was submitted with',
      dependsOn: ['hcl'],
    }),
  };
  static override refused = {
    ...OrchCommand.refused,
    t: 'there are no Go templates here; take what you need from the JSON',
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobInspect);
    const api = await this.api(flags);
    const id = await findJob(api, args.job);
    const { version } = flags;
    if (flags.hcl) {
      const wanted = version ?? (await api.jobs.read(id)).value.Version;
      const { value } = await api.jobs.submission(id, { version: wanted }).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404)
          throw new CommandFailure(`Error: the source of job "${id}" is not known: it was submitted without it`);
        throw error;
      });
      if (flags['with-vars']) this.#printVariables(value);
      process.stdout.write(fileText(`${value.Source.replace(/\n$/, '')}\n`, process.stdout));
      return;
    }
    if (version === undefined) return this.printJson({ Job: (await api.jobs.read(id)).value });
    const { value } = await api.jobs.versions(id);
    const found = value.Versions.find((item) => item.Version === version);
    if (found === undefined)
      throw new CommandFailure(
        `Error: job "${id}" has no version ${version}; it has: ${value.Versions.map((item) => item.Version).join(', ')}`,
      );
    this.printJson({ Job: found });
  }

  /** As comments, so that what is printed is a job file all the same. */
  #printVariables({ VariableFlags = {}, Variables = '' }: SubmissionWire): void {
    for (const [name, value] of Object.entries(VariableFlags)) this.log(`# -var ${name}=${value}`);
    for (const line of Variables === '' ? [] : Variables.trimEnd().split('\n')) this.log(`# ${line}`);
  }
}
