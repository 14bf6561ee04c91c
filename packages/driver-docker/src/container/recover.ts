// Taking a container over from an earlier process of the agent.
import { DriverError, type TaskHandle } from '@orch/driver-api';
import type { DockerContext } from '../context.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import { adopt } from './start.ts';
import { factsOfHandle } from './tracked-task.ts';

export async function recoverTask(context: DockerContext, handle: TaskHandle): Promise<void> {
  const facts = factsOfHandle(handle);
  try {
    const info = await (await context.engine.client()).getContainer(facts.containerId).inspect();
    adopt(context, info);
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error, `recovering ${handle.taskId}`);
    const message = `the container of ${handle.taskId} is gone`;
    throw new DriverError('task-lost', message, { recoverable: true, cause: error });
  }
}
