// `version`. The launcher answers it before this is loaded; here it stands for help and for a longer command line.

import { Command } from '../oclif.ts';

export default class Version extends Command {
  static override summary = 'Print the version';

  async run(): Promise<void> {
    this.log(`orch v${this.config.version}`);
  }
}
