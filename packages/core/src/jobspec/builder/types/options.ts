// The option types that are more than the schema's fields: a task's, whose `config` depends on its driver.

import type { DriverConfigs } from './drivers.ts';
import type { TaskFields } from './task.ts';
import type { JsonObject } from './values.ts';

/** A driver's options: typed for the drivers that come with orch, open for others. */
export type ConfigOf<D extends string> = D extends keyof DriverConfigs ? DriverConfigs[D] : JsonObject;

export interface TaskOptions<D extends string> extends TaskFields {
  /** Which driver runs it. */
  readonly driver: D | (keyof DriverConfigs & D);
  /** The driver's own options, by the driver's own names. */
  readonly config?: ConfigOf<D> | undefined;
}
