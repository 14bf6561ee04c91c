// Jobs written in TypeScript or JavaScript: the file is run on this machine, its default export is the job.

import type { JobSource } from './job-source.ts';

export const typescriptSource: JobSource = {
  kind: 'typescript',
  matches: (fileName) => /\.m?[jt]s$/.test(fileName),
  async read(text, options) {
    const { readJobProgram } = await import('./typescript/read-job-file.ts');
    return readJobProgram(text, options);
  },
};
