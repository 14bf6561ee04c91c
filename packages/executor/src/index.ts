export { type ChrootMount, defaultChrootMounts } from './default-mounts.ts';
export { ExecutorError, type ExecutorErrorCode } from './errors.ts';
export { createExecutor, type ExecutorLog, type ExecutorOptions } from './executor.ts';
export * from './types.ts';
