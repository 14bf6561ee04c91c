// Other people's files -> Job.

export { parseEnvFile } from './compose/env-file.ts';
export { convertFile } from './convert.ts';
export { detectForeign, type ForeignKind } from './detect.ts';
export type { ConvertOptions } from './read/conversion.ts';
