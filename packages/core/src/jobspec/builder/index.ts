// Jobs written in TypeScript: what a job file imports.

export { type BuiltGroup, type BuiltJob, type BuiltTask, group, type JobInputs, job, task } from './blocks.ts';
export { JobBuildError } from './data.ts';
export type { DriverConfigs } from './types/drivers.ts';
export type { GroupOptions } from './types/group.ts';
export type { JobOptions } from './types/job.ts';
export type { ConfigOf, TaskOptions } from './types/options.ts';
export type { Duration, Json, JsonObject, Labelled, Repeated, RunTimeText } from './types/values.ts';
