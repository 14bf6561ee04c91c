// A simulated machine with a node agent: the real link session, status batch, job cache and health watcher; processes are simulated.

import { groupRules } from '@orch/core/client/alloc-runner/alloc-run';
import { HealthWatcher } from '@orch/core/client/alloc-runner/health-watcher';
import { JobCache } from '@orch/core/client/sync/job-cache';
import { type DesiredMessage, LinkSession } from '@orch/core/client/sync/link-session';
import { StatusBatch } from '@orch/core/client/sync/status-batch';
import { silentLogger } from '@orch/core/lib/logger';
import type { Random } from '@orch/core/lib/random';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import { type Allocation, isClientTerminal } from '@orch/core/model/allocation';
import { shortId } from '@orch/core/model/ids';
import type { Job } from '@orch/core/model/job';
import type { Node } from '@orch/core/model/node';
import type { TaskGroup } from '@orch/core/model/task-group';
import { type SimLink, simLink } from './sim-link.ts';
import { SimTask } from './sim-task.ts';
import { between, type Life, type World } from './world.ts';

export interface NodeDoor {
  /** Takes the server's end of a new link; false while no server is there. */
  accept(connection: Connection<ServerMessage, NodeMessage>): boolean;
}

export interface SimNodeOptions {
  /** For tests of the checks: this node goes on running what it was told to stop. */
  readonly ignoresStops?: boolean;
}

/** What the node's disk holds of an allocation. */
interface Held {
  allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly receivedAtMs: number;
  readonly task: SimTask;
  healthy: boolean | undefined;
}

/** One process of the agent. */
interface Agent {
  readonly life: Life;
  readonly status: StatusBatch;
  readonly jobs: JobCache;
  readonly watchers: Map<string, HealthWatcher>;
  session: LinkSession | undefined;
}

export class SimNode {
  readonly id: string;
  readonly held = new Map<string, Held>();
  /** A machine that never comes back. */
  isGone = false;
  isUnplugged = false;
  link: SimLink | undefined;
  readonly #world: World;
  readonly #random: Random;
  readonly #door: NodeDoor;
  readonly #options: SimNodeOptions;
  #facts: Node;
  #machine: Life;
  #agent: Agent | undefined;
  #boots = 1;

  constructor(world: World, facts: Node, door: NodeDoor, options: SimNodeOptions = {}) {
    this.id = facts.id;
    this.#world = world;
    this.#random = world.stream();
    this.#facts = facts;
    this.#door = door;
    this.#options = options;
    this.#machine = world.life();
  }

  get facts(): Node {
    return this.#facts;
  }

  get isUp(): boolean {
    return this.#agent !== undefined;
  }

  /** Allocations with a process on this machine, whatever the server thinks. */
  alive(): readonly string[] {
    return [...this.held].filter(([, { task }]) => task.isAlive).map(([id]) => id);
  }

