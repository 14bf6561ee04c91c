// proto
import { Command, Flags } from '@oclif/core';
export default class JobStatus extends Command {
  static override description = 'x';
  static override flags = { json: Flags.boolean({}) };
  async run() {
    await this.parse(JobStatus);
    this.log('hello');
  }
}
