// What a server is told at its start: names, limits and thresholds, each with its default.

import type { Clock } from '@orch/core/lib/clock';
import type { Logger } from '@orch/core/lib/logger';
import type { IdSource, Random } from '@orch/core/lib/random';
import type { DriverConfigSchema } from '@orch/core/schema';
import type { Store } from './store/store.ts';

export interface ServerConfig {
  readonly name: string;
  readonly region: string;
  readonly datacenter: string;
  readonly version: string;
  /** Driver name → schema of its `config` block: what registration checks tasks against. */
  readonly configSchemas: Readonly<Record<string, DriverConfigSchema>>;
  readonly heartbeat: HeartbeatConfig;
  readonly scheduling: SchedulingConfig;
  readonly gc: GcConfig;
  readonly http: HttpConfig;
}

export interface HeartbeatConfig {
  /** What nodes are told; they beat at least this often. @default 10000 */
  readonly ttlMs: number;
  /** Silence beyond the TTL before a node is down. @default 10000 */
  readonly graceMs: number;
  /** Patience with every known node after this server began to lead. @default 300000 */
  readonly failoverTtlMs: number;
}

export interface SchedulingConfig {
  /** Tries of one plan before its evaluation blocks. @default 5 */
  readonly serviceAttempts: number;
  /** @default 2 */
  readonly batchAttempts: number;
  /** Deliveries of an evaluation before it fails. @default 3 */
  readonly deliveryLimit: number;
  /** Delay of the first redelivery after an error; later ones wait 20 times as long per delivery. @default 1000 */
  readonly redeliverMs: number;
  /** A failed evaluation is followed up after this, plus up to five times as much at random. @default 60000 */
  readonly followUpMs: number;
  /** Evaluations blocked by plan conflicts are tried again after this. @default 60000 */
  readonly retryBlockedMs: number;
  /** Plans committing at once; scheduling waits for room. @default 64 */
  readonly plansInFlight: number;
  /** Longest slice of scheduling before other work gets its turn. @default 5 */
  readonly sliceMs: number;
}

/** Ages after which finished things are forgotten, as the field has them. */
export interface GcConfig {
  /** @default 300000 */
  readonly intervalMs: number;
  /** @default 3600000 */
  readonly evaluationMs: number;
  /** @default 86400000 */
  readonly batchEvaluationMs: number;
  /** @default 14400000 */
  readonly jobMs: number;
  /** @default 86400000 */
  readonly nodeMs: number;
  /** @default 3600000 */
  readonly deploymentMs: number;
  /** Objects forgotten in one entry. @default 4096 */
  readonly batch: number;
}

export interface HttpConfig {
  /** Bytes of a job as JSON. @default 4194304 */
  readonly jobBodyBytes: number;
  /** Bytes of a job file's text, and of every other body. @default 1048576 */
  readonly bodyBytes: number;
  /** Open connections on TCP over all clients. @default 2048 */
  readonly connections: number;
  /** Open connections on TCP of one remote address. @default 512 */
  readonly connectionsPerAddress: number;
  /** Open connections on the operator's socket. @default 256 */
  readonly operatorConnections: number;
  /** Open connections on the group's socket. @default 1024 */
  readonly groupConnections: number;
  /** Blocking queries waiting at once, of those who come by one listener. @default 4096 */
  readonly blockingQueries: number;
  /** Host names beside loopback ones that requests may name. */
  readonly hosts: readonly string[];
}

export const defaultServerConfig: ServerConfig = {
  name: 'server',
  region: 'global',
  datacenter: 'dc1',
  version: '0.1.0',
  configSchemas: {},
  heartbeat: { ttlMs: 10_000, graceMs: 10_000, failoverTtlMs: 300_000 },
  scheduling: {
    serviceAttempts: 5,
    batchAttempts: 2,
    deliveryLimit: 3,
    redeliverMs: 1_000,
    followUpMs: 60_000,
    retryBlockedMs: 60_000,
    plansInFlight: 64,
    sliceMs: 5,
  },
  gc: {
    intervalMs: 300_000,
    evaluationMs: 3_600_000,
    batchEvaluationMs: 86_400_000,
    jobMs: 14_400_000,
    nodeMs: 86_400_000,
    deploymentMs: 3_600_000,
    batch: 4_096,
  },
  http: {
    jobBodyBytes: 4 * 1024 * 1024,
    bodyBytes: 1024 * 1024,
    connections: 2_048,
    connectionsPerAddress: 512,
    operatorConnections: 256,
    groupConnections: 1_024,
    blockingQueries: 4_096,
    hosts: [],
  },
};

/** What every loop, session and endpoint is given. */
export interface ServerContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly log: Logger;
  readonly config: ServerConfig;
  /** Gives other work a turn: `setImmediate` in life, at once in tests. */
  readonly yieldTurn: () => Promise<void>;
}
