// What an agent is configured with, and the defaults.

import { hostname } from 'node:os';
import type { IsolationPieceName } from '@orch/executor';
import type { GcConfig } from '@orch/server/config';

export interface AgentConfig {
  readonly region: string;
  readonly datacenter: string;
  readonly name: string;
  readonly dataDir: string;
  /** Where TCP opens. @default '127.0.0.1' */
  readonly bindAddress?: string;
  /** Absent = the API is reached by its sockets alone. */
  readonly httpPort?: number;
  readonly http: HttpAccessConfig;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logJson: boolean;
  readonly server: ServerRoleConfig;
  readonly client: ClientConfig;
  /** Driver name → its `config` block. */
  readonly plugins: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly dev: boolean;
}

export interface HttpAccessConfig {
  /** Directory of the API's sockets. @default /run/<kernel word> */
  readonly socketDir?: string;
  /** Whose members open the group's socket. */
  readonly group: string;
  /** Whether TCP asks for no token. */
  readonly openLoopback: boolean;
}

export interface ServerRoleConfig {
  readonly enabled: boolean;
  /** Ages after which finished things are forgotten, where they are not the server's own. */
  readonly gc?: Partial<GcConfig>;
}

export interface ClientConfig {
  readonly enabled: boolean;
  readonly nodeClass: string;
  readonly nodePool: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly reserved: {
    readonly cpuMhz: number;
    readonly memoryMiB: number;
    readonly diskMiB: number;
    readonly ports: readonly number[];
  };
  /** Directories `artifact` blocks may take local files from. */
  readonly artifactFileRoots: readonly string[];
  /** Names of the agent's own variables that tasks do not inherit. Absent = the node agent's own list. */
  readonly envDenylist?: readonly string[];
  /** Users (names, or ids as digits) that tasks of the checked drivers may not be. */
  readonly userDenylist: readonly string[];
  /** Drivers whose tasks are held to `userDenylist`. */
  readonly userCheckedDrivers: readonly string[];
  readonly cniBinDirs: readonly string[];
  readonly cniConfigDirs: readonly string[];
  /** Begins the names of all this agent makes in the kernel: 1 to 11 lower-case letters and digits. */
  readonly kernelWord: string;
  readonly bridgeName: string;
  readonly bridgeSubnet: string;
  readonly maxKillTimeoutMs: number;
  /** Parts of the isolation without which the agent does not start. */
  readonly requireIsolation: readonly IsolationPieceName[];
  /** Terminal allocations whose directories are kept on this node. */
  readonly gcMaxAllocs: number;
  /** Share of the disk in use above which directories of terminal allocations go, percent. */
  readonly gcDiskUsedPercent: number;
  /** Between two looks at what can be freed on this node. */
  readonly gcIntervalMs: number;
}

export const defaultAgentConfig: AgentConfig = {
  region: 'global',
  datacenter: 'dc1',
  name: hostname(),
  dataDir: '/var/lib/orch',
  http: { group: 'orch', openLoopback: false },
  logLevel: 'info',
  logJson: false,
  server: { enabled: false },
  client: {
    enabled: false,
    nodeClass: '',
    nodePool: 'default',
    meta: {},
    reserved: { cpuMhz: 0, memoryMiB: 0, diskMiB: 0, ports: [] },
    artifactFileRoots: [],
    userDenylist: ['root', 'Administrator'],
    userCheckedDrivers: ['exec', 'qemu', 'java'],
    cniBinDirs: ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'],
    cniConfigDirs: ['/opt/cni/config', '/etc/cni/net.d'],
    kernelWord: 'orch',
    bridgeName: 'orch0',
    bridgeSubnet: '172.26.64.0/20',
    maxKillTimeoutMs: 30_000,
    requireIsolation: [],
    gcMaxAllocs: 50,
    gcDiskUsedPercent: 80,
    gcIntervalMs: 60_000,
  },
  plugins: {},
  dev: false,
};

/** `agent --dev`: server and client in one process, loopback open, with the drivers that are off by default switched on. */
export function devConfig(dataDir: string): AgentConfig {
  return {
    ...defaultAgentConfig,
    dataDir,
    dev: true,
    httpPort: 4646,
    http: { ...defaultAgentConfig.http, openLoopback: true },
    server: { enabled: true },
    // A dev agent is its user's own machine: jobs may copy files from it.
    client: { ...defaultAgentConfig.client, enabled: true, artifactFileRoots: ['/'] },
    plugins: { raw_exec: { enabled: true }, docker: { volumes: { enabled: true } } },
  };
}
