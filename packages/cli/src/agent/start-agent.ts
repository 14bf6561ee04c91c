// Wires server, node agent, drivers and networks into one process: the only place that knows them all.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeAgent, type DriverSet, type NodeAgent, taskHostEnvironment } from '@orch/core/client';
import { OrchError } from '@orch/core/lib/errors';
import type { Logger } from '@orch/core/lib/logger';
import type { HostPlaces } from '@orch/core/lib/presentable';
import { connectionPair } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import type { Driver } from '@orch/driver-api';
import {
  createExecutor,
  type Executor,
  ExecutorError,
  findNativeLauncher,
  hasPiece,
  isolationAttributes,
  mendOf,
  secureDirectory,
  volatileStateDir,
} from '@orch/executor';
import { createServer, type Server } from '@orch/server';
import { defaultServerConfig } from '@orch/server/config';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import { openStore } from '@orch/server/store/open-store';
import { openListeners } from './api-listeners.ts';
import type { AgentConfig } from './config/agent-config.ts';
import { createDrivers } from './drivers.ts';
import { claimKernelNames, type KernelNames } from './kernel-names.ts';
import { createNodeNetworks } from './networks.ts';
import { systemClock, systemIds, systemLogger } from './system.ts';

export interface RunningAgent {
  /** Where the API answers. */
  readonly urls: readonly string[];
  /** Lets go of everything; tasks keep running. */
  close(): Promise<void>;
}

type Close = () => Promise<void> | void;

