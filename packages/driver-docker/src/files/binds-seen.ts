// Whether the engine sees the mounts that this process makes. One that has mounts of its own (another mount namespace, a
// container) would hand tasks the empty places below, and what they write would be nobody's.
import type { IncomingMessage } from 'node:http';
import { DriverError } from '@orch/driver-api';
import type { Container } from 'dockerode';
import { statusOf } from '../engine/errors.ts';

const SHARED = '/alloc';
const STAT_HEADER = 'x-docker-container-path-stat';

export class BindsSeen {
  #isKnown = false;

  /** Called when the engine went away: another one may come. */
  forget(): void {
    this.#isKnown = false;
  }

  /**
   * Looks at the shared directory of a container that is not started yet, once for each connection to the engine: the
   * places that are bound upon have no permission bits, and what is bound has. @throws DriverError `start-failed`
   */
  async check(container: Container): Promise<void> {
    if (this.#isKnown) return;
    const answer = await this.#ask(container);
    if (answer === undefined) return;
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

  /** Undefined when the engine cannot mount what the job wants: it says why when the container starts. */
  async #ask(container: Container): Promise<IncomingMessage | undefined> {
    try {
      return (await container.infoArchive({ path: SHARED })) as unknown as IncomingMessage;
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
