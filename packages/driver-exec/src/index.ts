// Drivers exec (isolated) and raw_exec.
export { createExecDriver } from './exec-driver.ts';
export type { ExecDriverDependencies } from './host-driver-parts.ts';
export { createRawExecDriver } from './raw-exec-driver.ts';
