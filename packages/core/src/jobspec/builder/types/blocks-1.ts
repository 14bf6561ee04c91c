// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { Duration, Labelled } from './values.ts';

/** A rule that a node must fulfil to run this. */
export interface ConstraintOptions {
  /** What is compared, usually "${attr…}", "${meta…}" or "${node…}". */
  readonly attribute?: string | undefined;
  /**
   * How the two are compared.
   * @default "="
   */
  readonly operator?: string | undefined;
  /** What the attribute is compared with. */
  readonly value?: string | undefined;
  /** Short for operator = "version" with this value. */
  readonly version?: string | undefined;
  /** Short for operator = "semver" with this value. */
  readonly semver?: string | undefined;
  /** Short for operator = "regexp" with this value. */
  readonly regexp?: string | undefined;
  /** Short for operator = "set_contains" with this value. */
  readonly setContains?: string | undefined;
  /** Short for operator = "set_contains_all" with this value. */
  readonly setContainsAll?: string | undefined;
  /** Short for operator = "set_contains_any" with this value. */
  readonly setContainsAny?: string | undefined;
  /** Short for operator = "distinct_hosts". */
  readonly distinctHosts?: boolean | undefined;
  /** Short for operator = "is_set". */
  readonly isSet?: boolean | undefined;
  /** Short for operator = "is_not_set". */
  readonly isNotSet?: boolean | undefined;
  /** Short for operator = "distinct_property" on this attribute. */
  readonly distinctProperty?: string | undefined;
}

/** A wish about the node, weighed against other wishes. */
export interface AffinityOptions {
  /** What is compared, usually "${attr…}", "${meta…}" or "${node…}". */
  readonly attribute?: string | undefined;
  /**
   * How the two are compared.
   * @default "="
   */
  readonly operator?: string | undefined;
  /** What the attribute is compared with. */
  readonly value?: string | undefined;
  /**
   * How much the wish counts; negative is aversion.
   * @default 50
   */
  readonly weight?: number | undefined;
  /** Short for operator = "version" with this value. */
  readonly version?: string | undefined;
  /** Short for operator = "semver" with this value. */
  readonly semver?: string | undefined;
  /** Short for operator = "regexp" with this value. */
  readonly regexp?: string | undefined;
  /** Short for operator = "set_contains" with this value. */
  readonly setContains?: string | undefined;
  /** Short for operator = "set_contains_all" with this value. */
  readonly setContainsAll?: string | undefined;
  /** Short for operator = "set_contains_any" with this value. */
  readonly setContainsAny?: string | undefined;
}

/** Distributes allocations over the values of an attribute. */
export interface SpreadOptions {
  /** The attribute, such as "${node.datacenter}". */
  readonly attribute: string;
  /**
   * How much this spread counts among several.
   * @default 50
   */
  readonly weight?: number | undefined;
  /** Wanted shares; without any the spread is even. */
  readonly target?: Labelled<TargetOptions> | undefined;
}

/** The share of one value of the attribute. */
export interface TargetOptions {
  /**
   * Share of the allocations, in percent.
   * @default 0
   */
  readonly percent?: number | undefined;
}

/** How a changed job replaces its running allocations. */
export interface UpdateOptions {
  /**
   * Allocations replaced at a time; 0 = all at once.
   * @default 1
   */
  readonly maxParallel?: number | undefined;
  /**
   * What makes an allocation healthy.
   * @default "checks"
   */
  readonly healthCheck?: 'checks' | 'task_states' | 'manual' | undefined;
  /**
   * How long it must be healthy before the next one is replaced.
   * @default 10000 ms
   */
  readonly minHealthyTime?: Duration | undefined;
  /**
   * When it must have become healthy.
   * @default 300000 ms
   */
  readonly healthyDeadline?: Duration | undefined;
  /**
   * Longest time between two healthy allocations; 0 = fail at the first unhealthy one.
   * @default 600000 ms
   */
  readonly progressDeadline?: Duration | undefined;
  /**
   * Time between node drains of a system job.
   * @default 30000 ms
   */
  readonly stagger?: Duration | undefined;
  /**
   * New allocations started beside the old ones before the change is promoted.
   * @default 0
   */
  readonly canary?: number | undefined;
  /**
   * Goes back to the last stable version when the change fails.
   * @default false
   */
  readonly autoRevert?: boolean | undefined;
  /**
   * Promotes canaries when all are healthy.
   * @default false
   */
  readonly autoPromote?: boolean | undefined;
}

/** How a failed allocation is replaced, on another node where possible. */
export interface RescheduleOptions {
  /** Replacements allowed within the interval; without effect when unlimited. */
  readonly attempts?: number | undefined;
  /** Window in which attempts are counted. */
  readonly interval?: Duration | undefined;
  /** Wait before the first replacement. */
  readonly delay?: Duration | undefined;
  /** How the wait grows from one replacement to the next. */
  readonly delayFunction?: 'constant' | 'exponential' | 'fibonacci' | undefined;
  /** Longest wait. */
  readonly maxDelay?: Duration | undefined;
  /** Replace without counting. */
  readonly unlimited?: boolean | undefined;
}

/** How many allocations leave a draining node at a time. */
export interface MigrateOptions {
  /**
   * Allocations moved at a time.
   * @default 1
   */
  readonly maxParallel?: number | undefined;
  /**
   * What makes a moved allocation healthy.
   * @default "checks"
   */
  readonly healthCheck?: 'checks' | 'task_states' | undefined;
  /**
   * How long it must be healthy before the next one is moved.
   * @default 10000 ms
   */
  readonly minHealthyTime?: Duration | undefined;
  /**
   * When it must have become healthy.
   * @default 300000 ms
   */
  readonly healthyDeadline?: Duration | undefined;
}
