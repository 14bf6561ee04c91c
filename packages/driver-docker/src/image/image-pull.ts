// Pulls, one per reference at a time however many tasks want it, with progress for people.
import { DriverError } from '@orch/driver-api';
import type Docker from 'dockerode';
import type { RegistryAuth } from '../container/task-config.ts';
import { abortable, canceled } from '../engine/abort.ts';
import { engineError, engineMessage, isConnectionFault } from '../engine/errors.ts';
import { credentialsHash, withoutCredentials } from './image-auth.ts';

/** Least time between two progress messages, milliseconds. */
const PROGRESS_MS = 2000;

interface PullItem {
  readonly error?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

interface RunningPull {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  readonly listeners: Set<(message: string) => void>;
  waiters: number;
}

export interface PullRequest {
  readonly image: string;
  readonly auth: RegistryAuth | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (message: string) => void;
}

export class ImagePulls {
  readonly #client: () => Promise<Docker>;
  readonly #running = new Map<string, RunningPull>();

  constructor(client: () => Promise<Docker>) {
    this.#client = client;
  }

  /** @throws DriverError `fetch-failed`, `not-found`, `canceled`, `runtime-unavailable`, `exhausted` */
  async pull(request: PullRequest): Promise<void> {
    // Whoever brings other credentials asks the registry himself.
    const key = `${request.image}\n${request.auth === undefined ? '' : credentialsHash(request.auth)}`;
    const pull = this.#running.get(key) ?? this.#begin(key, request);
    pull.waiters += 1;
    pull.listeners.add(request.onProgress);
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const over = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    try {
      await abortable(pull.done, over, `pulling ${request.image}`);
    } catch (error) {
      if (request.signal?.aborted === true) throw canceled(`pulling ${request.image}`);
      if (!timeout.aborted) throw error;
      const message = `pulling ${request.image}: not done after ${request.timeoutMs} ms`;
      throw new DriverError('fetch-failed', message, { recoverable: true, hint: 'Raise image_pull_timeout.' });
    } finally {
      pull.listeners.delete(request.onProgress);
      pull.waiters -= 1;
      if (pull.waiters === 0) pull.stop.abort();
    }
  }

  #begin(key: string, request: PullRequest): RunningPull {
    const stop = new AbortController();
    const listeners = new Set<(message: string) => void>();
    const tell = (message: string) => {
      for (const listener of listeners) listener(message);
    };
    const done = this.#run(request, stop.signal, tell).finally(() => this.#running.delete(key));
    done.catch(() => undefined);
    const pull = { done, stop, listeners, waiters: 0 };
    this.#running.set(key, pull);
    return pull;
  }

  async #run(request: PullRequest, signal: AbortSignal, tell: (message: string) => void): Promise<void> {
    const { image, auth } = request;
    const harmless = (text: string) => withoutCredentials(text, auth);
    try {
      const client = await this.#client();
      tell(`Pulling image ${image}`);
      const options = { abortSignal: signal, ...(auth === undefined ? {} : { authconfig: auth }) };
      const stream = await client.pull(image, options as Parameters<Docker['pull']>[1] & object);
      let saidMs = Date.now();
      await new Promise<void>((resolve, reject) => {
        client.modem.followProgress(
          stream,
          (error: Error | null, items: PullItem[]) => {
            const failed = items.find((item) => item.error !== undefined);
            if (error !== null) reject(error);
            else if (failed !== undefined) reject(new Error(failed.error));
            else resolve();
          },
          (item: PullItem) => {
            if (Date.now() - saidMs < PROGRESS_MS) return;
            saidMs = Date.now();
            tell(harmless(progressText(image, item)));
          },
        );
      });
    } catch (error) {
      throw pullError(said(error, harmless), image);
    }
  }
}

/** An error that says no more than may be told: with its own text, when nothing had to be left out of that. */
function said(error: unknown, harmless: (text: string) => string): unknown {
  const message = engineMessage(error);
  const shown = harmless(message);
  if (shown === message) return error;
  const { name, code, statusCode } = error as { name?: string; code?: string; statusCode?: number };
  return Object.assign(new Error(shown), {
    name: name ?? 'Error',
    ...(code === undefined ? {} : { code }),
    ...(statusCode === undefined ? {} : { statusCode }),
  });
}

function progressText(image: string, item: PullItem): string {
  const { current, total } = item.progressDetail ?? {};
  const share = current !== undefined && total ? ` ${Math.floor((100 * current) / total)} %` : '';
  return `Pulling image ${image}: ${item.status ?? ''} ${item.id ?? ''}${share}`.trim();
}

/** The messages say all of the engine's answer: a cause would say it again. */
function pullError(error: unknown, image: string): DriverError {
  const message = engineMessage(error);
  const doing = `pulling ${image}`;
  if ((error as Error).name === 'AbortError') return canceled(doing);
  if (!isConnectionFault(error)) {
    if (/manifest unknown|manifest for .* not found|repository does not exist|not found: name unknown/i.test(message)) {
      const hint = 'Check the name and tag of the image.';
      return new DriverError('not-found', `${doing}: ${message}`, { hint });
    }
    if (/unauthorized|access denied|authentication required|no basic auth/i.test(message)) {
      return new DriverError('denied', `${doing}: ${message}`, { hint: 'Give `auth` credentials.' });
    }
  }
  const mapped = engineError(error, doing, 'fetch-failed');
  if (mapped.code !== 'fetch-failed') return mapped;
  const hint = 'Check that the registry can be reached from this node, or load the image from an archive with `load`.';
  return new DriverError('fetch-failed', mapped.message, { recoverable: true, hint });
}
