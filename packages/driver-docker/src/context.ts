// What the features of the driver share.
import type { DriverLog, TaskEvent } from '@orch/driver-api';
import type { Broadcast } from './broadcast.ts';
import type { Doors } from './door.ts';
import type { Engine } from './engine.ts';
import type { EngineLink } from './engine-link.ts';
import type { ImageRecords } from './image-records.ts';
import type { Images } from './images.ts';
import type { DockerNodeConfig } from './node-config.ts';
import type { TaskTable } from './task-table.ts';

export interface DockerContext {
  readonly engine: Engine;
  readonly link: EngineLink;
  readonly tasks: TaskTable;
  readonly images: Images;
  readonly imageRecords: ImageRecords;
  readonly doors: Doors;
  readonly node: DockerNodeConfig;
  readonly owner: string;
  /** Ids of tasks whose start is under way. */
  readonly starting: ReadonlyMap<string, unknown>;
  readonly events: Broadcast<TaskEvent>;
  readonly log: DriverLog;
  /** Number of cores of this node. */
  readonly nodeCores: number;
}

export function tell(context: DockerContext, taskId: string, message: string): void {
  context.events.publish({ taskId, atMs: Date.now(), message });
}
