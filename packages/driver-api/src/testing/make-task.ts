// A complete task for tests, from its id and a directory.
import type { TaskConfig } from '../task.ts';

/**
 * Fills every field of a task with plain values: 100 MHz, 64 MiB, no network, directories below `root` in the layout of
 * the agent. Nothing is made on disk.
 */
export function makeTaskConfig(id: string, root: string, overrides: Partial<TaskConfig> = {}): TaskConfig {
  const [allocationId = id, name = 'task'] = id.split('/');
  const task = `${root}/${name}`;
  return {
    id,
    name,
    allocationId,
    allocationName: 'example.group[0]',
    namespace: 'default',
    jobId: 'example',
    jobName: 'example',
    groupName: 'group',
    nodeName: 'node',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    config: {},
    resources: { cpuMhz: 100, nodeCpuMhz: 4000, memoryMiB: 64 },
    directories: {
      allocation: root,
      shared: `${root}/alloc`,
      task,
      local: `${task}/local`,
      secrets: `${task}/secrets`,
      driver: `${root}/driver-${name}`,
    },
    mounts: [],
    network: { kind: 'none' },
    logs: { dir: `${root}/alloc/logs`, disabled: false, maxFiles: 10, maxFileBytes: 10 * 1024 * 1024 },
    ...overrides,
  };
}