/** Starts an agent. Whatever was started is closed again when a later part fails. */
export async function startAgent(config: AgentConfig, version: string): Promise<RunningAgent> {
  const log = systemLogger({ level: config.logLevel, json: config.logJson });
  const closers: Close[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    prepareDataDir(config, log);
    // First of all: the launcher is forked while this process is small.
    const journal = await openEmbeddedJournal({ dir: join(config.dataDir, 'server'), log });
    closers.push(() => journal.close());
    const names = claimKernelNames(config);
    closers.push(() => names.release());
    const stateDir = volatileStateDir(config.dataDir);
    const executor = await createExecutor({
      stateDir,
      cgroupParent: names.word,
      log,
    });
    closers.push(() => executor.close());
    requireIsolation(config, executor);
    const [drivers, store] = await Promise.all([
      createDrivers(config, executor, log),
      openStore({ journal, clock: systemClock, log, name: config.name }),
    ]);
    closers.push(() => store.close(), ...drivers.map((driver) => () => driver.close()));
    const server = createServer({
      store,
      clock: systemClock,
      ids: systemIds,
      random: Math.random,
      log: log.child({ room: 'server' }),
      config: {
        name: config.name,
        region: config.region,
        datacenter: config.datacenter,
        version,
        gc: { ...defaultServerConfig.gc, ...config.server.gc },
        configSchemas: Object.fromEntries(drivers.map((driver) => [driver.info.name, driver.configSchema])),
      },
    });
    closers.push(() => server.close());
    const atEnd = (close: Close) => closers.unshift(close);
    const listeners = await openListeners({ config, word: names.word, server, log, atEnd });
    const node = await startNode({
      config,
      names,
      version,
      stateDir,
      executor,
      drivers,
      server,
      httpAddress: listeners.httpAddress,
      log,
    });
    closers.push(() => node.close());
    return { urls: listeners.urls, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Others may pass through the data directory, on their way to what is theirs; state is root's alone. */
function prepareDataDir(config: AgentConfig, log: Logger): void {
  if (config.client.enabled && process.getuid?.() !== 0)
    throw new OrchError('not-root', 'a node agent needs root: namespaces, cgroups and mounts', {
      hint: 'run it as root',
    });
  const { dataDir } = config;
  const unlessDev = config.dev
    ? { onUnsafeParent: (problem: string) => log.warn('the data directory is not safe from others', { problem }) }
    : {};
  const ofClient = config.client.enabled ? ['client', 'allocations', 'networks', 'addresses', 'drivers'] : [];
  try {
    secureDirectory(dataDir, { mode: 0o711, followsRootsLinks: true, ...unlessDev });
    for (const name of ['server', ...ofClient])
      secureDirectory(join(dataDir, name), { followsRootsLinks: true, ...unlessDev });
  } catch (cause) {
    if (cause instanceof ExecutorError) throw cause;
    throw new OrchError('data-dir', `the data directory ${dataDir} cannot be made`, { cause });
  }
}

/** @throws OrchError `isolation-missing` naming the first piece that the configuration wants and the machine lacks */
function requireIsolation({ client }: AgentConfig, { isolation }: Executor): void {
  const missing = client.requireIsolation.find((piece) => !hasPiece(isolation, piece));
  if (missing === undefined) return;
  throw new OrchError('isolation-missing', `this machine lacks ${missing}, which require_isolation of "client" names`, {
    hint: mendOf(isolation, missing),
  });
}

interface NodeParts {
  readonly config: AgentConfig;
  readonly names: KernelNames;
  readonly version: string;
  /** Of the executor. */
  readonly stateDir: string;
  readonly executor: Executor;
  readonly drivers: readonly Driver[];
  readonly server: Server;
  readonly httpAddress: string;
  readonly log: Logger;
}

async function startNode({
  config,
  names,
  version,
  stateDir,
  executor,
  drivers,
  server,
  httpAddress,
  log,
}: NodeParts): Promise<NodeAgent> {
  const { networks, fingerprint } = await createNodeNetworks(config, names, executor, log);
  const byName = new Map(drivers.map((driver) => [driver.info.name, driver]));
  const set: DriverSet = { get: (name) => byName.get(name), list: () => drivers };
  const node = createNodeAgent({
    dataDir: config.dataDir,
    node: {
      name: config.name,
      datacenter: config.datacenter,
      nodePool: config.client.nodePool,
      nodeClass: config.client.nodeClass,
      meta: config.client.meta,
      httpAddress,
      version,
      reserved: config.client.reserved,
      attributes: { ...fingerprint.attributes, ...isolationAttributes(executor.isolation) },
      cniNetworks: fingerprint.networks,
      parentCgroup: names.word,
      ...(config.dev ? { address: '127.0.0.1' } : {}),
    },
    connect: async () => {
      const [nodeEnd, serverEnd] = connectionPair<NodeMessage, ServerMessage>((run) => setImmediate(run));
      server.acceptNode(serverEnd);
      return nodeEnd;
    },
    drivers: set,
    networks,
    runner: { run: (command) => executor.run(command), launcher: findNativeLauncher() },
    clock: systemClock,
    random: Math.random,
    ids: systemIds,
    log: log.child({ room: 'client' }),
    artifactFileRoots: config.client.artifactFileRoots,
    hostPlaces: hostPlaces(config, stateDir),
    hostEnvironment: taskHostEnvironment(process.env, config.client.envDenylist),
    maxKillTimeoutMs: config.client.maxKillTimeoutMs,
    collect: {
      maxFinished: config.client.gcMaxAllocs,
      diskUsedPercent: config.client.gcDiskUsedPercent,
      intervalMs: config.client.gcIntervalMs,
    },
  });
  try {
    await node.start();
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

/** Directories of the host that errors of a node may be about, and what the API calls them. */
function hostPlaces({ dataDir, client }: AgentConfig, stateDir: string): HostPlaces {
  const cni = [...client.cniBinDirs, ...client.cniConfigDirs].map((dir) => [dir, '<cni>'] as const);
  const kernel = { '/sys/fs/cgroup': '<cgroup>', '/run/netns': '<netns>', '/var/run/netns': '<netns>' };
  return { ...kernel, ...Object.fromEntries(cni), [realpathSync(dataDir)]: '<data>', [stateDir]: '<run>' };
}
