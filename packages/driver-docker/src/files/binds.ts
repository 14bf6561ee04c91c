// Binds the agent makes of what a job names, so that the engine gets a path nobody but root can change:
// `<state>/mounts/<container>/<n>`. They last as long as the container, also without this process.
import { type FileHandle, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, isDriverError } from '@orch/driver-api';
import { containerName } from '../container/labels.ts';
import type { BindMode, HeldSource, NativeModes } from './native-modes.ts';

/** Most binds of one container; the launcher knows the same number. */
const MOST_BINDS = 256;

export class Binds {
  readonly #root: string;
  readonly #modes: NativeModes;

  constructor(stateDir: string, modes: NativeModes) {
    this.#root = join(stateDir, 'mounts');
    this.#modes = modes;
  }

  /** For one start of a container. */
  of(taskId: string): TaskBinds {
    return new TaskBinds(this.#place(taskId), this.#modes, () => this.#prepare(taskId));
  }

  /** One that holds nothing of any job: the launcher's program, at the path that is answered. */
  async ofLauncher(word: string): Promise<{ readonly binds: TaskBinds; readonly path: string }> {
    const binds = this.of(word);
    return { binds, path: binds.add(await open(this.#modes.path), 'rp', 'the launcher') };
  }

  /** After the container is gone. Nothing there is success. */
  async undo(taskId: string): Promise<void> {
    const place = this.#place(taskId);
    if (await exists(place)) await this.#modes.unbind([place]);
  }

  /** Names of the containers that binds are there for, of those made before `beforeMs`. */
  async list(beforeMs: number): Promise<readonly string[]> {
    const names = await readdir(this.#root).catch(ignoreAbsent);
    const old: string[] = [];
    for (const name of names ?? []) {
      const found = await lstat(join(this.#root, name)).catch(ignoreAbsent);
      if (found !== undefined && found.ctimeMs < beforeMs) old.push(name);
    }
    return old;
  }

  /** Takes away the binds of these containers. */
  async sweep(containers: readonly string[]): Promise<void> {
    await this.#modes.unbind(containers.map((name) => join(this.#root, name)));
  }

  #place(taskId: string): string {
    return join(this.#root, containerName(taskId));
  }

  async #prepare(taskId: string): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const found = await lstat(this.#root);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
      const hint = 'Only the agent may reach the directory "mounts" of the driver: correct its owner and mode.';
      throw new DriverError('internal', "the driver's directory for mounts is not the agent's own", { hint });
    }
    await this.undo(taskId);
    await mkdir(this.#place(taskId), { mode: 0o700 });
  }
}

/** What one start binds. Sources are collected first, mounted together, and undone together when the start fails. */
export class TaskBinds {
  readonly #place: string;
  readonly #modes: NativeModes;
  readonly #prepare: () => Promise<void>;
  readonly #sources: (HeldSource & { readonly handle: FileHandle })[] = [];
  readonly #said: (readonly [path: string, said: string])[] = [];
  #isMade = false;

  constructor(place: string, modes: NativeModes, prepare: () => Promise<void>) {
    this.#place = place;
    this.#modes = modes;
    this.#prepare = prepare;
  }

  /** Takes the handle over; answers the path at which `make` will show what it holds. `said` is what people call it. */
  add(handle: FileHandle, mode: BindMode, said: string): string {
    const path = join(this.#place, String(this.#sources.length));
    this.#sources.push({ handle, fd: handle.fd, mode });
    this.#said.push([path, said]);
    return path;
  }

  /** The text without paths of the node: with the words of the job instead. */
  inWordsOfJob(text: string): string {
    // Backwards: /1 is the beginning of /10.
    return this.#said.reduceRight((result, [path, said]) => result.replaceAll(path, said), text);
  }

  async make(): Promise<void> {
    if (this.#sources.length > MOST_BINDS) {
      throw new DriverError('invalid-config', `a container has at most ${MOST_BINDS} mounts`);
    }
    if (this.#sources.length === 0) return;
    try {
      await this.#prepare();
    } catch (cause) {
      if (isDriverError(cause)) throw cause;
      throw new DriverError('start-failed', 'the places for the mounts of a container cannot be made', { cause });
    }
    this.#isMade = true;
    await this.#modes.bind(this.#place, this.#sources);
  }

  /** After a failed start. */
  async undo(): Promise<void> {
    if (this.#isMade) await this.#modes.unbind([this.#place]);
    this.#isMade = false;
  }

  /** Closes the handles; what is mounted stays. */
  async release(): Promise<void> {
    for (const { handle } of this.#sources.splice(0)) await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreAbsent)) !== undefined;
}

function ignoreAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
