// What can be said of one task.
import type { TaskInspect } from '@orch/driver-api';
import type { DockerContext } from '../context.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import { exitOf } from './tracked-task.ts';

export async function inspectTask(context: DockerContext, taskId: string): Promise<TaskInspect> {
  const task = context.tasks.get(taskId);
  const attributes = { container_id: task.containerId, image: task.image };
  try {
    const info = await (await context.engine.client()).getContainer(task.containerId).inspect();
    const exit = exitOf(info);
    if (exit !== undefined && task.exit === undefined) await context.tasks.look(task);
    const startedAtMs = Date.parse(info.State.StartedAt);
    return {
      taskId,
      state: exit === undefined ? 'running' : 'exited',
      attributes: { ...attributes, image_id: info.Image },
      ...(startedAtMs > 0 ? { startedAtMs } : {}),
      ...(exit === undefined ? { pid: info.State.Pid } : { exit: task.exit ?? exit }),
    };
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error, `inspecting ${taskId}`);
    await context.tasks.look(task);
    return { taskId, state: 'exited', attributes, ...(task.exit === undefined ? {} : { exit: task.exit }) };
  }
}
