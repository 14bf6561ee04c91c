// From a task to a running container, and back to nothing when any step fails.
import { DriverError, type StartResult, type TaskConfig } from '@orch/driver-api';
import type Docker from 'dockerode';
import type { Container, ContainerInspectInfo } from 'dockerode';
import { type DockerContext, tell } from '../context.ts';
import { throwIfAborted } from '../engine/abort.ts';
import { engineError, engineMessage, statusOf } from '../engine/errors.ts';
import { isSignal } from '../engine/signals.ts';
import type { TaskBinds } from '../files/binds.ts';
import type { ReadyImage } from '../image/images.ts';
import type { Door } from '../network/door.ts';
import { type NetworkPlan, planNetwork } from '../network/network.ts';
import { containerSpec, tmpfsTargets } from './container-spec.ts';
import { containerName, LABEL_OWNER, LABEL_TASK_ID } from './labels.ts';
import { resolveMounts } from './mounts.ts';
import { placesOf } from './places.ts';
import { removeContainer } from './remove.ts';
import { resourceLimits } from './resources.ts';
import { securitySettings } from './security.ts';
import { requireSignal } from './stop.ts';
import { imageReference, readTaskConfig } from './task-config.ts';
import { exitOf, factsOfContainer, handleOf, type TrackedTask, track } from './tracked-task.ts';

interface PreparedStart {
  readonly spec: Docker.ContainerCreateOptions;
  readonly network: NetworkPlan;
  readonly image: string;
  /** Brings the image again, whose id may be another one then. */
  readonly imageAgain: () => Promise<ReadyImage>;
  readonly stopSignal: string;
  readonly tty: boolean;
}

export async function startTask(
  context: DockerContext,
  task: TaskConfig,
  signal: AbortSignal | undefined,
): Promise<StartResult> {
  const doing = `starting ${task.id}`;
  throwIfAborted(signal, doing);
  const known = context.tasks.find(task.id);
  if (known !== undefined) return { handle: handleOf(known), ...(await addressOf(context, known, task)) };
  let door: Door | undefined;
  const binds = context.binds.of(task.id);
  try {
    const prepared = await prepare(context, task, binds, signal);
    throwIfAborted(signal, doing);
    const join = prepared.network.join;
    if (join !== undefined) door = await context.doors.enter(join.path, join.hostname);
    throwIfAborted(signal, doing);
    await binds.make();
    return await launch(context, task, withDoor(prepared, door), signal);
  } catch (error) {
    await binds.undo().catch((failed: unknown) =>
      context.log.warn('the binds of a container whose start failed could not be undone', {
        task: task.id,
        error: engineMessage(failed),
      }),
    );
    throw inWordsOfJob(engineError(error, doing, 'start-failed'), binds);
  } finally {
    await binds.release();
    await door?.leave();
  }
}

/** Runtimes tell where on the node they looked for what they mount. */
function inWordsOfJob(error: DriverError, binds: TaskBinds): DriverError {
  const message = binds.inWordsOfJob(error.message);
  if (message === error.message) return error;
  const { code, recoverable, hint, path } = error;
  return new DriverError(code, message, {
    recoverable,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
  });
}

/** Everything that can be refused before a container exists. */
async function prepare(
  context: DockerContext,
  task: TaskConfig,
  binds: TaskBinds,
  signal: AbortSignal | undefined,
): Promise<PreparedStart> {
  const { node, owner } = context;
  const block = readTaskConfig(task.config);
  imageReference(block);
  if (task.killSignal !== undefined) requireSignal(task.killSignal);
  const limits = resourceLimits(task.resources, block, node, context.nodeCores);
  const [security, mounts, network] = await Promise.all([
    securitySettings(task, block, node),
    resolveMounts(task, block, node.volumesEnabled, binds),
    planNetwork(task, block),
  ]);
  const onProgress = (message: string) => tell(context, task.id, message);
  const { volumesEnabled } = node;
  const tmpfs = tmpfsTargets(block, volumesEnabled);
  const imageAgain = async () => {
    const image = await context.images.ensure({ task, block, signal, onProgress });
    const places = volumesEnabled ? [] : placesOf([...network.mounts, ...mounts], tmpfs, image.volumes);
    await context.places.check(image.id, places);
    return image;
  };
  const image = await imageAgain().catch(async (error: unknown) => {
    if (statusOf(error) !== 404) throw error;
    context.images.forget();
    return imageAgain();
  });
  const stopSignal = task.killSignal ?? stopSignalOf(image, onProgress);
  const spec = containerSpec({
    task,
    block,
    image,
    stopSignal,
    owner,
    volumesEnabled,
    mounts,
    limits,
    security,
    network,
  });
  return { spec, network, image: image.reference, imageAgain, stopSignal, tty: block.flag('tty') };
}

