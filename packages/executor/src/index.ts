// What drivers on the host are made of: programs run and watched, their options, their isolation.

export { findProgram, programChanges, programDirectories } from './command-watch.ts';
export { readString, readStrings, refuseUnknownOptions, wrongOption } from './config-values.ts';
export { type ChrootMount, defaultChrootMounts } from './default-mounts.ts';
export { asDriverError, toDriverError } from './driver-errors.ts';
export { ExecutorError, type ExecutorErrorCode } from './errors.ts';
export { createExecutor, type ExecutorLog, type ExecutorOptions } from './executor.ts';
export { type HostDriverOptions, type HostPlan, type HostTask, hostDriver, type PlanContext } from './host-driver.ts';
export {
  chooseIsolation,
  ISOLATION_FIELDS,
  ISOLATION_OPTIONS,
  type NodeIsolation,
  readNodeIsolation,
} from './task-isolation.ts';
export { type TaskChrootOptions, taskChroot, taskLaunch, taskLimits } from './task-launch.ts';
export * from './types.ts';
export { lookUpUser, type ResolvedUser } from './users.ts';
export { volatileStateDir } from './volatile-state-dir.ts';
