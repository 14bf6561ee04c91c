// Garbage of this agent in the engine: containers no task needs, doors left by a crash, images it brought and nobody uses.
import type Docker from 'dockerode';
import type { DockerContext } from '../context.ts';
import { engineError, engineMessage, statusOf } from '../engine/errors.ts';
import { DOOR_IMAGE } from '../network/door.ts';
import { LABEL_DOOR, LABEL_OWNER, LABEL_TASK_ID } from './labels.ts';
import { removeContainer } from './remove.ts';

/** A door is younger than this while a start uses it, milliseconds. */
const DOOR_GRACE_MS = 120_000;

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
    if (keepTaskIds.length === 0 && doorIsIdle) freed.push(...(await removeImage(context, client, DOOR_IMAGE)));
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
        ? labels[LABEL_DOOR] === undefined || nowMs - createdS * 1000 < DOOR_GRACE_MS
        : keep.has(taskId) || context.starting.has(taskId) || context.tasks.find(taskId) !== undefined;
    if (needed) continue;
    await removeContainer(client, id);
    freed.push(`container ${names[0]?.slice(1) ?? id}`);
  }
  return freed;
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
    freed.push(...(await removeImage(context, client, reference)));
    await context.imageRecords.remove(reference);
  }
  return freed;
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
