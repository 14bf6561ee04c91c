// The docker driver: wires the features to the driver interface.
import { cpus } from 'node:os';
import {
  API_VERSION,
  type Driver,
  type DriverCapabilities,
  DriverError,
  type DriverOptions,
  type Fingerprint,
  type StartResult,
  type TaskConfig,
  type TaskEvent,
} from '@orch/driver-api';
import { DOCKER_CONFIG_SCHEMA } from './config-schema.ts';
import { collectGarbage, sweepBinds } from './container/collect.ts';
import { refuseDeniedUser } from './container/denied-user.ts';
import { openExec } from './container/exec.ts';
import { ImagePlaces } from './container/image-places.ts';
import { inspectTask } from './container/inspect.ts';
import { ownerOf } from './container/labels.ts';
import { recoverTask } from './container/recover.ts';
import { startTask } from './container/start.ts';
import { readStats } from './container/stats.ts';
import { destroyTask, sendSignal, stopTask } from './container/stop.ts';
import { TaskTable } from './container/task-table.ts';
import { type DockerContext, tell } from './context.ts';
import { Broadcast } from './engine/broadcast.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { type EngineEvent, EngineLink } from './engine/engine-link.ts';
import { engineMessage } from './engine/errors.ts';
import { describeEngine } from './engine/fingerprint.ts';
import { Binds } from './files/binds.ts';
import { BindsSeen } from './files/binds-seen.ts';
import { LAUNCHER_HINT, NativeModes } from './files/native-modes.ts';
import { ImageRecords } from './image/image-records.ts';
import { Images } from './image/images.ts';
import { readLogs } from './logs/logs.ts';
import { Doors } from './network/door.ts';
import { parseNodeConfig } from './node-config.ts';

export const DOCKER_CAPABILITIES: DriverCapabilities = {
  signals: true,
  exec: true,
  update: false,
  isolation: 'image',
  networks: ['namespace', 'host', 'none'],
  mounts: true,
  logs: 'stream',
  groupAddress: '127.0.0.1',
  taskPaths: { shared: '/alloc', local: '/local', secrets: '/secrets' },
};

export interface DockerDriverDeps {
  /** The connection to use instead of the one `endpoint` names. */
  readonly engine?: Engine;
  /** Number of cores of this node. */
  readonly nodeCores?: number;
  /** The native launcher's program. Absent = not built: then no container is started. */
  readonly launcher?: string | undefined;
}

/** @throws DriverError `invalid-config` when the node's configuration is wrong. The engine need not run. */
export function createDockerDriver(options: DriverOptions, deps: DockerDriverDeps = {}): Driver {
  const starting = new Map<string, Promise<StartResult>>();
  const context = createContext(options, deps, starting);
  const { link, tasks, events, engine } = context;
  const start = async (task: TaskConfig, signal: AbortSignal | undefined): Promise<StartResult> => {
    refuseDeniedUser(task.user, options.deniedUsers ?? []);
    if (deps.launcher === undefined) throw noLauncher();
    const running = starting.get(task.id) ?? startTask(context, task, signal).finally(() => starting.delete(task.id));
    starting.set(task.id, running);
    return running;
  };
  return {
    info: { name: 'docker', version: '0.1.0', apiVersion: API_VERSION },
    capabilities: DOCKER_CAPABILITIES,
    configSchema: DOCKER_CONFIG_SCHEMA,
    fingerprint: ({ signal }) =>
      deps.launcher === undefined ? withoutLauncher(link.fingerprints(signal)) : link.fingerprints(signal),
    start: (task, { signal }) => start(task, signal),
    recover: (handle) => recoverTask(context, handle),
    wait: (taskId, { signal }) => tasks.wait(taskId, signal),
    stop: (taskId, stopOptions) => stopTask(context, taskId, stopOptions),
    destroy: (taskId, { force }) => destroyTask(context, taskId, force),
    inspect: (taskId) => inspectTask(context, taskId),
    stats: (taskId, { intervalMs, signal }) => readStats(context, taskId, intervalMs, signal),
    events: ({ signal }) => events.subscribe(signal),
    signals: { send: (taskId, signal) => sendSignal(context, taskId, signal) },
    exec: { open: (taskId, request, { signal }) => openExec(context, taskId, request, signal) },
    logs: { read: (taskId, { after, signal }) => readLogs(context, taskId, after, signal) },
    collect: async ({ keepTaskIds }) => ({ freed: await collectGarbage(context, keepTaskIds, Date.now()) }),
    async close() {
      await link.close();
      events.close();
      engine.close();
    },
  };
}

