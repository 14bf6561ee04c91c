// The commands, by id. A new command is a file in commands/ and a line here.

import JobStatus from './commands/job/status.ts';

export const commands = {
  'job:status': JobStatus,
};
