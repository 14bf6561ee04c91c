// What commands that read a job file load when they run: the job language and the schema. No other command pays for them.

export { encodeJobJson } from '@orch/core/schema';
export { readJobFile } from './job-file.ts';
export { placeProblems, requestOf, withPlaces } from './submit.ts';
