// A node agent on a fake machine with a scripted server: what the tests of the agent drive.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFakeDriver, FakeRuntime } from '@orch/driver-api/testing';
import { silentLogger } from '../../lib/logger.ts';
import { seededIds, seededRandom } from '../../lib/random.ts';
import { type Connection, connectionPair } from '../../link/connection.ts';
import type { NodeMessage, ServerMessage } from '../../link/messages.ts';
import { type CallMux, callMux } from '../../link/mux.ts';
import type { Allocation, AllocationUpdate } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import { createNodeAgent, type NodeAgent } from '../node-agent.ts';
import type { NodeAgentOptions } from '../node-agent-options.ts';
import { FakeNetworks } from './fake-networks.ts';
import { until, VirtualClock } from './virtual-clock.ts';

/** The server's end of the links of one node. */
export class ScriptedServer {
  readonly hellos: Extract<NodeMessage, { type: 'hello' }>[] = [];
  readonly updates: AllocationUpdate[] = [];
  readonly messages: NodeMessage[] = [];
  acknowledges = true;
  reachable = true;
  #connection: Connection<ServerMessage, NodeMessage> | undefined;
  mux: CallMux | undefined;

  connect(): Promise<Connection<NodeMessage, ServerMessage>> {
    if (!this.reachable) return Promise.reject(new Error('no server there'));
    const [node, server] = connectionPair<NodeMessage, ServerMessage>(setImmediate);
    this.#connection = server;
    this.mux = callMux((message) => server.send(message));
    server.onMessage((message) => this.#take(message));
    return Promise.resolve(node);
  }

  send(message: ServerMessage): void {
    this.#connection?.send(message);
  }

  /** Desires these allocations of one job version. */
  desire(job: Job, ...allocations: readonly Allocation[]): void {
    const jobs = [{ namespace: job.namespace, jobId: job.id, version: 0, job }];
    this.send({ type: 'desired', index: 1, full: false, allocations, jobs, removed: [] });
  }

  remove(...removed: readonly string[]): void {
    this.send({ type: 'desired', index: 1, full: false, allocations: [], jobs: [], removed });
  }

  drop(): void {
    this.#connection?.close('the server went away');
  }

  last(id: string): AllocationUpdate | undefined {
    return this.updates.findLast((update) => update.id === id);
  }

  #take(message: NodeMessage): void {
    this.messages.push(message);
    if (message.type === 'hello') {
      this.hellos.push(message);
      this.send({ type: 'welcome', protocol: 1, serverName: 'server', heartbeatTtlMs: 10_000, servers: [] });
    } else if (message.type === 'status') {
      this.updates.push(...message.updates);
      if (this.acknowledges) this.send({ type: 'status-ack', sequence: message.sequence });
    } else if (message.type !== 'node' && message.type !== 'heartbeat') {
      this.mux?.accept(message);
    }
  }
}

export class AgentHarness {
  readonly clock = new VirtualClock();
  readonly runtime: FakeRuntime;
  readonly networks = new FakeNetworks();
  readonly server = new ScriptedServer();
  readonly commands: string[][] = [];
  readonly dataDir: string;
  agent: NodeAgent | undefined;
  bootId = 'boot-1';
  #agents = 0;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.runtime = new FakeRuntime({ clock: this.clock });
  }

  static async make(): Promise<AgentHarness> {
    return new AgentHarness(await mkdtemp(join(tmpdir(), 'orch-client-')));
  }

  /** A new agent process on the same machine and data. */
  async startAgent(changes: Partial<NodeAgentOptions> = {}): Promise<NodeAgent> {
    const driver = createFakeDriver(this.runtime);
    this.#agents += 1;
    const agent = createNodeAgent({
      dataDir: this.dataDir,
      node: { name: 'node', datacenter: 'dc1', version: '0.1.0' },
      connect: () => this.server.connect(),
      drivers: { get: (name) => (name === 'fake' ? driver : undefined), list: () => [driver] },
      networks: this.networks,
      runner: {
        run: async ({ argv }) => {
          this.commands.push([...argv]);
          // Trees are removed and copied for real; nothing is mounted.
          if (argv[0] === 'sh') return runForReal(argv);
          return { exitCode: 1, stdout: '', stderr: 'not on this machine' };
        },
      },
      clock: this.clock,
      random: seededRandom(1),
      ids: seededIds(seededRandom(this.#agents)),
      log: process.env['ORCH_TEST_LOG'] === undefined ? silentLogger : printingLogger,
      bootId: this.bootId,
      ...changes,
    });
    await agent.start();
    this.agent = agent;
    return agent;
  }

  /** Waits until the server was told this status. */
  async untilStatus(id: string, status: AllocationUpdate['clientStatus']): Promise<AllocationUpdate> {
    await until(() => this.server.last(id)?.clientStatus === status, `${id} is ${status}`).catch((error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(this.server.last(id))}`);
    });
    return this.server.last(id) as AllocationUpdate;
  }

  calls(step: string): readonly string[] {
    return this.runtime.calls.filter((call) => call.step === step).map(({ taskId }) => taskId);
  }

  async close(): Promise<void> {
    await this.agent?.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The native launcher as it is built here or shipped; undefined on a machine of another architecture. */
export const launcherForReal = ['orch-launch', `built/linux-${process.arch}/orch-launch`]
  .map((name) => fileURLToPath(new URL(`../../../../executor/native/${name}`, import.meta.url)))
  .find((path) => existsSync(path));

export function runForReal([program = '', ...args]: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { exitCode: status ?? 1, stdout, stderr };
}

const print = (message: string, fields?: unknown) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const printingLogger: NodeAgentOptions['log'] = {
  debug: print,
  info: print,
  warn: print,
  error: print,
  child: () => printingLogger,
};
