// What an agent is configured with, and the defaults.

import { hostname } from 'node:os';

export interface AgentConfig {
  readonly region: string;
  readonly datacenter: string;
  readonly name: string;
  readonly dataDir: string;
  readonly bindAddress: string;
  readonly httpPort: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logJson: boolean;
  readonly server: { readonly enabled: boolean };
  readonly client: ClientConfig;
  /** Driver name → its `config` block. */
  readonly plugins: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly dev: boolean;
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
  readonly cniBinDirs: readonly string[];
  readonly cniConfigDirs: readonly string[];
  /** Begins the names of all this agent makes in the kernel: 1 to 11 lower-case letters and digits. */
  readonly kernelWord: string;
  readonly bridgeName: string;
  readonly bridgeSubnet: string;
  readonly maxKillTimeoutMs: number;
  /** Terminal allocations whose directories are kept on this node. */
  readonly gcMaxAllocs: number;
}

export const defaultAgentConfig: AgentConfig = {
  region: 'global',
  datacenter: 'dc1',
  name: hostname(),
  dataDir: '/var/lib/orch',
  bindAddress: '127.0.0.1',
  httpPort: 4646,
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
    cniBinDirs: ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'],
    cniConfigDirs: ['/opt/cni/config', '/etc/cni/net.d'],
    kernelWord: 'orch',
    bridgeName: 'orch0',
    bridgeSubnet: '172.26.64.0/20',
    maxKillTimeoutMs: 30_000,
    gcMaxAllocs: 50,
  },
  plugins: {},
  dev: false,
};

/** `agent --dev`: server and client in one process, on loopback, with the drivers that are off by default switched on. */
export function devConfig(dataDir: string): AgentConfig {
  return {
    ...defaultAgentConfig,
    dataDir,
    dev: true,
    server: { enabled: true },
    // A dev agent is its user's own machine: jobs may copy files from it.
    client: { ...defaultAgentConfig.client, enabled: true, artifactFileRoots: ['/'] },
    plugins: { raw_exec: { enabled: true }, docker: { volumes: { enabled: true } } },
  };
}