  startAgent(): void {
    if (this.#agent !== undefined || this.isGone) return;
    const life = this.#world.life();
    const agent: Agent = {
      life,
      status: new StatusBatch(life.clock),
      jobs: new JobCache(),
      watchers: new Map(),
      session: undefined,
    };
    this.#agent = agent;
    for (const held of this.held.values()) agent.jobs.put(held.allocation, held.job);
    agent.session = new LinkSession({
      connect: () => this.#connect(agent),
      node: () => this.#facts,
      secret: `secret of ${this.id}`,
      known: () => Object.fromEntries([...this.held].map(([id, { allocation }]) => [id, allocation.allocModifyIndex])),
      desired: (message) => this.#desired(agent, message),
      serve: () => Promise.reject(new Error('simulated nodes answer no calls')),
      state: () => {},
      status: agent.status,
      clock: life.clock,
      random: this.#random,
      log: silentLogger,
    });
    for (const held of this.held.values()) this.#watchHealth(agent, held);
    for (const held of this.held.values()) this.#report(agent, held);
    agent.session.start();
  }

  /** kill -9 of the agent. Its tasks go on. */
  killAgent(serverNoticesMs: number): void {
    const agent = this.#agent;
    if (agent === undefined) return;
    this.#agent = undefined;
    agent.life.end();
    agent.status.stop();
    this.link?.cut(serverNoticesMs);
  }

  /** Power off. */
  crash(serverNoticesMs: number): void {
    this.killAgent(serverNoticesMs);
    this.#machine.end();
  }

  /** Power on: another boot id, no process of before. */
  boot(): void {
    if (this.isGone) return;
    this.#machine = this.#world.life();
    this.#boots += 1;
    this.#facts = { ...this.#facts, bootId: `boot-${this.#boots}` };
    for (const { task } of this.held.values()) task.lost(this.#machine);
    this.startAgent();
  }

  /** Facts change while the agent runs: told over the link. */
  changeFacts(changes: Partial<Node>): void {
    this.#facts = { ...this.#facts, ...changes };
    this.#agent?.session?.nodeChanged(this.#facts);
  }

  async #connect(agent: Agent): Promise<Connection<NodeMessage, ServerMessage>> {
    await this.#world.sleep(between(this.#random, 1, 50));
    if (agent.life.isOver) return new Promise(() => {});
    const link = simLink(this.#world, this.#random);
    if (this.isUnplugged || !this.#door.accept(link.server)) throw new Error('no server answers');
    this.#world.trace(`${this.id} dials`);
    this.link = link;
    agent.jobs.keepOnly([...this.held.values()].map(({ allocation }) => allocation));
    return link.node;
  }

  #desired(agent: Agent, message: DesiredMessage): void {
    if (agent.life.isOver) return;
    const named = message.allocations.map(({ id, desiredStatus }) => `${shortId(id)}:${desiredStatus}`);
    this.#world.trace(
      `${this.id} told${message.full ? ' all' : ''} ${named.join(' ')} forget ${message.removed.map(shortId).join(' ')}`,
    );
    agent.jobs.add(message.jobs);
    for (const allocation of message.allocations) this.#take(agent, allocation);
    const gone = new Set(message.removed);
    if (message.full) {
      const wanted = new Set(message.allocations.map(({ id }) => id as string));
      for (const id of this.held.keys()) if (!wanted.has(id)) gone.add(id);
    }
    for (const id of gone) this.#forget(agent, id);
  }

  #take(agent: Agent, allocation: Allocation): void {
    const job = agent.jobs.find(allocation);
    const group = job?.taskGroups.find(({ name }) => name === allocation.taskGroup);
    const held = this.held.get(allocation.id);
    if (held !== undefined) {
      if (allocation.allocModifyIndex <= held.allocation.allocModifyIndex) return;
      const next = { ...held, allocation, job: job ?? held.job, group: group ?? held.group };
      if (allocation.desiredStatus === 'run' && (job === undefined || group === undefined)) {
        this.#world.problem(`${this.id} was told to run ${allocation.name} without its job version`);
      }
      this.held.set(allocation.id, next);
      if (allocation.desiredStatus === 'run') this.#watchHealth(agent, next);
      else if (!this.#options.ignoresStops) next.task.stop(this.#machine);
      this.#report(agent, next);
      return;
    }
    if (isClientTerminal(allocation)) return;
    if (allocation.desiredStatus !== 'run') {
      this.#reportUnstarted(agent, allocation);
    } else if (job === undefined || group === undefined) {
      this.#world.problem(`${this.id} was told to run ${allocation.name} without its job version`);
    } else {
      this.#begin(agent, allocation, job, group);
    }
  }

  #begin(agent: Agent, allocation: Allocation, job: Job, group: TaskGroup): void {
    const { id } = allocation;
    const task = new SimTask(this.#world, this.#random, {
      isBatch: job.type === 'batch',
      changed: () => this.#changed(id),
    });
    this.held.set(id, { allocation, job, group, receivedAtMs: this.#world.now, task, healthy: undefined });
    const held = this.held.get(id);
    if (held !== undefined) this.#watchHealth(agent, held);
    task.start(this.#machine);
  }

  #forget(agent: Agent, id: string): void {
    const held = this.held.get(id);
    this.held.delete(id);
    held?.task.kill();
    agent.watchers.get(id)?.stop();
    agent.watchers.delete(id);
    agent.status.forget(id);
  }

  #changed(id: string): void {
    const held = this.held.get(id);
    if (held === undefined) return;
    this.#world.trace(`${this.id} ${shortId(id)} is ${held.task.phase}${held.task.failed ? ' (failed)' : ''}`);
    if (this.#agent !== undefined) this.#report(this.#agent, held);
  }

  #report(agent: Agent, held: Held): void {
    const watcher = this.#watcherOf(agent, held);
    watcher.look();
    const healthy = watcher.verdict;
    held.healthy = healthy;
    if (held.task.isDone) watcher.stop();
    agent.status.add({
      id: held.allocation.id,
      clientStatus: held.task.clientStatus(),
      clientDescription: `it is ${held.task.phase}`,
      taskStates: { server: held.task.state() },
      ...(healthy === undefined ? {} : { healthy }),
      atMs: this.#world.now,
    });
  }

  #reportUnstarted(agent: Agent, allocation: Allocation): void {
    agent.status.add({
      id: allocation.id,
      clientStatus: 'complete',
      clientDescription: 'It did not run on this node',
      taskStates: {},
      atMs: this.#world.now,
    });
  }

  /** As the allocation runner of the agent does it. */
  #watchHealth(agent: Agent, held: Held): void {
    const { allocation, group, task } = held;
    if (allocation.deploymentId === undefined || allocation.deploymentStatus?.healthy !== undefined) return;
    if (group.update === undefined || group.update.healthCheck === 'manual' || task.isDone) return;
    const tasks = () => ({ server: task.state() });
    const watcher = this.#watcherOf(agent, held);
    watcher.watch(group.update, groupRules(group), held.receivedAtMs, tasks, allocation.deploymentId);
  }

  #watcherOf(agent: Agent, { allocation: { id }, healthy }: Held): HealthWatcher {
    const known = agent.watchers.get(id);
    if (known !== undefined) return known;
    const changed = () => {
      const held = this.held.get(id);
      if (held !== undefined && !agent.life.isOver) this.#report(agent, held);
    };
    const made = new HealthWatcher(agent.life.clock, changed, healthy);
    agent.watchers.set(id, made);
    return made;
  }
}
