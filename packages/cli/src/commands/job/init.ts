// `job init`: writes an example job file to begin with.

import { writeFile } from 'node:fs/promises';
import { Args, Flags } from '../../oclif.ts';
import { CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class JobInit extends OrchCommand {
  static override summary = 'Write an example job file';
  static override description = 'The job runs on any agent: it needs a shell and nothing else. No file is overwritten.';
  static override aliases = ['init'];
  static override examples = ['<%= config.bin %> job init', '<%= config.bin %> job init -short web.nomad.hcl'];
  static override args = {
    file: Args.string({ ignoreStdin: true, default: 'example.nomad.hcl', description: 'file to write' }),
  };
  static override flags = {
    short: Flags.boolean({ description: 'the smallest job, without comments' }),
  };
  static override refused = {
    connect: 'there is no Consul Connect here; tasks of a group reach each other in its network',
    template: 'there are no job templates in variables here',
    'list-templates': 'there are no job templates in variables here',
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobInit);
    const { fullExample, jobNameOf, shortExample } = await import('../../example-job.ts');
    const name = jobNameOf(args.file);
    const text = flags.short ? shortExample(name) : fullExample(name);
    try {
      await writeFile(args.file, text, { flag: 'wx' });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw new CommandFailure(`Error: ${args.file} is there already; name another file`);
      throw new CommandFailure(`Error: ${args.file} cannot be written: ${message}`);
    }
    this.log(`Example job file written to ${args.file}`);
  }
}
