// Whether the engine sees the mounts that this process makes. One that has mounts of its own (another mount namespace, a
// container) would hand tasks the empty places below, and what they write would be nobody's.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DriverError } from '@orch/driver-api';
import type { Container, MountSettings } from 'dockerode';
import type { Binds } from './binds.ts';

const STAT_HEADER = 'x-docker-container-path-stat';

/** What one container is given to see. */
export interface BindToSee {
  readonly mounts: MountSettings[];
  /** Of a container that does not run. @throws DriverError `start-failed` */
  check(container: Container): Promise<void>;
  /** After the container is gone. */
  end(): Promise<void>;
}

const NOTHING: BindToSee = { mounts: [], check: async () => undefined, end: async () => undefined };

export class BindsSeen {
  readonly #binds: Binds;
  #isKnown = false;

  constructor(binds: Binds) {
    this.#binds = binds;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Called when the engine went away: another one may come. */
  forget(): void {
    this.#isKnown = false;
  }

  /** A bind of the driver's own, once for each connection to the engine; afterwards nothing. */
  async begin(): Promise<BindToSee> {
    if (this.#isKnown) return NOTHING;
    const word = randomUUID();
    const target = `/.orch-${word}`;
    const { binds, path } = await this.#binds.ofLauncher(word);
    const end = async () => {
      await binds.undo();
      await binds.release();
    };
    try {
      await binds.make();
    } catch (error) {
      await end();
      throw error;
    }
    const mounts: MountSettings[] = [{ Type: 'bind', Source: path, Target: target, ReadOnly: true }];
    return { mounts, end, check: (container) => this.#check(container, target) };
  }

  /** The places that are bound upon have no permission bits, and what is bound has. */
  async #check(container: Container, target: string): Promise<void> {
    const answer = (await container.infoArchive({ path: target })) as unknown as IncomingMessage;
    answer.resume();
    const header = String(answer.headers[STAT_HEADER] ?? '');
    const { mode = 0 } = JSON.parse(Buffer.from(header, 'base64').toString('utf8') || '{}') as { mode?: number };
    if ((mode & 0o777) === 0) {
      const hint =
        'Run the agent where the engine runs, in its mount namespace, or with mounts that are shared with it.';
      throw new DriverError('start-failed', 'the engine does not see the mounts of the agent', { hint });
    }
    this.#isKnown = true;
  }
}
