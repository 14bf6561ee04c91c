// Shows a task's log files to its group: hard links in `/alloc/logs`, a directory that tasks can write and replace.

import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { ConfinedDirectory } from '../files/confined-directory.ts';

/** Which file a name led to. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/**
 * Nothing is opened, read or cut through the links. A name that is taken, or a directory that was replaced, costs only
 * that link.
 */
export class LogView {
  readonly #root: string;
  readonly #log: Logger;
  #hasWarned = false;

  /** @param root the allocation's directory, which only root can alter */
  constructor(root: string, log: Logger) {
    this.#root = root;
    this.#log = log;
  }

  /** Links `name` of the open log directory. Again for one that is shown: nothing. */
  async show(logs: ConfinedDirectory, name: string): Promise<void> {
    await this.#inView(name, async (view) => {
      await view.createHardLink(name, logs, name).catch((error: NodeJS.ErrnoException) => {
        // ENOENT: rotated away already, or the directory was removed.
        if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error;
      });
    });
  }

  /** Takes the link away if it still is that file: what a task has put in its place is the task's. */
  async hide(name: string, file: FileIdentity): Promise<void> {
    await this.#inView(name, async (view) => {
      const shown = await view.lstat(name).catch(ignoreMissing);
      if (shown?.dev === file.dev && shown.ino === file.ino) await view.unlink(name);
    });
  }

  async #inView(name: string, act: (view: ConfinedDirectory) => Promise<void>): Promise<void> {
    let view: ConfinedDirectory | undefined;
    try {
      view = await ConfinedDirectory.walk(this.#root, ['alloc', 'logs']);
      await act(view);
    } catch (error) {
      const level = this.#hasWarned ? 'debug' : 'warn';
      this.#hasWarned = true;
      this.#log[level]('a log file of a task is not shown to its group', { file: name, error: describeError(error) });
    } finally {
      await view?.close();
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
