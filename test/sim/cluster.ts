// A whole cluster under one seed: rounds of work and faults, each ended by rest and a full check.

import type { Random } from '@orch/core/lib/random';
import type { Entry } from '@orch/core/state/entry';
import { type CommitFate, createMemoryMedium, type MemoryMedium } from '@orch/server/journal/memory/memory-journal';
import { makeNode } from '@orch/server/testing/fixtures';
import { checkAtRest } from './at-rest.ts';
import { entryLine } from './entry-line.ts';
import { Historian } from './invariants.ts';
import { SimNode, type SimNodeOptions } from './sim-node.ts';
import { type ServerHooks, SimServer } from './sim-server.ts';
import { Watcher } from './watcher.ts';
import { Workload } from './workload.ts';
import { between, pick, World } from './world.ts';

export interface ClusterOptions {
  /** @default 3 */
  readonly rounds?: number;
  /** Sees every applied entry. */
  readonly spy?: (index: number, entry: Entry) => void;
  /** Defects built in on purpose, for tests of the checks. */
  readonly defects?: Pick<ServerHooks, 'tamper' | 'deafWatches'> & {
    readonly node?: SimNodeOptions;
    /** A kill takes the last durable record with it. */
    readonly forgetfulDisk?: boolean;
    /** Dice that no seed holds. */
    readonly unseeded?: boolean;
  };
}

export interface Outcome {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly tail: readonly string[];
  readonly hash: string;
  readonly entries: number;
  readonly steps: number;
  readonly servers: number;
}

const roundMs = 90_000;
/** Longer than any delay the workload asks for: reschedules, deadlines, heartbeats, redeliveries. */
const restMs = 260_000;

export async function runCluster(seed: number, options: ClusterOptions = {}): Promise<Outcome> {
  const cluster = new Cluster(new World(seed), options);
  await cluster.start();
  for (let round = 0; round < (options.rounds ?? 3) && cluster.world.problems.length === 0; round += 1) {
    await cluster.work(roundMs);
    await cluster.rest();
  }
  const { world, history, servers } = cluster;
  const { problems, steps } = world;
  return { seed, problems, tail: world.tail(), hash: world.hash(), entries: history.index, steps, servers };
}

class Cluster {
  readonly world: World;
  readonly history: Historian;
  servers = 0;
  readonly #options: ClusterOptions;
  readonly #random: Random;
  readonly #medium: MemoryMedium = createMemoryMedium();
  readonly #workload: Workload;
  readonly #nodes: SimNode[] = [];
  readonly #watchers: readonly Watcher[];
  readonly #hooks: ServerHooks;
  #server: SimServer | undefined;
  /** Ends a server that is stopping in order the hard way. */
  #crash: (() => void) | undefined;
  #isOpening = false;
  #diskFullUntilMs = 0;
  #nodesMade = 0;

