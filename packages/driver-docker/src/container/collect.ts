// Garbage of this agent in the engine: containers no task needs, doors left by a crash, images it brought and nobody uses.
import type Docker from 'dockerode';
import type { DockerContext } from '../context.ts';
import { engineError, engineMessage, isConnectionFault, statusOf } from '../engine/errors.ts';
import { imageId } from '../image/reference.ts';
import { containerName, isHelper, LABEL_OWNER, LABEL_TASK_ID } from './labels.ts';
import { removeContainer } from './remove.ts';

/** What a start made and uses is younger than this: doors, binds whose container is not there yet. Milliseconds. */
const START_GRACE_MS = 120_000;

export async function collectGarbage(
  context: DockerContext,
  keepTaskIds: readonly string[],
  nowMs: number,
): Promise<readonly string[]> {
  try {
    const client = await context.engine.client();
    const freed = await collectContainers(context, client, new Set(keepTaskIds), nowMs);
    if (context.node.collectImages) freed.push(...(await collectImages(context, client, nowMs)));
    // Starts want it again and again: it stays as long as an image that was pulled.
    const doorIsIdle = nowMs - context.doors.lastUsedMs >= context.node.imageDelayMs;
    const door = keepTaskIds.length === 0 && doorIsIdle ? await context.doors.imageId() : undefined;
    if (door !== undefined) freed.push(...(await removeImage(context, client, door)));
    await sweepBinds(context, client, nowMs - START_GRACE_MS);
    return freed;
  } catch (error) {
    throw engineError(error, 'collecting containers and images');
  }
}

async function collectContainers(
  context: DockerContext,
  client: Docker,
  keep: ReadonlySet<string>,
  nowMs: number,
): Promise<string[]> {
  const freed: string[] = [];
  const all = await client.listContainers({ all: true, filters: { label: [`${LABEL_OWNER}=${context.owner}`] } });
  for (const { Id: id, Labels: labels, Created: createdS, Names: names } of all) {
    const taskId = labels[LABEL_TASK_ID];
    const needed =
      taskId === undefined
        ? !isHelper(names, labels) || nowMs - createdS * 1000 < START_GRACE_MS
        : keep.has(taskId) || context.starting.has(taskId) || context.tasks.find(taskId) !== undefined;
    if (needed) continue;
    const name = names[0]?.slice(1) ?? id;
    try {
      await removeContainer(client, id);
      if (taskId !== undefined) await context.binds.undo(taskId);
      freed.push(`container ${name}`);
    } catch (error) {
      // One that the engine does not let go of costs itself alone. Unless it is the engine that is gone.
      if (isConnectionFault(error) && !context.link.isConnected) throw error;
      context.log.warn('a container could not be removed', { container: name, error: engineMessage(error) });
    }
  }
  return freed;
}

/** Ends binds whose container is gone: the agent was killed between its removal and theirs, or before it was made. */
export async function sweepBinds(context: DockerContext, client: Docker, beforeMs: number): Promise<void> {
  const held = await context.binds.list(beforeMs);
  if (held.length === 0) return;
  // Before the engine is asked: what is not starting any more by now has its container by then.
  const starting = new Set([...context.starting.keys()].map(containerName));
  const all = await client.listContainers({ all: true, filters: { label: [`${LABEL_OWNER}=${context.owner}`] } });
  const names = new Set(all.flatMap(({ Names }) => Names.map((name) => name.slice(1))));
  await context.binds.sweep(held.filter((name) => !names.has(name) && !starting.has(name)));
}

async function collectImages(context: DockerContext, client: Docker, nowMs: number): Promise<string[]> {
  const freed: string[] = [];
  for (const { reference, lastUsedMs } of await context.imageRecords.all()) {
    // A container that ended counts as a use up to the last look at it, not only up to its start.
    const used = await client.listContainers({ all: true, limit: 1, filters: { ancestor: [reference] } });
    if (used.length > 0) {
      await context.imageRecords.used(reference, nowMs);
      continue;
    }
    if (nowMs - lastUsedMs < context.node.imageDelayMs) continue;
    if (!(await hasName(client, reference))) freed.push(...(await removeImage(context, client, reference)));
    await context.imageRecords.remove(reference);
  }
  for (const id of await context.imageRecords.locked()) {
    if (!(await isThere(client, id))) await context.imageRecords.forgetLocks(id);
  }
  return freed;
}

/** Whether an image that came here without a name, or lost it, has one by now: then it is somebody's. */
async function hasName(client: Docker, reference: string): Promise<boolean> {
  if (imageId(reference) === undefined) return false;
  try {
    return ((await client.getImage(reference).inspect()).RepoTags ?? []).length > 0;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function isThere(client: Docker, id: string): Promise<boolean> {
  try {
    await client.getImage(id).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** An image in use stays. */
async function removeImage(context: DockerContext, client: Docker, reference: string): Promise<string[]> {
  try {
    await client.getImage(reference).remove();
    return [`image ${reference}`];
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
    if (status === 409) context.log.debug('an image is still used', { image: reference, error: engineMessage(error) });
    return [];
  }
}
