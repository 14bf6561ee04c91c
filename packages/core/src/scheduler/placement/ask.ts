// What one instance of a group asks of a node, compiled once per evaluation.

import type { Constraint } from '../../model/constraint.ts';
import type { Job } from '../../model/job.ts';
import type { AllocatedTaskResources } from '../../model/resources.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { type CompiledConstraint, compileConstraints } from '../feasible/constraint-check.ts';
import { compileTarget, isUniqueTarget, type TargetReader } from '../feasible/resolve-target.ts';
import type { PortAsk } from '../ports/assign-ports.ts';
import { type CompiledAffinity, compileAffinities } from '../rank/node-affinity.ts';
import { type CompiledSpread, compileSpreads } from '../rank/spread.ts';

export interface GroupAsk {
  readonly job: Job;
  readonly group: TaskGroup;
  /** Without the tasks that reserve whole cores. */
  readonly cpuMhz: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly ports: PortAsk;
  readonly drivers: readonly string[];
  readonly constraints: readonly CompiledConstraint[];
  readonly distinctHosts: 'job' | 'group' | undefined;
  readonly distinctProperties: readonly DistinctProperty[];
  readonly affinities: readonly CompiledAffinity[];
  readonly spreads: readonly CompiledSpread[];
  /** Some constraint names a `unique.` fact. */
  readonly escapesClass: boolean;
  /** Shared by all instances when no task reserves cores. */
  readonly tasks: Readonly<Record<string, AllocatedTaskResources>> | undefined;
  readonly memoryOversubscription: boolean;
}

/** At most `limit` instances on nodes of one value of a property. */
export interface DistinctProperty {
  readonly constraint: Constraint;
  readonly read: TargetReader;
  readonly limit: number;
  readonly scope: 'job' | 'group';
}

/** What a job asks, each of its groups asks: compiled anew for each, a job of many groups would keep everybody waiting. */
const jobConstraints = keepLast(compileConstraints);
const jobAffinities = keepLast(compileAffinities);

/** Remembers what was made of the last list, by its identity: the groups of a job come one after the other. */
function keepLast<Item, Made>(make: (list: readonly Item[]) => readonly Made[]): typeof make {
  let last: { readonly list: readonly Item[]; readonly made: readonly Made[] } | undefined;
  return (list) => {
    if (last?.list !== list) last = { list, made: make(list) };
    return last.made;
  };
}

export function compileAsk(job: Job, group: TaskGroup, memoryOversubscription: boolean): GroupAsk {
  const taskConstraints = group.tasks.flatMap((task) => task.constraints);
  const constraints = [
    ...jobConstraints(job.constraints),
    ...compileConstraints([...group.constraints, ...taskConstraints]),
  ];
  const distinctProperties = [
    ...distinctPropertiesOf(job.constraints, 'job'),
    ...distinctPropertiesOf([...group.constraints, ...taskConstraints], 'group'),
  ];
  const cores = group.tasks.reduce((sum, task) => sum + (task.resources.cores ?? 0), 0);
  const requests = group.tasks.map((task) => task.resources);
  const affinities = [
    ...jobAffinities(job.affinities),
    ...compileAffinities([...group.affinities, ...group.tasks.flatMap((task) => task.affinities)]),
  ];
  return {
    job,
    group,
    cpuMhz: requests.reduce((sum, request) => sum + ((request.cores ?? 0) > 0 ? 0 : request.cpuMhz), 0),
    cores,
    memoryMiB: requests.reduce((sum, request) => sum + request.memoryMiB, 0),
    diskMiB: group.ephemeralDisk.sizeMiB,
    ports: {
      fixed: group.networks.flatMap((network) => network.reservedPorts),
      dynamic: group.networks.flatMap((network) => network.dynamicPorts),
    },
    drivers: [...new Set(group.tasks.map((task) => task.driver))],
    constraints,
    distinctHosts: hasDistinctHosts(job.constraints)
      ? 'job'
      : hasDistinctHosts(group.constraints)
        ? 'group'
        : undefined,
    distinctProperties,
    affinities,
    spreads: compileSpreads([...group.spreads, ...job.spreads]),
    escapesClass:
      constraints.some((compiled) => compiled.escapes) ||
      distinctProperties.some((property) => isUniqueTarget(property.constraint.attribute)),
    tasks: cores > 0 ? undefined : allocatedTasks(group, memoryOversubscription, 0, []),
    memoryOversubscription,
  };
}

/** What each task gets. `coreIds` are handed out in the order of the tasks. */
export function allocatedTasks(
  group: TaskGroup,
  memoryOversubscription: boolean,
  coreMhz: number,
  coreIds: readonly number[],
): Record<string, AllocatedTaskResources> {
  let next = 0;
  const tasks: Record<string, AllocatedTaskResources> = {};
  for (const task of group.tasks) {
    const { cpuMhz, cores = 0, memoryMiB, memoryMaxMiB } = task.resources;
    const own = coreIds.slice(next, next + cores);
    next += cores;
    tasks[task.name] = {
      cpuMhz: cores > 0 ? cores * coreMhz : cpuMhz,
      memoryMiB,
      ...(cores > 0 ? { cores: own } : {}),
      ...(memoryOversubscription && memoryMaxMiB !== undefined ? { memoryMaxMiB } : {}),
    };
  }
  return tasks;
}

function hasDistinctHosts(constraints: readonly Constraint[]): boolean {
  return constraints.some(({ operator, value }) => operator === 'distinct_hosts' && value !== 'false');
}

function distinctPropertiesOf(constraints: readonly Constraint[], scope: 'job' | 'group'): DistinctProperty[] {
  return constraints
    .filter((constraint) => constraint.operator === 'distinct_property')
    .map((constraint) => ({
      constraint,
      read: compileTarget(constraint.attribute),
      limit: Math.max(1, Number.parseInt(constraint.value, 10) || 1),
      scope,
    }));
}
