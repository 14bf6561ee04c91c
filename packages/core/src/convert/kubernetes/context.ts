// What the tables of manifests read into.

import type { Span } from '../../jobspec/syntax/source.ts';
import type { Part } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import type { KeyTable, Kind } from '../read/key-table.ts';
import type { Tree } from '../yaml/tree.ts';
import type { EnvValue } from './environment-value.ts';

/** Data of a ConfigMap or a Secret. */
export interface DataSet {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly data: ReadonlyMap<string, string>;
}

/** A port of a Service: what others call, and where it leads. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly target: number | string;
  readonly nodePort?: number;
  readonly at: Span;
}

export interface ServiceFact {
  readonly name: string;
  readonly at: Span;
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly meta: Readonly<Record<string, string>>;
}

/** Everything of the files that workloads refer to. */
export interface Cluster {
  readonly run: Conversion;
  readonly job: Part;
  readonly configMaps: Map<string, DataSet>;
  readonly secrets: Map<string, DataSet>;
  /** Claim → Docker volume. */
  readonly claims: Map<string, string>;
  readonly services: ServiceFact[];
  readonly workloads: Workload[];
  namespace?: { readonly name: string; readonly at: Span };
}

export type JobType = 'service' | 'batch' | 'system';

export interface Workload {
  readonly run: Conversion;
  readonly cluster: Cluster;
  readonly kind: string;
  readonly name: string;
  readonly at: Span;
  readonly jobType: JobType;
  readonly group: Part;
  /** The group's one network, made when it is first asked for. */
  readonly network: () => Part;
  readonly labels: Record<string, string>;
  readonly containers: Container[];
  readonly volumes: Map<string, Volume>;
  readonly hostAliases: { readonly line: string; readonly at: Span }[];
  readonly facts: WorkloadFacts;
}

/** A duration, and the key that says it. */
export interface Timed {
  readonly ms: number;
  readonly at: Span;
}

export interface WorkloadFacts {
  count: number;
  countAt?: Span;
  mode: 'bridge' | 'host';
  completions?: number;
  parallelism?: number;
  backoffLimit?: number;
  restartPolicy?: string;
  restartAt?: Span;
  isIndexed: boolean;
  minReady?: Timed;
  progressDeadline?: Timed;
  killTimeout?: Timed;
  user?: { readonly id: string; readonly at: Span };
  gid?: string;
  readonly sysctls: Record<string, string>;
  readonly groups: string[];
  pidMode?: Span;
  ipcMode?: Span;
}

export interface Container {
  readonly name: string;
  readonly at: Span;
  readonly task: Part;
  readonly workload: Workload;
  readonly isInit: boolean;
  readonly ports: ContainerPort[];
  readonly probes: { readonly kind: 'liveness' | 'readiness'; readonly tree: Tree; readonly at: Span }[];
  readonly env: Map<string, EnvValue>;
  readonly facts: ContainerFacts;
}

export interface ContainerFacts {
  requestMemoryMiB?: number;
  limitMemoryMiB?: number;
  requestCpuMhz?: number;
  limitCpuMhz?: number;
  resourcesAt?: Span;
  user?: string;
  gid?: string;
  userAt?: Span;
  isSidecar: boolean;
  hasImage: boolean;
}

export interface ContainerPort {
  readonly name?: string;
  readonly port: number;
  readonly hostPort?: number;
  readonly at: Span;
}

/** What a volume of a pod is mounted from. */
export type Volume =
  | { readonly kind: 'shared'; readonly isMemory: boolean; readonly sizeBytes?: number }
  | { readonly kind: 'host'; readonly path: string }
  | { readonly kind: 'claim'; readonly source: string; readonly readOnly: boolean }
  | { readonly kind: 'files'; readonly from: string; readonly files: readonly DataFile[] }
  | { readonly kind: 'none' };

export interface DataFile {
  readonly path: string;
  readonly content: string;
  readonly perms?: string;
}

export const what = (name: string): Kind => ({ what: name });
export type Table<C> = KeyTable<C>;
