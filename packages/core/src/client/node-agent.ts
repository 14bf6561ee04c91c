// The node agent's core: takes up what runs, keeps the link to a server, runs what it desires. Tasks outlive it.

import { describeError, OrchError } from '../lib/errors.ts';
import type { Node } from '../model/node.ts';
import type { DirectoryTools } from './alloc-dir/build.ts';
import type { AllocContext } from './alloc-runner/alloc-context.ts';
import { defaultDownloadLimits } from './artifacts/download.ts';
import { httpGet } from './artifacts/http-get.ts';
import { nodeCalls } from './calls/calls.ts';
import { DriverHost } from './driver-host/driver-host.ts';
import { makePrivateDirectory } from './files/private-files.ts';
import { closeDataDir, openDataDir } from './files/private-mount.ts';
import { findMachine, type MachineFacts } from './fingerprint/fingerprint.ts';
import { type NodeIdentity, nodeIdentity } from './fingerprint/node-identity.ts';
import { Collector } from './gc/collector.ts';
import { defaultCollectLimits } from './gc/policy.ts';
import type { NodeAgentOptions } from './node-agent-options.ts';
import { buildNode } from './node-facts.ts';
import { NodeStore, type RestoredAlloc } from './store/node-store.ts';
import { AllocSet } from './sync/alloc-set.ts';
import { LinkSession } from './sync/link-session.ts';
import { presentableConnection } from './sync/presentable-messages.ts';
import { StatusBatch } from './sync/status-batch.ts';
import { taskHooks } from './task-runner/hooks/all-hooks.ts';
import { runtimeLanguage } from './task-runner/language-environment.ts';

export interface NodeAgent {
  /**
   * Takes up what an earlier agent left running, then dials a server. Resolves when the node's own tasks are found
   * again, whether or not a server answers. @throws OrchError `identity-damaged`, `state-version`
   */
  start(): Promise<void>;
  /** The node as it last described itself. Only after `start`. */
  node(): Node;
  /** Whether a server answers at the moment, and which. */
  link(): { readonly up: boolean; readonly detail: string };
  /** Allocations on this node, for health and metrics. */
  allocationCount(): { readonly running: number; readonly finished: number };
  /** Lets go of everything. Tasks keep running. */
  close(): Promise<void>;
}

interface Parts {
  readonly identity: NodeIdentity;
  readonly machine: MachineFacts;
  readonly driverHost: DriverHost;
  readonly allocations: AllocSet;
  readonly collector: Collector;
  readonly session: LinkSession;
}

export function createNodeAgent(options: NodeAgentOptions): NodeAgent {
  return new RunningNodeAgent(options);
}

const defaultMaxKillTimeoutMs = 30_000;
/** Part by which more of the disk must be free than was offered, before the node offers more. */
const diskGrowth = 1.1;

