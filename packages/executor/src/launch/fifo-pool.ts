// Named pipes made ahead of time, many with one command: this runtime cannot make one itself.
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.ts';

const BATCH = 64;
const LOW = 24;

/** Pools of this process: each has its own directory, named after both, so that dead processes' pools are known. */
let pools = 0;

/** Hands out named pipes with mode 0600 by renaming them from a directory of spare ones. */
export class FifoPool {
  readonly #parent: string;
  readonly #dir: string;
  readonly #make: (paths: readonly string[]) => Promise<void>;
  readonly #spare: string[] = [];
  #made = 0;
  #filling: Promise<void> | undefined;

  /** @param make runs `mkfifo -m 600` for all paths at once */
  constructor(dir: string, make: (paths: readonly string[]) => Promise<void>) {
    pools += 1;
    this.#parent = dir;
    this.#dir = join(dir, `${process.pid}-${pools}`);
    this.#make = make;
  }

  /** Removes the pools of earlier processes and fills this one. */
  async start(): Promise<void> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    for (const owner of readdirSync(this.#parent)) {
      const isOld = !existsSync(`/proc/${owner.split('-')[0]}`);
      if (isOld) rmSync(join(this.#parent, owner), { recursive: true, force: true });
    }
    await this.#fill();
  }

  /** Moves one pipe to `path`, owned by `uid`. */
  async take(path: string, uid: number): Promise<void> {
    if (this.#spare.length < LOW) {
      const filling = this.#fill();
      if (this.#spare.length === 0) await filling;
      else filling.catch(() => {}); // the taker that finds the pool empty meets the error again
    }
    const spare = this.#spare.pop();
    if (spare === undefined) return this.take(path, uid);
    try {
      renameSync(spare, path);
    } catch (error) {
      if (systemErrorCode(error) !== 'EXDEV') throw error;
      rmSync(spare);
      await this.#make([path]);
    }
    if (uid !== 0) chownSync(path, uid, -1);
  }

  async #fill(): Promise<void> {
    this.#filling ??= this.#makeBatch().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #makeBatch(): Promise<void> {
    const paths = Array.from({ length: BATCH }, (_, index) => join(this.#dir, `${this.#made + index}`));
    this.#made += BATCH;
    await this.#make(paths);
    this.#spare.push(...paths);
  }
}
