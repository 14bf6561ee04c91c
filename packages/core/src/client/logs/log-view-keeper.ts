// Keeps the view of log files that a driver writes itself without showing them: looks at their directory now and then.

import type { Clock } from '../../lib/clock.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { ConfinedDirectory } from '../files/confined-directory.ts';
import { isLogFileName } from './log-files.ts';
import type { FileIdentity, LogView } from './log-view.ts';

/** Between two looks. The kernel's notices would come at each write of the task, so they are not asked for. */
const lookMs = 1_000;

export interface KeptLogs {
  /** The task's log directory. */
  readonly dir: string;
  readonly task: string;
  readonly view: LogView;
  readonly clock: Clock;
  readonly log: Logger;
}

export class LogViewKeeper {
  readonly #logs: KeptLogs;
  readonly #shown = new Map<string, FileIdentity>();
  #looking: Promise<void> = Promise.resolve();
  #cancel: () => void = () => {};
  #hasEnded = false;

  constructor(logs: KeptLogs) {
    this.#logs = logs;
    this.#next();
  }

  /** After a last look. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#cancel();
    await this.#looking;
    await this.#look();
  }

  #next(): void {
    this.#looking = this.#look().then(() => {
      if (!this.#hasEnded) this.#cancel = this.#logs.clock.after(lookMs, () => this.#next());
    });
  }

  async #look(): Promise<void> {
    const { dir, task, view, log } = this.#logs;
    try {
      const logs = await ConfinedDirectory.open(dir);
      try {
        const names = (await logs.names()).filter((name) => isLogFileName(name, task));
        for (const [name, file] of this.#shown) {
          if (names.includes(name)) continue;
          await view.hide(name, file);
          this.#shown.delete(name);
        }
        for (const name of names) {
          const file = this.#shown.has(name) ? undefined : await logs.lstat(name).catch(() => undefined);
          if (!file?.isFile()) continue;
          await view.show(logs, name);
          this.#shown.set(name, { dev: file.dev, ino: file.ino });
        }
      } finally {
        await logs.close();
      }
    } catch (error) {
      log.debug('the log files of a task could not be looked at', { error: describeError(error) });
    }
  }
}