  constructor(world: World, options: ClusterOptions) {
    this.world = world;
    this.#options = options;
    this.#random = world.stream();
    this.#workload = new Workload(world);
    this.history = new Historian(
      (problem) => world.problem(problem),
      (jobId, index) => this.#workload.forgotten(jobId, index),
    );
    this.#watchers = [
      '/v1/jobs',
      '/v1/allocations',
      '/v1/nodes',
      '/v1/job/job-0/allocations',
      '/v1/job/job-1/evaluations',
    ]
      .concat('/v1/evaluations', '/v1/deployments', '/v1/job/job-2/deployment', '/v1/job/job-3/deployments')
      .map((path) => new Watcher(world, path));
    const { tamper, deafWatches } = options.defects ?? {};
    this.#hooks = {
      fate: () => this.#fate(),
      applied: (changes, entry, store) => {
        world.trace(entryLine(changes, entry), JSON.stringify(entry));
        const snapshot = store.snapshot();
        options.spy?.(changes.index, entry);
        this.history.applied(changes, entry, snapshot);
      },
      acknowledged: (index, data) => this.history.acknowledged(index, data),
      ...(tamper === undefined ? {} : { tamper }),
      ...(deafWatches === undefined ? {} : { deafWatches }),
    };
  }

  async start(): Promise<void> {
    await this.#openServer();
    for (let count = between(this.#random, 2, 8); count > 0; count -= 1) this.#addNode();
    await this.world.advance(2_000);
  }

  async work(forMs: number): Promise<void> {
    this.world.calm = false;
    this.world.trace('work');
    const endMs = this.world.now + forMs;
    // Some rounds are hasty, some slow; some see more faults than work.
    const longestPauseMs = pick(this.#random, [300, 1_500, 4_000]) ?? 1_500;
    const work = pick(this.#random, [0.4, 0.62, 0.68]) ?? 0.62;
    while (this.world.now < endMs && this.world.problems.length === 0) {
      await this.world.advance(between(this.#random, 20, longestPauseMs));
      const dice = this.#random();
      if (dice < work) {
        // People do not wait for each other.
        for (let count = this.#random() < 0.1 ? 4 : 1; count > 0; count -= 1) {
          if (this.#server !== undefined) this.#workload.act(this.#server);
        }
      } else if (dice < 0.7) {
        const watcher = pick(this.#random, this.#watchers);
        if (this.#server !== undefined) void watcher?.check(this.#server);
      } else if (dice < 0.78) {
        this.#endServer(between(this.#random, 50, 4_000), this.#random() < 0.25);
      } else if (dice < 0.8) {
        this.#diskFullUntilMs = this.world.now + between(this.#random, 200, 6_000);
        this.world.trace('the disk of the server is full');
      } else {
        this.#disturbNode();
      }
    }
  }

  async rest(): Promise<void> {
    const { world } = this;
    world.calm = true;
    world.trace('rest');
    for (const node of this.#nodes) {
      node.isUnplugged = false;
      if (!node.isUp) node.startAgent();
    }
    await world.advance(10_000);
    if (this.#server !== undefined) this.#workload.tidyUp(this.#server);
    await world.advance(restMs);
    const server = this.#server;
    if (server === undefined) return world.problem('no server came back');
    for (const watcher of this.#watchers) void watcher.check(server);
    await world.advance(2_000);
    this.#workload.check(server.store.snapshot());
    this.history.compare(server.store.hash());
    checkAtRest(server, this.#nodes, world.now, (problem) => world.problem(problem));
  }

  async #openServer(): Promise<void> {
    this.#isOpening = true;
    const server = await SimServer.open(this.world, this.#medium, this.#hooks);
    this.#isOpening = false;
    this.#server = server;
    this.servers += 1;
    this.world.trace(`server ${this.servers} begins at ${server.store.index}`);
    this.history.restarted(this.#medium, server.store.snapshot(), server.store.hash());
    this.#workload.check(server.store.snapshot());
    for (const watcher of this.#watchers) watcher.follow(server);
  }

  /** Kills it, or stops it in order; another begins on what the journal kept. */
  #endServer(downMs: number, inOrder: boolean): void {
    const server = this.#server;
    if (server === undefined || this.#isOpening) return;
    this.#server = undefined;
    this.world.trace(inOrder ? 'the server stops' : 'the server is killed');
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#crash = undefined;
      this.world.after(downMs, () => void this.#openServer());
    };
    this.#crash = () => {
      server.kill();
      if (this.#options.defects?.forgetfulDisk) this.#medium.records.pop();
      for (const node of this.#nodes) node.link?.cut(0);
      over();
    };
    if (!inOrder) this.#crash();
    else server.close().then(over, (error: unknown) => this.world.problem(`the server could not stop: ${error}`));
  }

  /** The machine of the server dies in the middle of a commit, perhaps while the server is about to stop. */
  #crashServer(): void {
    if (this.#server === undefined) this.#crash?.();
    else this.#endServer(between(this.#random, 50, 4_000), false);
  }

  #fate(): CommitFate {
    if (this.world.calm) return 'ok';
    const dice = this.#random();
    if (dice < 0.004) return this.#say('full');
    if (this.world.now < this.#diskFullUntilMs) return this.#say('full');
    if (dice >= 0.01) return 'ok';
    const fate = dice < 0.007 ? 'crash-before' : 'crash-after';
    this.world.after(0, () => this.#crashServer());
    return this.#say(fate);
  }

  #say(fate: CommitFate): CommitFate {
    this.world.trace(`the disk: ${fate}`);
    return fate;
  }

  #addNode(): void {
    this.#nodesMade += 1;
    const id = `node-${this.#nodesMade}`;
    const facts = makeNode(id, {
      meta: { rack: this.#nodesMade % 2 === 0 ? 'r2' : 'r1' },
      computedClass: this.#nodesMade % 2 === 0 ? 'class-r2' : 'class-r1',
      resources: {
        cpuMhz: 2_000,
        cores: 2,
        memoryMiB: 2_048,
        diskMiB: 4_000,
        networks: [{ name: 'default', device: 'lo', address: '127.0.0.1' }],
        dynamicPortMin: 20_000,
        dynamicPortMax: 20_007,
      },
      reserved: { cpuMhz: 200, memoryMiB: 128, diskMiB: 500, ports: [8_082] },
    });
    const door = {
      accept: (connection: Parameters<SimServer['accept']>[0]) => {
        if (this.#server === undefined) return false;
        this.#server.accept(connection);
        return true;
      },
    };
    const node = new SimNode(this.world, facts, door, this.#options.defects?.node ?? {});
    this.#nodes.push(node);
    node.startAgent();
  }

  #disturbNode(): void {
    const random = this.#options.defects?.unseeded ? Math.random : this.#random;
    const node = pick(
      random,
      this.#nodes.filter((candidate) => candidate.isUp && !candidate.isGone),
    );
    if (node === undefined) return;
    const noticedMs = between(random, 0, random() < 0.3 ? 40_000 : 2_000);
    const dice = random();
    if (dice < 0.3) {
      this.world.trace(`the link of ${node.id} is cut`);
      node.link?.cut(noticedMs);
    } else if (dice < 0.5) {
      const forMs = between(random, 100, random() < 0.4 ? 30_000 : 3_000);
      const direction = pick(random, ['to-node', 'to-server', 'both'] as const) ?? 'both';
      this.world.trace(`the link of ${node.id} stalls ${direction} for ${forMs}`);
      node.link?.stall(forMs, direction);
    } else if (dice < 0.65) {
      this.world.trace(`${node.id} is unplugged`);
      node.isUnplugged = true;
      node.link?.cut(noticedMs);
      this.world.after(between(random, 1_000, 40_000), () => {
        node.isUnplugged = false;
      });
    } else if (dice < 0.8) {
      this.world.trace(`the agent of ${node.id} is killed`);
      node.killAgent(noticedMs);
      this.world.after(between(random, 100, 30_000), () => node.startAgent());
    } else if (dice < 0.93) {
      this.world.trace(`${node.id} loses power`);
      node.crash(noticedMs);
      this.world.after(between(random, 2_000, 40_000), () => node.boot());
    } else if (dice < 0.97) {
      node.changeFacts({ attributes: { ...node.facts.attributes, 'sim.turn': `${between(random, 0, 99)}` } });
    } else {
      this.world.trace(`${node.id} burns down; another machine comes`);
      node.crash(noticedMs);
      node.isGone = true;
      this.#addNode();
    }
  }
}