function createContext(
  options: DriverOptions,
  deps: DockerDriverDeps,
  starting: ReadonlyMap<string, unknown>,
): DockerContext {
  const node = parseNodeConfig(options.config);
  const engine = deps.engine ?? createEngine(node.endpoint);
  const tasks = new TaskTable(engine);
  const imageRecords = new ImageRecords(options.stateDir);
  const images = new Images(engine, imageRecords, node.authFile);
  const owner = ownerOf(options.stateDir);
  const launcher = deps.launcher ?? '';
  const binds = new Binds(options.stateDir, new NativeModes(launcher));
  // What is older an earlier process of the agent made.
  const createdMs = Date.now();
  const listener = {
    onLeftover: (error: unknown) =>
      options.log.warn('a door container could not be removed', { error: engineMessage(error) }),
    onRetry: (error: unknown) =>
      options.log.warn('a door container failed and is tried again', { error: engineMessage(error) }),
  };
  const link = new EngineLink(
    engine,
    (client) => describeEngine(client, node),
    {
      async connected() {
        images.forget();
        await tasks.resync();
        await context.doors.closeLeft();
        await sweepBinds(context, await engine.client(), createdMs);
      },
      disconnected() {
        images.forget();
        context.places.forget();
      },
      event: (event) => onEvent(context, event),
    },
    options.log,
  );
  const context: DockerContext = {
    engine,
    link,
    tasks,
    images,
    imageRecords,
    doors: new Doors(engine, owner, launcher, listener),
    places: new ImagePlaces(engine, owner, new BindsSeen(binds)),
    binds,
    node,
    owner,
    starting,
    events: new Broadcast<TaskEvent>(),
    log: options.log,
    nodeCores: deps.nodeCores ?? cpus().length,
  };
  return context;
}

const NO_LAUNCHER = 'the native launcher is not built, and without it no container is started safely';

function noLauncher(): DriverError {
  return new DriverError('runtime-unavailable', NO_LAUNCHER, { hint: LAUNCHER_HINT });
}

/** Containers that run are looked after; new ones do not come here. */
async function* withoutLauncher(fingerprints: AsyncIterable<Fingerprint>): AsyncGenerator<Fingerprint> {
  for await (const { health, description, attributes } of fingerprints) {
    if (health === 'healthy')
      yield { health: 'unhealthy', description: `${NO_LAUNCHER}. ${LAUNCHER_HINT}`, attributes };
    else yield { health, description, attributes };
  }
}

function onEvent(context: DockerContext, event: EngineEvent): void {
  if (event.Type === 'image') {
    context.images.forget();
    return;
  }
  const task = context.tasks.ofContainer(event.Actor.ID);
  if (task === undefined || task.exit !== undefined) return;
  if (event.Action === 'oom') {
    task.oomSeen = true;
    tell(context, task.taskId, 'Ran out of memory');
    return;
  }
  const code = Number(event.Actor.Attributes['exitCode'] ?? Number.NaN);
  if (Number.isInteger(code)) task.diedWith = code;
  context.tasks.look(task).catch((error: unknown) => {
    context.log.warn('a task that ended could not be looked at', { task: task.taskId, error: engineMessage(error) });
  });
}
