// The check of device requests: nodes do not report devices, so every request is refused by name.

import type { TaskGroup } from '../../model/task-group.ts';
import { type CheckFailure, filtered } from './check.ts';

export function checkDevices(group: TaskGroup): CheckFailure | undefined {
  for (const task of group.tasks) {
    const device = task.resources.devices[0];
    if (device === undefined) continue;
    return filtered(
      'device',
      'missing devices',
      `task ${JSON.stringify(task.name)} asks for device ${JSON.stringify(device.name)}; nodes do not offer devices`,
      'remove the device block from the task',
    );
  }
  return undefined;
}
