// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { Duration, JsonObject } from './values.ts';

/** Command run in the task after a change. */
export interface ChangeScriptOptions {
  /** Program that is run in the task. */
  readonly command: string;
  /** Arguments of the program. */
  readonly args?: readonly string[] | undefined;
  /**
   * How long it may run.
   * @default 5000 ms
   */
  readonly timeout?: Duration | undefined;
  /**
   * Whether the task is killed when the program fails.
   * @default false
   */
  readonly failOnError?: boolean | undefined;
  /**
   * Whether it runs after the first rendering, too.
   * @default false
   */
  readonly runOnFirstRender?: boolean | undefined;
}

/** How long changes are gathered before the file is rendered again. */
export interface WaitOptions {
  /** How long nothing may change before it is rendered. */
  readonly min?: Duration | undefined;
  /** When it is rendered although things still change. */
  readonly max?: Duration | undefined;
}

/** Bounds within which an autoscaler may change cpu or memory. */
export interface ScalingOptions2 {
  /**
   * Whether the autoscaler acts on it.
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /** Lowest amount. */
  readonly min?: number | undefined;
  /** Highest amount. */
  readonly max?: number | undefined;
  /** Kind of scaling, which the label says already: "vertical_cpu" or "vertical_mem". */
  readonly type?: string | undefined;
  /** How the autoscaler decides; read by the autoscaler only. */
  readonly policy?: JsonObject | undefined;
}

/** A command run in the task on demand. */
export interface ActionOptions {
  /** Program that is run in the task. */
  readonly command: string;
  /** Arguments of the program. */
  readonly args?: readonly string[] | undefined;
}

/** Starts and stops the task at given times. */
export interface ScheduleOptions {
  /** When the task starts and stops. */
  readonly cron?: CronOptions | undefined;
}

/** When the task runs. */
export interface CronOptions {
  /** Cron expression of the times at which it starts. */
  readonly start: string;
  /** Minute and hour at which it stops, as in a cron expression. */
  readonly end: string;
  /** Time zone of the two. */
  readonly timezone?: string | undefined;
}

/** The task is a CSI plugin. */
export interface CsiPluginOptions {
  /** Name that volumes call it by. */
  readonly id: string;
  /** Its part: mounting on nodes, managing volumes, or both. */
  readonly type: 'node' | 'controller' | 'monolith';
  /**
   * Directory in the task where the plugin puts its socket.
   * @default "/csi"
   */
  readonly mountDir?: string | undefined;
  /**
   * Directory in the task below which it mounts volumes.
   * @default "/local/csi"
   */
  readonly stagePublishBaseDir?: string | undefined;
  /**
   * When it must answer after its start before it is restarted.
   * @default 30000 ms
   */
  readonly healthTimeout?: Duration | undefined;
}
