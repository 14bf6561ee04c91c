// What commands that read a job file load when they run: the job language and the schema. No other command pays for them.

export { encodeJobJson } from '@orch/core/schema';
export { report, reportCount } from './diagnostic-report.ts';
export { lookAtJobFile, readJobFile } from './job-file.ts';
export { checkJobFile, placedFailure, placedText, placeProblems, requestOf } from './submit.ts';
