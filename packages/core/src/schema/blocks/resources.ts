// `resources`: what a task needs of its node.

import { asRecords, type BlockSchema, block, keptValue, type ModelRecord, type Report, stringList } from '../field.ts';
import { deviceBlock } from './device.ts';
import { networkBlock } from './network.ts';

const numaBlock: BlockSchema = {
  name: 'numa',
  doc: 'Placement on the memory nodes of the machine.',
  fields: [
    {
      hcl: 'affinity',
      wire: 'Affinity',
      model: 'affinity',
      type: 'string',
      default: 'none',
      values: ['none', 'prefer', 'require'],
      doc: 'How strongly cores of one memory node are wanted.',
    },
    {
      hcl: 'devices',
      wire: 'Devices',
      model: 'devices',
      type: stringList,
      default: [],
      doc: 'Devices of the task that must be near the same memory node as its cores.',
    },
  ],
};

export const resourcesBlock: BlockSchema = {
  name: 'resources',
  doc: 'What the task needs of its node.',
  fields: [
    {
      hcl: 'cpu',
      wire: 'CPU',
      model: 'cpuMhz',
      type: 'int',
      destructive: true,
      default: 100,
      min: 0,
      doc: 'Share of processor time, in MHz.',
    },
    {
      hcl: 'cores',
      wire: 'Cores',
      model: 'cores',
      type: 'int',
      destructive: true,
      min: 0,
      doc: 'Whole cores for the task alone, instead of `cpu`.',
    },
    {
      hcl: 'memory',
      wire: 'MemoryMB',
      model: 'memoryMiB',
      type: 'int',
      destructive: true,
      default: 300,
      min: 10,
      doc: 'Memory, in MB.',
    },
    {
      hcl: 'memory_max',
      wire: 'MemoryMaxMB',
      model: 'memoryMaxMiB',
      type: 'int',
      destructive: true,
      min: -1,
      doc: 'What the task may use when the node has memory to spare; −1 = no limit.',
    },
    {
      hcl: 'device',
      wire: 'Devices',
      model: 'devices',
      type: block(deviceBlock, 'many'),
      destructive: true,
      default: [],
      noEffect: 'devices are not assigned yet',
      doc: 'Devices the task needs, such as GPUs.',
    },
    {
      hcl: 'secrets',
      wire: 'SecretsMB',
      model: 'secretsMiB',
      type: 'int',
      min: 0,
      kept: true,
      noEffect: 'the secrets directory has no size of its own yet',
      destructive: true,
      doc: 'Size of the secrets directory, in MB.',
    },
    {
      hcl: 'numa',
      wire: 'NUMA',
      model: 'numa',
      type: block(numaBlock),
      kept: true,
      enterprise: true,
      noEffect: 'memory nodes are not looked at yet',
      destructive: true,
      doc: 'Placement on memory nodes.',
    },
    {
      hcl: 'disk',
      wire: 'DiskMB',
      model: 'diskMiB',
      type: 'int',
      kept: true,
      deprecated: 'disk space belongs to the group: ephemeral_disk { size = … }',
      noEffect: 'a task has no disk space of its own',
      doc: 'Disk space of one task, from old job files.',
    },
    {
      hcl: 'iops',
      wire: 'IOPS',
      model: 'iops',
      type: 'int',
      kept: true,
      deprecated: 'it has no effect; remove it',
      noEffect: 'disk operations are not limited',
      doc: 'Disk operations per second, from old job files.',
    },
    {
      hcl: 'network',
      wire: 'Networks',
      model: 'networks',
      type: block(networkBlock, 'many'),
      deprecated: 'networks belong to the group: write the block there, `port` and all',
      destructive: 'presence',
      doc: 'Network of one task, from old job files; it becomes the network of the group.',
    },
  ],
  normalize(record) {
    for (const key of ['memoryMaxMiB', 'cores']) if (record[key] === 0) delete record[key];
    if (record['cores'] !== undefined && record['cpuMhz'] === undefined) record['cpuMhz'] = 0;
    const kept = record['kept'] as Record<string, unknown> | undefined;
    for (const key of ['secrets', 'disk', 'iops']) if (kept?.[key] === 0) delete kept[key];
    if (kept !== undefined && Object.keys(kept).length === 0) delete record['kept'];
  },
  check: checkResources,
};

function checkResources(record: ModelRecord, _context: unknown, report: Report): void {
  const cpu = Number(record['cpuMhz']);
  const cores = record['cores'];
  if (cores !== undefined && cpu > 0) report('cores', '`cpu` and `cores` exclude each other', 'keep one of them');
  if (cores === undefined && cpu < 1) report('cpu', 'a task needs at least 1 MHz', 'write cpu = 100, or cores = 1');
  const max = record['memoryMaxMiB'];
  if (typeof max === 'number' && max !== -1 && max < Number(record['memoryMiB'])) {
    report('memory_max', `it is below memory (${record['memoryMiB']} MB)`, 'memory_max is the larger one of the two');
  }
  const secrets = keptValue(record, 'secrets');
  if (typeof secrets === 'number' && secrets > Number(record['memoryMiB'])) {
    report('secrets', `it is more than memory (${record['memoryMiB']} MB), of which it is a part`);
  }
  const numa = keptValue(record, 'numa') as ModelRecord | undefined;
  if (numa === undefined) return;
  const devices = asRecords(record['devices']).map((device) => device['name']);
  ((numa['devices'] ?? []) as readonly string[]).forEach((name, index) => {
    if (!devices.includes(name)) report(`numa.devices[${index}]`, `the task asks for no device "${name}"`);
  });
}
