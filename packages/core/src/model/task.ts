// A task: one thing a driver runs.

import type { Affinity, Constraint } from './constraint.ts';
import type { RestartPolicy } from './policy.ts';
import type { TaskResourceRequest } from './resources.ts';

/** Data of the job language that this model carries without looking inside: driver config, blocks without effect yet. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Task {
  readonly name: string;
  readonly driver: string;
  readonly user?: string;
  readonly leader: boolean;
  readonly killTimeoutMs: number;
  readonly killSignal?: string;
  readonly shutdownDelayMs: number;
  /** The driver's own block, decoded to plain data, not interpolated. */
  readonly config: Readonly<Record<string, Json>>;
  readonly env: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly resources: TaskResourceRequest;
  readonly constraints: readonly Constraint[];
  readonly affinities: readonly Affinity[];
  readonly restart: RestartPolicy;
  readonly logs: LogConfig;
  readonly lifecycle?: TaskLifecycle;
  readonly artifacts: readonly Artifact[];
  readonly dispatchPayloadFile?: string;
  readonly volumeMounts: readonly Json[];
  /** Blocks kept in the job that have no effect yet, by HCL name: `template`, `service`, `vault`, `consul`, `identity`, … */
  readonly kept: Readonly<Record<string, Json>>;
}

export interface LogConfig {
  readonly maxFiles: number;
  readonly maxFileSizeMb: number;
  readonly disabled: boolean;
}

export interface TaskLifecycle {
  readonly hook: 'prestart' | 'poststart' | 'poststop';
  readonly sidecar: boolean;
}

export interface Artifact {
  readonly source: string;
  readonly mode: 'any' | 'file' | 'dir';
  /** Inside the task's directory. @default 'local/' */
  readonly destination: string;
  readonly options: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly insecure: boolean;
  readonly chown: boolean;
}
