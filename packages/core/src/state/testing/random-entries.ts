// Random but plausible entries over few ids, so that they meet each other often. For property tests and simulation.

import { assertNever } from '../../lib/assert.ts';
import type { Random } from '../../lib/random.ts';
import type { Allocation } from '../../model/allocation.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { Entry, EntryKind } from '../entry.ts';
import { aDeployment, aDeploymentGroup, aJob, aNode, anAllocation, anEvaluation, aPlan } from './rows.ts';

const kinds: readonly EntryKind[] = [
  'job-register',
  'job-deregister',
  'job-stability',
  'node-register',
  'node-status',
  'node-eligibility',
  'node-drain',
  'alloc-client-update',
  'alloc-transition',
  'evaluation-upsert',
  'plan-apply',
  'deployment-status',
  'deployment-promote',
  'allocation-health',
  'scheduler-config',
  'collect',
  'state-hash',
  'node-purge',
];
/** Kinds that most of the work of a cluster is made of come more often. */
const weighted: readonly EntryKind[] = [
  ...kinds,
  'plan-apply',
  'plan-apply',
  'alloc-client-update',
  'alloc-client-update',
];

const idsPerTable = 12;

/** The next entry; equal generators give equal sequences. */
export function randomEntry(random: Random): Entry {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const chance = (share: number) => random() < share;
  const id = (name: string) => `${name}-${Math.floor(random() * idsPerTable)}`;
  const ids = (name: string) => Array.from({ length: Math.floor(random() * 3) }, () => id(name));
  const atMs = Math.floor(random() * 1_000_000);

  const evaluation = (): Evaluation =>
    anEvaluation(id('evaluation'), id('job'), {
      status: pick(['pending', 'blocked', 'complete', 'canceled']),
      priority: pick([1, 50, 99]),
    });
  const evaluations = Array.from({ length: Math.floor(random() * 2) }, evaluation);

  /** What an id stands for never moves between jobs or nodes, as with real ids. */
  const allocation = (): Allocation => {
    const number = Math.floor(random() * idsPerTable * 4);
    const port = 20_000 + Math.floor(random() * 5);
    const base = anAllocation(`allocation-${number}`, `job-${number % idsPerTable}`, `node-${number % 5}`);
    return {
      ...base,
      evaluationId: id('evaluation'),
      jobVersion: Math.floor(random() * 3),
      resources: {
        tasks: { main: { cpuMhz: pick([100, 250]), memoryMiB: pick([64, 128]) } },
        shared: {
          ...base.resources.shared,
          ports: base.resources.shared.ports.map((held) => ({ ...held, value: port })),
        },
      },
      ...(chance(0.5) ? { deploymentId: id('deployment') } : {}),
      ...(chance(0.3) ? { previousAllocation: `allocation-${Math.floor(random() * idsPerTable * 4)}` } : {}),
    };
  };
  const allocationId = () => `allocation-${Math.floor(random() * idsPerTable * 4)}`;

  const kind = pick(weighted);
  switch (kind) {
    case 'job-register':
      return {
        kind,
        job: aJob(id('job'), { type: pick(['service', 'batch', 'system']), meta: { v: pick(['1', '2']) } }),
        atMs,
        evaluations,
      };
    case 'job-deregister':
      return { kind, namespace: 'default', jobId: id('job'), purge: chance(0.3), atMs, evaluations };
    case 'job-stability':
      return { kind, namespace: 'default', jobId: id('job'), version: Math.floor(random() * 4), stable: chance(0.5) };
    case 'node-register':
      return {
        kind,
        node: aNode(`node-${Math.floor(random() * 5)}`, { version: pick(['0.1.0', '0.2.0']) }),
        atMs,
        evaluations,
      };
    case 'node-status':
      return {
        kind,
        nodeId: `node-${Math.floor(random() * 5)}`,
        status: pick(['ready', 'down']),
        description: '',
        atMs,
        evaluations,
      };
    case 'node-eligibility':
      return {
        kind,
        nodeId: `node-${Math.floor(random() * 5)}`,
        eligibility: pick(['eligible', 'ineligible']),
        atMs,
        evaluations,
      };
    case 'node-drain': {
      const drain = chance(0.5) ? null : { deadlineMs: 1, ignoreSystemJobs: false, startedAtMs: atMs };
      return { kind, nodeId: `node-${Math.floor(random() * 5)}`, drain, markEligible: chance(0.5), atMs, evaluations };
    }
    case 'node-purge':
      return { kind, nodeId: `node-${Math.floor(random() * 5)}`, atMs, evaluations };
    case 'alloc-client-update': {
      const updates = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        id: allocationId(),
        clientStatus: pick(['pending', 'running', 'running', 'complete', 'failed', 'unknown'] as const),
        clientDescription: '',
        taskStates: {},
        atMs,
        ...(chance(0.4) ? { healthy: chance(0.7) } : {}),
      }));
      return { kind, nodeId: `node-${Math.floor(random() * 5)}`, updates, evaluations };
    }
    case 'alloc-transition':
      return { kind, transitions: { [allocationId()]: { migrate: chance(0.5) } }, atMs, evaluations };
    case 'evaluation-upsert':
      return { kind, evaluations: [evaluation(), evaluation()] };
    case 'plan-apply': {
      const stops = Array.from({ length: Math.floor(random() * 3) }, () => ({
        allocationId: allocationId(),
        desiredStatus: pick(['stop', 'evict'] as const),
        description: 'stopped',
        ...(chance(0.3) ? { clientStatus: 'lost' as const } : {}),
      }));
      const placements = Array.from({ length: Math.floor(random() * 5) }, allocation);
      const deploymentNumber = Math.floor(random() * idsPerTable);
      const deployment = aDeployment(`deployment-${deploymentNumber}`, `job-${deploymentNumber}`, {
        taskGroups: { group: aDeploymentGroup({ desiredCanaries: pick([0, 1]) }) },
      });
      const plan = aPlan(id('job'), { stops, placements, ...(chance(0.4) ? { deployment } : {}) });
      return { kind, plan, atMs, evaluations };
    }
    case 'deployment-status':
      return {
        kind,
        deploymentId: id('deployment'),
        status: pick(['failed', 'successful', 'paused', 'running']),
        description: '',
        atMs,
        evaluations,
      };
    case 'deployment-promote':
      return { kind, deploymentId: id('deployment'), groups: null, atMs, evaluations };
    case 'allocation-health':
      return {
        kind,
        deploymentId: id('deployment'),
        healthy: [allocationId()],
        unhealthy: [allocationId()],
        atMs,
        evaluations,
      };
    case 'scheduler-config':
      return {
        kind,
        config: { algorithm: pick(['binpack', 'spread']), memoryOversubscription: chance(0.5), modifyIndex: 0 },
      };
    case 'collect':
      return {
        kind,
        jobs: ids('job').map((jobId) => ({ namespace: 'default', jobId })),
        evaluations: ids('evaluation'),
        allocations: Array.from({ length: Math.floor(random() * 6) }, allocationId),
        deployments: ids('deployment'),
        nodes: chance(0.2) ? [`node-${Math.floor(random() * 5)}`] : [],
      };
    case 'state-hash':
      return { kind, atIndex: 0, hash: '' };
    default:
      return assertNever(kind, 'entry kind');
  }
}
