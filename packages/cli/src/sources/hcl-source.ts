// The job language: HCL, and JSON in the API's form or in HCL's.

import { parseJob } from '@orch/core/jobspec';
import type { JobSource } from './job-source.ts';

export const hclSource: JobSource = {
  kind: 'hcl',
  matches: () => true,
  read: (text, options) => parseJob(text, options),
};
