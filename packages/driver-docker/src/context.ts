// What the features of the driver share.
import type { DriverLog, TaskEvent } from '@orch/driver-api';
import type { ImagePlaces } from './container/image-places.ts';
import type { TaskTable } from './container/task-table.ts';
import type { Broadcast } from './engine/broadcast.ts';
import type { Engine } from './engine/engine.ts';
import type { EngineLink } from './engine/engine-link.ts';
import type { Binds } from './files/binds.ts';
import type { ImageRecords } from './image/image-records.ts';
import type { Images } from './image/images.ts';
import type { Doors } from './network/door.ts';
import type { DockerNodeConfig } from './node-config.ts';

export interface DockerContext {
  readonly engine: Engine;
  readonly link: EngineLink;
  readonly tasks: TaskTable;
  readonly images: Images;
  readonly imageRecords: ImageRecords;
  readonly doors: Doors;
  readonly binds: Binds;
  readonly places: ImagePlaces;
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
