// Named pipes made ahead of time, many with one command: this runtime cannot make one itself.
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BATCH = 64;
const LOW = 24;

/** Hands out named pipes with mode 0600 by renaming them from a directory of spare ones. */
export class FifoPool {
  readonly #dir: string;
  readonly #make: (paths: readonly string[]) => Promise<void>;
  readonly #spare: string[] = [];
  #made = 0;
  #filling: Promise<void> | undefined;

  /** @param make runs `mkfifo -m 600` for all paths at once */
  constructor(dir: string, make: (paths: readonly string[]) => Promise<void>) {
    this.#dir = dir;
    this.#make = make;
  }

  /** Forgets what an earlier process left half made and fills the pool. */
  async start(): Promise<void> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#dir)) rmSync(join(this.#dir, name), { force: true });
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
    renameSync(spare, path);
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
