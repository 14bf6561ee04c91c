// Random jobs in the API's JSON: services and batches, ports, racks, update and reschedule policies.

import type { Random } from '@orch/core/lib/random';
import { between, pick } from './world.ts';

const second = 1_000_000_000;

export interface JobSpec {
  readonly ID: string;
  readonly Type: 'service' | 'batch';
  readonly TaskGroups: readonly GroupSpec[];
  readonly [field: string]: unknown;
}

export interface GroupSpec {
  readonly Name: string;
  readonly Count: number;
  readonly Tasks: readonly TaskSpec[];
  readonly [field: string]: unknown;
}

interface TaskSpec {
  readonly Config: { readonly command: string };
  readonly Resources: { readonly CPU: number; readonly MemoryMB: number };
  readonly [field: string]: unknown;
}

export function randomJob(random: Random, id: string): JobSpec {
  const type = random() < 0.75 ? 'service' : 'batch';
  const names = random() < 0.2 ? ['web', 'side'] : ['web'];
  const rack = { LTarget: '${meta.rack}', RTarget: random() < 0.5 ? 'r1' : 'r2', Operand: '=' };
  const constraints = [...(random() < 0.25 ? [rack] : []), ...(random() < 0.15 ? [{ Operand: 'distinct_hosts' }] : [])];
  return {
    ID: id,
    Name: id,
    Type: type,
    Priority: between(random, 20, 80),
    Datacenters: ['dc1'],
    AllAtOnce: random() < 0.05,
    Constraints: constraints,
    TaskGroups: names.map((name) => randomGroup(random, name, type)),
  };
}

function randomGroup(random: Random, name: string, type: 'service' | 'batch'): GroupSpec {
  return {
    Name: name,
    Count: between(random, 1, 5),
    Tasks: [
      {
        Name: 'server',
        Driver: 'exec',
        Config: { command: `/bin/version-${between(random, 1, 1_000_000)}` },
        Resources: { CPU: between(random, 1, 8) * 100, MemoryMB: between(random, 1, 8) * 64 },
      },
    ],
    Networks: randomNetworks(random),
    ReschedulePolicy: randomReschedule(random),
    EphemeralDisk: { SizeMB: between(random, 1, 6) * 100, Sticky: random() < 0.1 },
    ...(type === 'service' ? { Update: randomUpdate(random) } : {}),
  };
}

function randomNetworks(random: Random) {
  if (random() < 0.5) return [];
  const reserved = random() < 0.4 ? [{ Label: 'fixed', Value: between(random, 8_080, 8_082) }] : [];
  const dynamic = Array.from({ length: between(random, reserved.length === 0 ? 1 : 0, 3) }, (_, index) => ({
    Label: `free${index}`,
  }));
  return [{ Mode: 'host', ReservedPorts: reserved, DynamicPorts: dynamic }];
}

function randomReschedule(random: Random) {
  const DelayFunction = pick(random, ['constant', 'exponential', 'fibonacci']) ?? 'constant';
  const base = { Delay: between(random, 5, 10) * second, DelayFunction, MaxDelay: 30 * second };
  if (random() < 0.7) return { ...base, Unlimited: true, Attempts: 0, Interval: 0 };
  return { ...base, Unlimited: false, Attempts: between(random, 0, 3), Interval: 600 * second };
}

function randomUpdate(random: Random) {
  if (random() < 0.2) return { MaxParallel: 0 };
  const canary = random() < 0.25 ? between(random, 1, 2) : 0;
  return {
    MaxParallel: between(random, 1, 3),
    HealthCheck: 'task_states',
    MinHealthyTime: between(random, 1, 3) * second,
    HealthyDeadline: 30 * second,
    ProgressDeadline: 60 * second,
    AutoRevert: random() < 0.4,
    Canary: canary,
    AutoPromote: canary > 0 && random() < 0.6,
  };
}

/** Count, command, resources, or nothing: in place, destructive, and the same file twice. */
export function changedJob(random: Random, job: JobSpec): JobSpec {
  const dice = random();
  if (dice < 0.08) return job;
  const change = (group: GroupSpec): GroupSpec => {
    const [task] = group.Tasks;
    if (task === undefined) return group;
    if (dice < 0.45) return { ...group, Count: between(random, 0, 6) };
    if (dice < 0.8) {
      const command = `/bin/version-${between(random, 1, 1_000_000)}`;
      return { ...group, Tasks: [{ ...task, Config: { command } }] };
    }
    if (dice < 0.9) {
      const Resources = { CPU: between(random, 1, 8) * 100, MemoryMB: between(random, 1, 8) * 64 };
      return { ...group, Count: between(random, 1, 5), Tasks: [{ ...task, Resources }] };
    }
    return { ...group, Networks: randomNetworks(random) };
  };
  return { ...job, TaskGroups: job.TaskGroups.map(change) };
}
