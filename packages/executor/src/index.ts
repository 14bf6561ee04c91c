// What drivers on the host are made of: programs run and watched, their options, their isolation.

export { ExecutorError, type ExecutorErrorCode } from './errors.ts';
export { createExecutor, type ExecutorLog, type ExecutorOptions } from './executor.ts';
export { findProgram, programChanges, programDirectories } from './host-driver/command-watch.ts';
export { readString, readStrings, refuseUnknownOptions, wrongOption } from './host-driver/config-values.ts';
export { asDriverError, toDriverError } from './host-driver/driver-errors.ts';
export {
  type HostDriverOptions,
  type HostPlan,
  type HostTask,
  hostDriver,
  type PlanContext,
} from './host-driver/host-driver.ts';
export { withoutIsolation } from './host-driver/isolated-fingerprint.ts';
export { type TaskChrootOptions, taskChroot, taskLaunch, taskLimits, taskNames } from './host-driver/task-launch.ts';
export { type ChrootMount, defaultChrootMounts } from './isolation/default-mounts.ts';
export { DENIED_ID_OPTIONS, type DeniedIds, type IdRange } from './isolation/denied-ids.ts';
export { DEFAULT_DEVICES } from './isolation/device-rules.ts';
export {
  hasPiece,
  ISOLATION_PIECES,
  type IsolationPieceName,
  isolationAttributes,
  mendOf,
} from './isolation/isolation-pieces.ts';
export { type RootView, resolveInRoot } from './isolation/root-lookup.ts';
export {
  chooseIsolation,
  ISOLATION_FIELDS,
  ISOLATION_OPTIONS,
  type NodeIsolation,
  readNodeIsolation,
} from './isolation/task-isolation.ts';
export {
  chooseTaskUser,
  guardDeniedIds,
  judgeUser,
  type NodeUsers,
  readNodeUsers,
  type TaskUser,
} from './isolation/task-user.ts';
export type { ResolvedUser } from './isolation/users.ts';
export { findNativeLauncher } from './launch/native-launcher.ts';
export { type SecureDirectoryOptions, secureDirectory } from './launch/secure-directory.ts';
export { volatileStateDir } from './launch/volatile-state-dir.ts';
export * from './types.ts';
