// What the tables of a Compose service read into: its group and task, and what is decided only when all of it is read.

import type { Span } from '../../jobspec/syntax/source.ts';
import type { Part } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import type { Tree } from '../yaml/tree.ts';

/** Top-level entries services refer to, by name. */
export interface Project {
  readonly name: string;
  readonly run: Conversion;
  readonly services: ReadonlyMap<string, Tree>;
  /** Name in the file → name of the volume on the node. */
  readonly volumes: Map<string, string>;
  readonly configs: Map<string, FileSource>;
  readonly secrets: Map<string, FileSource>;
  readonly networks: Set<string>;
}

/** Where the content of a config or secret comes from. */
export type FileSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'content'; readonly content: string }
  | { readonly kind: 'none' };

export interface PortWish {
  readonly label: string;
  /** Port in the container. */
  readonly to: number;
  /** Port of the node; absent = any. */
  readonly published?: number;
  readonly hostNetwork?: string;
  /** Reached by the other services only. */
  readonly isInternal: boolean;
  readonly at: Span;
}

export interface ServiceContext {
  readonly run: Conversion;
  readonly project: Project;
  readonly name: string;
  readonly at: Span;
  readonly group: Part;
  readonly task: Part;
  /** The group's one network, made when it is first asked for. */
  readonly network: () => Part;
  readonly ports: PortWish[];
  /** Names other services use for it besides its own. */
  readonly aliases: string[];
  readonly facts: ServiceFacts;
}

export interface ServiceFacts {
  count: number;
  mode: 'bridge' | 'host' | 'none';
  jobType: 'service' | 'batch' | 'system' | 'sysbatch';
  hasImage: boolean;
  memoryLimitMiB?: number;
  memoryReservationMiB?: number;
  cpuMhz?: number;
  cpuReservedMhz?: number;
  countAt?: Span;
  memoryAt?: Span;
  /** A check read before the ports were known. */
  check?: { readonly tree: Tree; readonly at: Span };
}
