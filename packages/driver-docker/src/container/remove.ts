// Removing a container for good.
import type Docker from 'dockerode';
import { sleep } from '../engine/abort.ts';
import { engineMessage, statusOf } from '../engine/errors.ts';

/** The engine sometimes needs a moment to let go of a mount or of a removal that is under way. */
const TRIES = 20;
const PAUSE_MS = 250;

/** Kills it if it runs and frees its anonymous volumes. A container that does not exist is success. */
export async function removeContainer(client: Docker, idOrName: string): Promise<void> {
  const container = client.getContainer(idOrName);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await container.remove({ force: true, v: true });
      return;
    } catch (error) {
      if (statusOf(error) === 404) return;
      const passing = /already in progress|device or resource busy|unable to remove filesystem/i;
      if (attempt >= TRIES || !passing.test(engineMessage(error))) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
