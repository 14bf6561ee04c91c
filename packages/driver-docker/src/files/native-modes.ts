// What the native launcher does for this driver: binds by handle and their end, and the door's program.
import { spawn } from 'node:child_process';
import { DriverError } from '@orch/driver-api';

/** Modes of a bind as the launcher reads them: writable or read-only, then whether mounts made later may travel. */
export type BindMode = 'wp' | 'rp' | 'ws' | 'rs';

export interface HeldSource {
  /** An open descriptor of this process. */
  readonly fd: number;
  readonly mode: BindMode;
}

/** Most the launcher may say on its standard error that is kept, bytes. */
const MOST_WORDS = 400;

export const LAUNCHER_HINT = 'Build it with packages/executor/native/build.sh, or install a package that ships it.';

export class NativeModes {
  /** The launcher's program on this machine. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Mounts what the sources hold at `<directory>/0`, `/1`, …, without devices and special bits. `directory` exists, is
   * empty, and only root reaches it. @throws DriverError `start-failed`: a part may be there.
   */
  async bind(directory: string, sources: readonly HeldSource[]): Promise<void> {
    await this.#run(
      ['bind', directory, ...sources.map(({ mode }) => mode)],
      sources.map(({ fd }) => fd),
    );
  }

  /** Ends what `bind` made, and removes the directories. @throws DriverError `start-failed` */
  async unbind(directories: readonly string[]): Promise<void> {
    if (directories.length > 0) await this.#run(['unbind', ...directories], []);
  }

  async #run(args: readonly string[], descriptors: readonly number[]): Promise<void> {
    const child = spawn(this.path, args, { stdio: ['ignore', 'ignore', 'pipe', ...descriptors], env: {} });
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(0, MOST_WORDS);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new DriverError('start-failed', 'the native launcher cannot be run', { hint: LAUNCHER_HINT, cause })),
      );
      child.once('close', resolve);
    });
    if (code === 0) return;
    const message = `the native launcher failed to ${args[0]}: ${said.trim() || `it ended with ${code}`}`;
    throw new DriverError('start-failed', message, { hint: 'The agent must run as root.' });
  }
}
