// A whole server for tests: real store on a journal in memory, virtual time, HTTP on a free loopback port.

import { silentLogger } from '@orch/core/lib/logger';
import { seededIds, seededRandom } from '@orch/core/lib/random';
import { defaultServerConfig, type ServerConfig } from '../config.ts';
import {
  createMemoryMedium,
  type MemoryJournalOptions,
  type MemoryMedium,
  openMemoryJournal,
} from '../journal/memory/memory-journal.ts';
import { createServer, type Server } from '../server.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { execSchema } from './fixtures.ts';
import { turns, type VirtualClock, virtualClock } from './virtual-clock.ts';

export interface Rig {
  readonly server: Server;
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly medium: MemoryMedium;
  readonly url: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Gives turns until the condition holds; fails after some hundred. */
  until(what: string, condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The body as JSON; a test looks at what it knows to be there. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes
  readonly body: any;
}

export interface RigOptions {
  readonly medium?: MemoryMedium;
  readonly config?: Partial<ServerConfig>;
  readonly seed?: number;
  /** How long a commit takes. @default at once */
  readonly delay?: () => Promise<void>;
  /** What becomes of a commit. */
  readonly fate?: MemoryJournalOptions['fate'];
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = virtualClock();
  const medium = options.medium ?? createMemoryMedium();
  const journal = openMemoryJournal({
    medium,
    ...(options.delay === undefined ? {} : { delay: options.delay }),
    ...(options.fate === undefined ? {} : { fate: options.fate }),
  });
  const store = await openStore({ journal, clock, log: silentLogger });
  const random = seededRandom(options.seed ?? medium.records.length + 1);
  const server = createServer({
    store,
    clock,
    ids: seededIds(random),
    random,
    log: silentLogger,
    config: { ...defaultServerConfig, configSchemas: { exec: execSchema }, ...options.config },
  });
  const { url } = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  return {
    server,
    store,
    clock,
    medium,
    url,
    async call(method, path, body, headers = {}) {
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(url + path, { method, headers: { ...type, ...headers }, ...content });
      const text = await response.text();
      const isJson = response.headers.get('content-type') === 'application/json';
      return { status: response.status, text, headers: response.headers, body: isJson ? JSON.parse(text) : undefined };
    },
    async until(what, condition) {
      for (let round = 0; round < 400; round += 1) {
        if (condition()) return;
        await turns(1);
      }
      throw new Error(`never happened: ${what}`);
    },
    async close() {
      await server.close();
      await store.close();
      await journal.close();
    },
  };
}