class RunningNodeAgent implements NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #store: NodeStore;
  readonly #status: StatusBatch;
  #parts: Parts | undefined;
  #node: Node | undefined;
  #link = { up: false, detail: 'not connected yet' };
  #nodeChangeQueued = false;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    this.#store = new NodeStore(options.dataDir);
    this.#status = new StatusBatch(options.clock);
  }

  async start(): Promise<void> {
    const { dataDir, ids, node: config } = this.#options;
    await makePrivateDirectory(dataDir, 0o711);
    const isGuarded = await openDataDir(dataDir, this.#directoryTools());
    const [identity, found] = await Promise.all([
      nodeIdentity(dataDir, ids),
      findMachine(dataDir, config.version, config.address),
    ]);
    const guard = { 'storage.nosuid': String(isGuarded) };
    const machine = {
      ...found,
      attributes: { ...found.attributes, ...guard },
      bootId: this.#options.bootId ?? found.bootId,
    };
    const restored = await this.#store.open();
    const parts = this.#build(identity, machine);
    this.#parts = parts;
    this.#node = buildNode(identity.id, config, machine, parts.driverHost);
    await Promise.all([parts.driverHost.start(), this.#restore(parts, restored)]);
    this.#node = buildNode(identity.id, config, machine, parts.driverHost);
    parts.collector.start();
    parts.session.start();
  }

  node(): Node {
    if (this.#node === undefined) throw new OrchError('not-started', 'the node agent has not started');
    return this.#node;
  }

  link(): { readonly up: boolean; readonly detail: string } {
    return this.#link;
  }

  allocationCount(): { readonly running: number; readonly finished: number } {
    const runners = [...(this.#parts?.allocations.list() ?? [])];
    const finished = runners.filter((runner) => runner.isDone).length;
    return { running: runners.length - finished, finished };
  }

  async close(): Promise<void> {
    const parts = this.#parts;
    if (parts !== undefined) {
      await parts.session.close();
      await parts.collector.close();
      await parts.allocations.detach();
      await parts.driverHost.close();
    }
    this.#status.stop();
    await this.#store.close();
    if (this.allocationCount().running === 0) await closeDataDir(this.#options.dataDir, this.#directoryTools());
  }

  #directoryTools(): DirectoryTools {
    return { runner: this.#options.runner, log: this.#options.log, isRoot: process.getuid?.() === 0 };
  }

  #build(identity: NodeIdentity, machine: MachineFacts): Parts {
    const { clock, log, random, drivers, dataDir } = this.#options;
    const allocations: AllocSet = new AllocSet(
      this.#allocContext(machine, (allocation) => allocations.untilVacated(allocation)),
    );
    const limits = { ...defaultCollectLimits, ...this.#options.collect };
    const collector = new Collector({
      allocations,
      drivers,
      limits,
      dataDir,
      clock,
      log,
      free: (mebibytes) => this.#diskIsFree(mebibytes),
    });
    const serve = nodeCalls({
      dataDir,
      allocations,
      clock,
      coreMhz: machine.cpu.frequencyMhz,
      storageDevice: machine.attributes['unique.storage.volume'] ?? '',
      collect: (id) => collector.collect(id),
      collectAll: () => collector.collectAll(),
    });
    const session = new LinkSession({
      connect: async (connectOptions) => {
        const connection = await this.#options.connect(connectOptions);
        allocations.newConnection();
        return presentableConnection(connection, { ...this.#options.hostPlaces, [dataDir]: '<data>' });
      },
      node: () => this.node(),
      secret: identity.secret,
      known: () => allocations.known(),
      desired: (message) => allocations.apply(message),
      serve,
      state: (up, detail) => {
        this.#link = { up, detail };
      },
      status: this.#status,
      clock,
      random,
      log,
    });
    const driverHost = new DriverHost({
      drivers,
      clock,
      log,
      changed: () => this.#nodeChanged(),
      taskEvent: ({ taskId, message, details }) => {
        const [allocationId = '', taskName = ''] = taskId.split('/');
        const task = allocations.find(allocationId)?.tasks.get(taskName);
        task?.dispatch({ type: 'note', eventType: 'Driver', message, ...(details === undefined ? {} : { details }) });
      },
    });
    return { identity, machine, driverHost, allocations, collector, session };
  }

  #allocContext(machine: MachineFacts, untilVacated: AllocContext['untilVacated']): AllocContext {
    const { clock, log, random, drivers, dataDir, networks, node } = this.#options;
    const artifacts = {
      get: this.#options.httpGet ?? httpGet(),
      fileRoots: this.#options.artifactFileRoots ?? [],
      limits: defaultDownloadLimits,
    };
    const parentCgroup = node.parentCgroup === undefined ? {} : { parentCgroup: node.parentCgroup };
    return {
      dataDir,
      bootId: machine.bootId,
      store: this.#store,
      networks,
      tools: this.#directoryTools(),
      language: runtimeLanguage({ host: this.#options.hostEnvironment ?? {}, ...parentCgroup }),
      clock,
      random,
      log,
      maxKillTimeoutMs: this.#options.maxKillTimeoutMs ?? defaultMaxKillTimeoutMs,
      node: () => this.node(),
      driver: (name) => drivers.get(name),
      taskHooks: () => taskHooks({ artifacts }),
      untilVacated,
      report: (update) => this.#status.add(update),
    };
  }

  async #restore(parts: Parts, restored: readonly RestoredAlloc[]): Promise<void> {
    const { log, networks } = this.#options;
    const live = parts.allocations.restore(restored);
    const report = await networks.reconcile(live);
    for (const problem of report.problems) log.warn('a network of the node is not as it should be', { problem });
    const lostNetworks = new Set(report.lost);
    await parts.allocations.resume(
      (runner, bootId) => lostNetworks.has(runner.id) || (bootId !== undefined && bootId !== parts.machine.bootId),
      restored,
    );
  }

  /** An agent that started on a full disk offers what is free since; small growth is not worth a message. */
  #diskIsFree(mebibytes: number): void {
    const parts = this.#parts;
    if (parts === undefined || mebibytes < parts.machine.diskFreeMiB * diskGrowth + 1) return;
    this.#parts = { ...parts, machine: { ...parts.machine, diskFreeMiB: mebibytes } };
    this.#nodeChanged();
  }

  /** Several drivers that speak in one turn make one message. */
  #nodeChanged(): void {
    if (this.#nodeChangeQueued || this.#node === undefined) return;
    this.#nodeChangeQueued = true;
    queueMicrotask(() => {
      this.#nodeChangeQueued = false;
      const parts = this.#parts;
      if (parts === undefined) return;
      try {
        this.#node = buildNode(parts.identity.id, this.#options.node, parts.machine, parts.driverHost);
        parts.session.nodeChanged(this.#node);
      } catch (error) {
        this.#options.log.error('the node could not describe itself', { error: describeError(error) });
      }
    });
  }
}
