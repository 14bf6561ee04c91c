// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { RunTimeText } from './values.ts';

/** `config` of driver raw_exec. */
export interface RawExecConfig {
  /** The program: a name on the PATH, an absolute path, or a path inside the task directory such as local/server. */
  readonly command: string;
  /** Arguments, passed on as they are; no shell is involved. */
  readonly args?: readonly string[] | undefined;
  /** Absolute working directory on the host. Absent: the task directory. */
  readonly work_dir?: string | undefined;
  /**
   * How gladly the kernel ends the task when memory runs out.
   * @default 0
   */
  readonly oom_score_adj?: number | RunTimeText | undefined;
  /** Variables kept from the task, besides those the node keeps; * stands for anything. */
  readonly denied_envvars?: readonly string[] | undefined;
}
