// Keeps one event stream to the engine open: exits, image changes, and whether the engine is there at all.
import type { DriverLog, Fingerprint } from '@orch/driver-api';
import type Docker from 'dockerode';
import { abortable, sleep } from './abort.ts';
import { Broadcast } from './broadcast.ts';
import type { Engine } from './engine.ts';
import { engineMessage } from './errors.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
/** A connected engine that does not answer this long is unhealthy, milliseconds. */
const HELLO_TIMEOUT_MS = 10_000;

const CONTAINER_ACTIONS = ['die', 'oom', 'destroy'];
const IMAGE_ACTIONS = ['delete', 'import', 'load', 'pull', 'tag', 'untag'];

/** An item of the engine's event stream, the fields used here. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

export interface LinkListener {
  /** The engine answers and events flow: called at first and after each return. */
  connected(): Promise<void>;
  disconnected(): void;
  event(event: EngineEvent): void;
}

export class EngineLink {
  readonly #engine: Engine;
  readonly #describe: (client: Docker) => Promise<Readonly<Record<string, string>>>;
  readonly #listener: LinkListener;
  readonly #log: DriverLog;
  readonly #closing = new AbortController();
  readonly #changes = new Broadcast<Fingerprint>();
  readonly #first = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #current: Fingerprint | undefined;
  #connected = false;
  #onConnected = Promise.withResolvers<void>();

  constructor(
    engine: Engine,
    describe: (client: Docker) => Promise<Readonly<Record<string, string>>>,
    listener: LinkListener,
    log: DriverLog,
  ) {
    this.#engine = engine;
    this.#describe = describe;
    this.#listener = listener;
    this.#log = log;
    this.#running = this.#run();
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Resolves when the engine is connected, at once if it is; false when `signal` aborts first or the driver closes. */
  async whenConnected(signal?: AbortSignal): Promise<boolean> {
    if (this.#connected) return true;
    const over = signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
    if (over.aborted) return false;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    over.addEventListener('abort', abort, { once: true });
    await Promise.race([this.#onConnected.promise, aborted.promise]);
    over.removeEventListener('abort', abort);
    return !over.aborted;
  }

  async *fingerprints(signal: AbortSignal | undefined): AsyncGenerator<Fingerprint> {
    await this.#first.promise;
    if (signal?.aborted === true || this.#current === undefined) return;
    yield* this.#changes.subscribe(signal, [this.#current]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#changes.close();
    await this.#running;
    this.#first.resolve();
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#follow();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (!this.#closing.signal.aborted) this.#report(failureFingerprint(error, this.#engine.address));
      }
      this.#disconnect();
      if (this.#closing.signal.aborted) return;
      await sleep(retryMs, this.#closing.signal);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  /** One connection, from hello to the end of the event stream. */
  async #follow(): Promise<void> {
    const client = await this.#engine.client();
    const hello = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(HELLO_TIMEOUT_MS)]);
    await (client.ping as (options: object) => Promise<unknown>)({ abortSignal: hello });
    const attributes = await abortable(this.#describe(client), hello, 'asking the engine about itself');
    // The engine subscribes a moment after it answered; `since` makes it replay what fell in between.
    const since = (Date.now() / 1000 - 1).toFixed(3);
    const options = {
      since,
      filters: { type: ['container', 'image'], event: [...CONTAINER_ACTIONS, ...IMAGE_ACTIONS] },
      abortSignal: this.#closing.signal,
    };
    const stream = (await (await this.#engine.streams()).getEvents(options as object)) as AsyncIterable<
      Uint8Array | string
    >;
    this.#connected = true;
    const followed = this.#readEvents(stream);
    this.#report({ health: 'healthy', description: '', attributes });
    try {
      await this.#listener.connected();
      this.#onConnected.resolve();
    } catch (error) {
      this.#log.warn('the tasks could not be looked at after the engine came', { error: engineMessage(error) });
    }
    await followed;
    const gone = 'the Docker engine went away';
    if (!this.#closing.signal.aborted) this.#report(unhealthy(gone, this.#engine.address));
  }

  /** Until the stream ends or breaks; both mean that the engine went away. */
  async #readEvents(stream: AsyncIterable<Uint8Array | string>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const bytes of stream) {
        const lines = (rest + (typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true }))).split(
          '\n',
        );
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') this.#listener.event(JSON.parse(line) as EngineEvent);
      }
    } catch (error) {
      this.#log.debug('the event stream of the engine broke', { error: engineMessage(error) });
    }
  }

  #disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#onConnected = Promise.withResolvers();
    this.#listener.disconnected();
  }

  #report(fingerprint: Fingerprint): void {
    const same = JSON.stringify(fingerprint) === JSON.stringify(this.#current);
    this.#current = fingerprint;
    this.#first.resolve();
    if (!same) this.#changes.publish(fingerprint);
  }
}

function unhealthy(why: string, address: string): Fingerprint {
  const description = `${why} (${address}); start it with: systemctl start docker`;
  return { health: 'unhealthy', description, attributes: {} };
}

function failureFingerprint(error: unknown, address: string): Fingerprint {
  const { code, name } = error as { code?: string; name?: string };
  if (code === 'ENOENT') {
    const description = `no Docker engine at ${address}; install docker.io and start it`;
    return { health: 'undetected', description, attributes: {} };
  }
  if (code === 'canceled' || name === 'AbortError' || name === 'TimeoutError') {
    return unhealthy(`the Docker engine did not answer within ${HELLO_TIMEOUT_MS / 1000} s`, address);
  }
  if (code === 'ECONNREFUSED') return unhealthy('the Docker engine is not running', address);
  if (code === 'EACCES') return unhealthy('the agent may not use the Docker socket', address);
  return unhealthy(`the Docker engine does not work: ${engineMessage(error)}`, address);
}
