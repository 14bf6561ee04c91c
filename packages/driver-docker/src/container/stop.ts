// Ending tasks: stop with patience, signals, destroy.
import { DriverError, type StopOptions } from '@orch/driver-api';
import { type DockerContext, tell } from '../context.ts';
import { sleep } from '../engine/abort.ts';
import { configError, engineError, engineMessage, statusOf } from '../engine/errors.ts';
import { isKill, isSignal } from '../engine/signals.ts';
import { containerName, LABEL_OWNER } from './labels.ts';
import { removeContainer } from './remove.ts';
import { exitOf, type TrackedTask } from './tracked-task.ts';

/** How long the engine may take to report the end of a container it killed, milliseconds. */
const KILL_LIMIT_MS = 60_000;

export async function stopTask(context: DockerContext, taskId: string, options: StopOptions): Promise<void> {
  const task = context.tasks.get(taskId);
  if (task.exit !== undefined) return;
  await kill(context, task, options.killSignal ?? task.stopSignal);
  if (await endsWithin(task, options.timeoutMs)) return;
  tell(context, taskId, `Did not end within ${options.timeoutMs} ms, killing it`);
  await kill(context, task, 'SIGKILL');
  if (await endsWithin(task, KILL_LIMIT_MS)) return;
  throw new DriverError('internal', `the container of ${taskId} does not end`, {
    recoverable: true,
    hint: 'Look at the Docker engine and at processes in uninterruptible sleep.',
  });
}

export async function sendSignal(context: DockerContext, taskId: string, signal: string): Promise<void> {
  const task = context.tasks.get(taskId);
  requireSignal(signal);
  if (task.exit !== undefined) throw new DriverError('invalid-config', `the task ${taskId} has ended`);
  await kill(context, task, signal);
}

/** The container's name follows from the id, so that a task this driver object never met is found, too. */
export async function destroyTask(context: DockerContext, taskId: string, force: boolean): Promise<void> {
  const task = context.tasks.find(taskId);
  const name = task?.containerId ?? containerName(taskId);
  const client = await context.engine.client();
  try {
    if (task === undefined || task.exit === undefined) {
      const info = await client.getContainer(name).inspect();
      if (info.Config.Labels[LABEL_OWNER] !== context.owner) return;
      const exit = exitOf(info);
      if (exit === undefined && info.State.Status !== 'created' && !force) {
        const hint = 'Stop it first, or destroy it with force.';
        throw new DriverError('denied', `the task ${taskId} still runs`, { hint });
      }
      if (task !== undefined && exit !== undefined) await context.tasks.look(task);
      else if (task !== undefined) {
        await kill(context, task, 'SIGKILL');
        await endsWithin(task, KILL_LIMIT_MS);
      }
    }
    await removeContainer(client, name);
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error, `destroying ${taskId}`);
  }
  await context.binds.undo(taskId);
  if (task === undefined) return;
  task.settle({ error: 'exit-status-unknown: destroyed' });
  context.tasks.remove(task);
}

/** @throws DriverError `invalid-config` */
export function requireSignal(signal: string): void {
  if (isSignal(signal)) return;
  throw configError(
    ['kill_signal'],
    `there is no signal "${signal}"`,
    'Use a name such as SIGTERM or SIGRTMIN+3, or a number.',
  );
}

/** A container that ended meanwhile is success. */
async function kill(context: DockerContext, task: TrackedTask, signal: string): Promise<void> {
  requireSignal(signal);
  if (isKill(signal)) task.killed = true;
  try {
    await (await context.engine.client()).getContainer(task.containerId).kill({ signal });
  } catch (error) {
    const ended = statusOf(error) === 404 || (statusOf(error) === 409 && /not running/i.test(engineMessage(error)));
    if (!ended) throw engineError(error, `sending ${signal} to ${task.taskId}`);
    await context.tasks.look(task);
  }
}

async function endsWithin(task: TrackedTask, timeoutMs: number): Promise<boolean> {
  if (task.exit !== undefined) return true;
  const waiting = new AbortController();
  await Promise.race([task.ended, sleep(timeoutMs, waiting.signal)]);
  waiting.abort();
  return task.exit !== undefined;
}
