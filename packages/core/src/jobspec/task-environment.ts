// The environment of a task: NOMAD_* variables, metadata, the host's and the job's own variables, in their precedence.

import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import type { AllocatedTaskResources } from '../model/resources.ts';
import type { Task } from '../model/task.ts';
import { addLayer } from './environment-layers.ts';
import { type InterpolationValues, interpolate } from './interpolate.ts';
import {
  type GroupVariablesInput,
  groupVariables,
  limitVariables,
  metaVariables,
  ownPortVariables,
} from './task-variables.ts';

/** Absolute paths of a task's directories. */
export interface EnvironmentPaths {
  /** Shared between the group's tasks. */
  readonly alloc: string;
  readonly local: string;
  readonly secrets: string;
}

export interface TaskEnvironmentInput extends GroupVariablesInput {
  readonly task: Task;
  readonly resources: AllocatedTaskResources;
  /** As the task sees them. */
  readonly taskPaths: EnvironmentPaths;
  /** As the node sees them. */
  readonly hostPaths: EnvironmentPaths;
  /** Where the group's other tasks are reached: 127.0.0.1, in a virtual machine 10.0.2.2. */
  readonly groupAddress: string;
  /** The agent's own environment, as far as this task may see it. Used only for names that nothing of NOMAD_* sets. */
  readonly hostEnvironment?: Readonly<Record<string, string>>;
  /** Set by hooks (devices, templates): wins over the job's own variables. */
  readonly hookEnvironment?: Readonly<Record<string, string>>;
  /** Of a dispatched job: metadata that may be left out, and is empty then. */
  readonly optionalMeta?: readonly string[];
}

export interface TaskEnvironment {
  /** What the task gets: in-task paths. */
  readonly env: Readonly<Record<string, string>>;
  /** For `interpolate` of the task's fields. */
  readonly values: InterpolationValues;
  /** The same with the node's paths: for fields that name files on the node. */
  readonly hostValues: InterpolationValues;
}

type Variables = Readonly<Record<string, string>>;

/**
 * Builds both variants. Later wins: NOMAD_* and ORCH_*, metadata, the host's environment (only where unset), the task's
 * `env`, hooks. Source: NOMAD.md "NOMAD_* task env vars" and "Env precedence".
 * @throws OrchError `environment-too-large`, `value-too-large`
 */
export function buildTaskEnvironment(input: TaskEnvironmentInput): TaskEnvironment {
  const { job, group, task } = input;
  const node = nodeReferences(input);
  const optional = Object.fromEntries((input.optionalMeta ?? []).map((key) => [key, '']));
  const own: Variables = {
    ...groupVariables(input),
    ...ownPortVariables(input, task.name),
    NOMAD_TASK_NAME: task.name,
    ORCH_GROUP_ADDRESS: input.groupAddress,
    ...limitVariables(input.resources),
  };
  const complete = (paths: EnvironmentPaths): Variables => {
    const base = { ...own, ...pathVariables(paths) };
    const withMeta = addMeta(base, metaVariables([optional, job.meta, group.meta, task.meta]), node);
    const host = Object.entries(input.hostEnvironment ?? {}).filter(([key]) => !Object.hasOwn(withMeta, key));
    const withHost = addLayer(withMeta, Object.fromEntries(host), node);
    return addLayer(addLayer(withHost, task.env, node), input.hookEnvironment ?? {}, node);
  };
  const env = complete(input.taskPaths);
  let hostValues: InterpolationValues | undefined;
  return {
    env,
    values: { ...node, env },
    // Few fields name files of the node.
    get hostValues() {
      hostValues ??= { ...node, env: complete(input.hostPaths) };
      return hostValues;
    },
  };
}

/** What fields of the group itself may refer to, such as a network's: no task's variables, no directories. */
export function groupValues(input: GroupVariablesInput): InterpolationValues {
  const node = nodeReferences(input);
  return { ...node, env: addMeta(groupVariables(input), metaVariables([input.job.meta, input.group.meta]), node) };
}

function pathVariables(paths: EnvironmentPaths): Variables {
  return { NOMAD_ALLOC_DIR: paths.alloc, NOMAD_TASK_DIR: paths.local, NOMAD_SECRETS_DIR: paths.secrets };
}

/** Metadata may have references in its keys too. */
function addMeta(below: Variables, meta: Variables, node: Omit<InterpolationValues, 'env'>): Variables {
  const values = { ...node, env: below };
  const named = Object.entries(meta).map(([key, value]) => [interpolate(key, values), value]);
  return addLayer(below, Object.fromEntries(named) as Variables, node);
}

/** `${node.…}`, `${attr.…}`, `${meta.…}`. */
function nodeReferences({ node, job }: { readonly node: NodeFacts; readonly job: Job }): NodeValues {
  return {
    node: {
      'unique.id': node.id,
      'unique.name': node.name,
      datacenter: node.datacenter,
      class: node.nodeClass,
      pool: node.nodePool,
      region: job.region,
    },
    attributes: node.attributes,
    meta: node.meta,
  };
}

type NodeFacts = Pick<Node, 'id' | 'name' | 'datacenter' | 'nodeClass' | 'nodePool' | 'attributes' | 'meta'>;
type NodeValues = Omit<InterpolationValues, 'env'>;
