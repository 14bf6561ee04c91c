// The job language, declared once, and everything derived from it.

export { countProblem } from './blocks/job.ts';
export { canonicalizeJob } from './canonicalize.ts';
export { type DecodeOptions, type DecodeResult, decodeJobJson } from './decode-wire.ts';
export { destructiveChanges, replacesAllocations } from './destructive.ts';
export { diffJobs } from './diff.ts';
export { annotateDiff } from './diff-annotate.ts';
export type {
  DiffAnnotation,
  FieldDiff,
  JobDiff,
  ObjectDiff,
  TaskDiff,
  TaskGroupDiff,
} from './diff-types.ts';
export { type DriverConfigResult, type DriverConfigSchema, validateDriverConfig } from './driver-config.ts';
export { formatDuration, msToNs, nsToMs, parseDuration } from './duration.ts';
export { encodeJobJson } from './encode-wire.ts';
export type { FieldProblem } from './field.ts';
export { notYetRunnable } from './runnable.ts';
export { brokenRules, validateJob } from './validate.ts';
