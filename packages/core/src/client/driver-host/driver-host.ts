// Listens to all drivers of the node: what each offers and how healthy it is, and what it tells about tasks.

import type { Driver, Fingerprint, TaskEvent } from '@orch/driver-api';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/clock.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { NodeDriver } from '../../model/node.ts';

/** The drivers an agent was built with. */
export interface DriverSet {
  get(name: string): Driver | undefined;
  list(): readonly Driver[];
}

export interface DriverHostOptions {
  readonly drivers: DriverSet;
  readonly clock: Clock;
  readonly log: Logger;
  /** A driver's fingerprint is new. */
  changed(): void;
  /** A driver tells something about a task. */
  taskEvent(event: TaskEvent): void;
}

/** How long the agent waits at start for a driver's first word. */
const firstWordMs = 5_000;
const retryMs = { first: 1_000, most: 60_000 };

export class DriverHost {
  readonly #options: DriverHostOptions;
  readonly #closing = new AbortController();
  readonly #found = new Map<string, Fingerprint>();
  #loops: Promise<void>[] = [];

  constructor(options: DriverHostOptions) {
    this.#options = options;
  }

  /** Resolves when every driver has spoken once, or had its time to. */
  async start(): Promise<void> {
    const firstWords = this.#options.drivers.list().map((driver) => this.#listen(driver));
    const late = new AbortController();
    await Promise.race([Promise.all(firstWords), sleep(this.#options.clock, firstWordMs, late.signal)]);
    late.abort();
  }

  /** The drivers as the node shows them. */
  nodeDrivers(): Readonly<Record<string, NodeDriver>> {
    const entries = this.#options.drivers.list().map(({ info }) => {
      const found = this.#found.get(info.name);
      const driver: NodeDriver = {
        detected: found !== undefined && found.health !== 'undetected',
        healthy: found?.health === 'healthy',
        description: found?.description ?? 'The driver has not reported yet',
        attributes: found?.attributes ?? {},
      };
      return [info.name, driver] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Node attributes: `driver.<name> = "1"` for each healthy one, and what the drivers found. */
  attributes(): Readonly<Record<string, string>> {
    const attributes: Record<string, string> = {};
    for (const [name, found] of this.#found) {
      if (found.health !== 'undetected') Object.assign(attributes, found.attributes);
      if (found.health === 'healthy') attributes[`driver.${name}`] = '1';
    }
    return attributes;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#loops);
  }

  #listen(driver: Driver): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((spoken) => {
      const fingerprints = async () => {
        for await (const found of driver.fingerprint({ signal })) {
          this.#found.set(driver.info.name, found);
          spoken();
          this.#options.changed();
        }
      };
      const events = async () => {
        for await (const event of driver.events({ signal })) this.#options.taskEvent(event);
      };
      this.#loops.push(this.#keep(driver, 'fingerprint', fingerprints), this.#keep(driver, 'events', events));
    });
  }

  /** Streams of a driver are to last until the agent stops; one that breaks or ends early is opened again. */
  async #keep(driver: Driver, what: string, run: () => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    let delayMs = retryMs.first;
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (!signal.aborted) {
          this.#options.log.warn('a stream of a driver broke', {
            driver: driver.info.name,
            what,
            error: describeError(error),
          });
        }
      }
      if (signal.aborted) return;
      await sleep(this.#options.clock, delayMs, signal);
      delayMs = Math.min(delayMs * 2, retryMs.most);
    }
  }
}