/** As it is, be it a number or a real-time signal. The engine stops with SIGTERM what has a signal that nobody knows, too. */
function stopSignalOf({ reference, stopSignal }: ReadyImage, onProgress: (message: string) => void): string {
  if (isSignal(stopSignal)) return stopSignal;
  onProgress(
    `The image ${reference} has the stop signal "${stopSignal}", which there is not: it is stopped with SIGTERM`,
  );
  return 'SIGTERM';
}

function withDoor(prepared: PreparedStart, door: Door | undefined): PreparedStart {
  if (door === undefined) return prepared;
  const HostConfig = { ...prepared.spec.HostConfig, NetworkMode: `container:${door.containerId}` };
  return { ...prepared, spec: { ...prepared.spec, HostConfig } };
}

async function launch(
  context: DockerContext,
  task: TaskConfig,
  prepared: PreparedStart,
  signal: AbortSignal | undefined,
): Promise<StartResult> {
  const client = await context.engine.client();
  const created = await createContainer(context, client, prepared, task);
  if ('running' in created)
    return { handle: handleOf(created.running), ...(await addressOf(context, created.running, task)) };
  const { container } = created;
  const { image, stopSignal, tty } = prepared;
  const tracked = track({ taskId: task.id, containerId: container.id, image, stopSignal, tty });
  // Known before it runs, so that an exit within its first milliseconds finds somebody.
  context.tasks.add(tracked);
  try {
    throwIfAborted(signal, `starting ${task.id}`);
    await container.start();
    const address = await addressOf(context, tracked, task);
    throwIfAborted(signal, `starting ${task.id}`);
    tell(context, task.id, 'Started');
    return { handle: handleOf(tracked), ...address };
  } catch (error) {
    context.tasks.remove(tracked);
    await removeContainer(client, container.id).catch((failed: unknown) =>
      context.log.warn('a container whose start failed could not be removed', {
        container: container.id,
        error: engineMessage(failed),
      }),
    );
    throw error;
  }
}

/**
 * Creates the container. Its name follows from the task's id, so a conflict is an earlier start of the same task: one
 * that was started is taken over, one that never ran is replaced.
 */
async function createContainer(
  context: DockerContext,
  client: Docker,
  prepared: PreparedStart,
  task: TaskConfig,
): Promise<{ readonly container: Container } | { readonly running: TrackedTask }> {
  try {
    return { container: await client.createContainer(prepared.spec) };
  } catch (error) {
    if (statusOf(error) === 404) return { container: await createAfterLoss(context, client, prepared, error) };
    if (statusOf(error) !== 409 || !/is already in use/.test(engineMessage(error))) throw error;
  }
  const existing = client.getContainer(containerName(task.id));
  const info = await existing.inspect();
  requireOurs(info, context.owner, task.id);
  if (info.State.Status !== 'created') return { running: adopt(context, info) };
  await removeContainer(client, info.Id);
  return { container: await client.createContainer(prepared.spec) };
}

/** What was remembered of the image may be outdated: it was deleted a moment ago. It is brought once more. */
async function createAfterLoss(
  context: DockerContext,
  client: Docker,
  { spec, imageAgain }: PreparedStart,
  error: unknown,
): Promise<Container> {
  if (!/no such image/i.test(engineMessage(error))) throw error;
  context.images.forget();
  const { id } = await imageAgain();
  return client.createContainer({ ...spec, Image: id });
}

function requireOurs(info: ContainerInspectInfo, owner: string, taskId: string): void {
  const labels = info.Config.Labels;
  if (labels[LABEL_TASK_ID] === taskId && labels[LABEL_OWNER] === owner) return;
  const hint = `Remove the container ${info.Name.slice(1)}, or let the agents use different engines.`;
  throw new DriverError('start-failed', `the container name ${info.Name.slice(1)} is taken by somebody else`, { hint });
}

/** Takes a container over that an earlier driver object started. */
export function adopt(context: DockerContext, info: ContainerInspectInfo): TrackedTask {
  const known = context.tasks.find(info.Config.Labels[LABEL_TASK_ID] ?? '');
  if (known !== undefined && known.containerId === info.Id) return known;
  const tracked = track(factsOfContainer(info));
  context.tasks.add(tracked);
  const exit = exitOf(info);
  if (exit !== undefined) tracked.settle(exit);
  return tracked;
}

/** Asked for only where the engine gives the container an address of its own. */
async function addressOf(
  context: DockerContext,
  tracked: TrackedTask,
  task: TaskConfig,
): Promise<Pick<StartResult, 'network'>> {
  const mode = task.config['network_mode'] ?? 'default';
  if (task.network.kind !== 'host' || mode === 'host' || mode === 'none') return {};
  const info = await (await context.engine.client()).getContainer(tracked.containerId).inspect();
  const [network] = Object.values(info.NetworkSettings.Networks);
  const ip = network?.IPAddress || network?.GlobalIPv6Address;
  if (ip === undefined || ip === '') return {};
  const portMap = Object.fromEntries(task.network.ports.map((port) => [port.label, port.to]));
  return { network: { ip, portMap } };
}
