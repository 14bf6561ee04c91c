// The job language, declared once, and everything derived from it.

export { canonicalizeJob } from './canonicalize.ts';
export { type DecodeOptions, type DecodeResult, decodeJobJson } from './decode-wire.ts';
export { destructiveChanges, type JobMetaPair } from './destructive.ts';
export { formatDuration, msToNs, nsToMs, parseDuration } from './duration.ts';
export { encodeJobJson } from './encode-wire.ts';
export type { FieldProblem } from './field.ts';
export { validateJob } from './validate.ts';
