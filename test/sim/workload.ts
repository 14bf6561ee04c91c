// People at work: random jobs registered, changed, stopped, purged, reverted, promoted; and what they were told is remembered.

import type { Random } from '@orch/core/lib/random';
import { isTerminal } from '@orch/core/model/allocation';
import { isDeploymentActive } from '@orch/core/model/deployment';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { changedJob, type JobSpec, randomJob } from './random-job.ts';
import type { Answer, SimServer } from './sim-server.ts';
import { pick, type World } from './world.ts';

const jobIds = ['job-0', 'job-1', 'job-2', 'job-3', 'job-4', 'job-5'];

/** Answers a person may get for a request that came too late or at a bad time. */
const ordinaryRefusals = new Set([400, 404, 409, 507]);

interface Told {
  readonly index: number;
  readonly state: 'registered' | 'stopped' | 'purged';
}

export class Workload {
  readonly #world: World;
  readonly #random: Random;
  readonly #specs = new Map<string, JobSpec>();
  readonly #told = new Map<string, Told>();
  /** Job → index at which state forgot it. */
  readonly #goneAt = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.stream();
  }

  /** One thing a person does. Nobody waits for the answer: the server may die before. */
  act(server: SimServer): void {
    const snapshot = server.store.snapshot();
    const id = pick(this.#random, jobIds) ?? '';
    const known = snapshot.job('default', id);
    const dice = this.#random();
    if (known === undefined || known.stop) this.#register(server, randomJob(this.#random, id));
    else if (dice < 0.45)
      this.#register(server, changedJob(this.#random, this.#specs.get(id) ?? randomJob(this.#random, id)));
    else if (dice < 0.57) this.#deregister(server, id, this.#random() < 0.4);
    else if (dice < 0.67) this.#stopAllocation(server, snapshot);
    else if (dice < 0.73)
      this.#send(server, 'PUT', `/v1/job/${id}/evaluate`, { EvalOptions: { ForceReschedule: true } });
    else if (dice < 0.79) this.#revert(server, snapshot, id);
    else if (dice < 0.89) this.#judgeDeployment(server, snapshot);
    else if (dice < 0.95) this.#toggleNode(server, snapshot);
    else if (dice < 0.98) this.#send(server, 'PUT', '/v1/system/gc');
    else this.#switchAlgorithm(server);
  }

  /** Before the cluster has to come to rest every node takes work again. */
  tidyUp(server: SimServer): void {
    for (const node of server.store.snapshot().nodes()) {
      if (node.schedulingEligibility === 'eligible') continue;
      this.#send(server, 'PUT', `/v1/node/${node.id}/eligibility`, { Eligibility: 'eligible' });
    }
  }

  forgotten(jobId: string, index: number): void {
    this.#goneAt.set(jobId, index);
  }

  /** What somebody was told has happened is there, or something later is. */
  check(snapshot: StateSnapshot): void {
    for (const [id, told] of this.#told) {
      const known = snapshot.job('default', id);
      const goneAt = this.#goneAt.get(id) ?? 0;
      if (known === undefined) {
        // A stop may find its job forgotten in that moment; what was registered may not be.
        if (goneAt < told.index && told.state === 'registered')
          this.#world.problem(`${id} is lost: ${told.state} was acknowledged at ${told.index}`);
      } else if (known.jobModifyIndex < told.index) {
        const found = `the state knows it of ${known.jobModifyIndex}`;
        this.#world.problem(`${id}: ${told.state} was acknowledged at ${told.index}, ${found}`);
      } else if (known.jobModifyIndex === told.index && known.stop !== (told.state !== 'registered')) {
        this.#world.problem(`${id}: ${told.state} was acknowledged at ${told.index}, it is otherwise`);
      }
    }
  }

  #register(server: SimServer, spec: JobSpec): void {
    this.#specs.set(spec.ID, spec);
    this.#send(server, 'PUT', '/v1/jobs', { Job: spec }, (answer) => {
      this.#told.set(spec.ID, { index: indexIn(answer, 'JobModifyIndex'), state: 'registered' });
    });
  }

  #deregister(server: SimServer, id: string, purge: boolean): void {
    this.#send(server, 'DELETE', `/v1/job/${id}${purge ? '?purge=true' : ''}`, undefined, (answer) => {
      const index = indexIn(answer, 'JobModifyIndex');
      if ((this.#told.get(id)?.index ?? 0) > index) return;
      this.#told.set(id, { index, state: purge ? 'purged' : 'stopped' });
    });
  }

  #stopAllocation(server: SimServer, snapshot: StateSnapshot): void {
    const live = [...snapshot.allocations()].filter((allocation) => !isTerminal(allocation));
    const chosen = pick(this.#random, live);
    if (chosen !== undefined) this.#send(server, 'PUT', `/v1/allocation/${chosen.id}/stop`);
  }

  #revert(server: SimServer, snapshot: StateSnapshot, id: string): void {
    const target = pick(this.#random, snapshot.jobVersions('default', id));
    if (target !== undefined) this.#send(server, 'PUT', `/v1/job/${id}/revert`, { JobVersion: target.version });
  }

  #judgeDeployment(server: SimServer, snapshot: StateSnapshot): void {
    const deployment = pick(this.#random, [...snapshot.deployments()].filter(isDeploymentActive));
    if (deployment === undefined) return;
    if (this.#random() < 0.3) this.#send(server, 'PUT', `/v1/deployment/fail/${deployment.id}`);
    else this.#send(server, 'PUT', `/v1/deployment/promote/${deployment.id}`, { All: true });
  }

  #toggleNode(server: SimServer, snapshot: StateSnapshot): void {
    const node = pick(this.#random, [...snapshot.nodes()]);
    if (node === undefined) return;
    const Eligibility = node.schedulingEligibility === 'eligible' ? 'ineligible' : 'eligible';
    this.#send(server, 'PUT', `/v1/node/${node.id}/eligibility`, { Eligibility });
  }

  #switchAlgorithm(server: SimServer): void {
    const SchedulerAlgorithm = pick(this.#random, ['binpack', 'spread']);
    this.#send(server, 'PUT', '/v1/operator/scheduler/configuration', { SchedulerAlgorithm });
  }

  #send(server: SimServer, method: string, path: string, body?: unknown, done: (answer: Answer) => void = () => {}) {
    this.#world.trace(`${method} ${path}`, JSON.stringify(body));
    server.call(method, path, body).then(
      (answer) => {
        this.#world.trace(`${method} ${path} answered ${answer.status}`);
        if (answer.status === 200) done(answer);
        // A server on its way out refuses what came too late.
        else if (!ordinaryRefusals.has(answer.status) && !/shutting down|is closed/.test(answer.text)) {
          this.#world.problem(`${method} ${path} answered ${answer.status} ${answer.text}`);
        }
      },
      (error: unknown) => this.#world.problem(`${method} ${path} broke: ${error}`),
    );
  }
}

function indexIn(answer: Answer, field: string): number {
  const value = (JSON.parse(answer.text) as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'number' ? value : 0;
}
